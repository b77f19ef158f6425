"""What a changed header most likely means: a column renamed, or a file in another feed's folder.

Belongs here: guesses from column names alone, for messages. Does not belong here: verdicts (a missing column refuses
the delivery, whatever the guess), values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from orchestration.contracts import FeedContract
from orchestration.ingest.tables import Header, normalised

_LIKE = 0.75
"""Similarity (Ratcliff and Obershelp, 0 to 1) from which two names are taken for spellings of one."""

_FITS = 0.8
_FITS_BETTER_BY = 0.2


@dataclass(frozen=True)
class Fit:
    """Another feed whose columns a header has.

    Attributes:
        key: `agency/feed`.
        recognised, promised: columns found, of all the feed has.
    """

    key: str
    recognised: int
    promised: int


def likely_renames(header: Header) -> dict[str, str]:
    """Missing columns (as their sender spells them) with the unknown column that looks like each; each used once."""
    pairs = sorted(
        (-likeness, missing, extra)
        for missing in header.missing
        for extra in header.extra
        if (likeness := _likeness(normalised(missing), extra)) >= _LIKE
    )
    found: dict[str, str] = {}
    for _, missing, extra in pairs:
        if missing not in found and extra not in found.values():
            found[missing] = extra
    return {missing: found[missing] for missing in header.missing if missing in found}


def better_fit(contract: FeedContract, header: Header, others: Iterable[FeedContract]) -> Fit | None:
    """The other feed whose contract the header fits much better than its own, or None.

    A header that the wrong delimiter left in one piece is compared in one piece.
    """
    own = header.recognised / max(header.promised, 1)
    delivered = set(header.names)
    fits = []
    for other in others:
        if other.key == contract.key:
            continue
        promised = {column.name for column in other.columns}
        whole = normalised("_".join(column.physical_name for column in other.columns))
        recognised = len(promised) if delivered == {whole} else len(promised & delivered)
        share = recognised / len(promised)
        if share >= _FITS and share >= own + _FITS_BETTER_BY:
            fits.append((-share, -recognised, other.key, Fit(other.key, recognised, len(promised))))
    return min(fits)[3] if fits else None


def missing_column_message(header: Header, fit: Fit | None = None) -> str:
    """What to say about the columns a file lacks."""
    if fit is not None:
        return (
            f"the file looks like {fit.key} in the wrong folder: it has {fit.recognised} of that feed's {fit.promised} "
            f"columns and {header.recognised} of this one's {header.promised}; send it to landing/{fit.key}/"
        )
    if not header.is_plausible:
        return (
            f"the first line does not look like this feed's header: {header.recognised} of {header.promised} columns "
            f"recognised; missing {', '.join(header.missing)}; send the header line, with the agreed delimiter"
        )
    renames = [f"is {missing} renamed to {extra}?" for missing, extra in likely_renames(header).items()]
    asked = f" ({' '.join(renames)})" if renames else ""
    return (
        f"missing {_columns(header.missing)}{asked}; send the file again with every column under its agreed name, "
        "empty where there is no value"
    )


def extra_column_message(header: Header) -> str:
    """What to say about columns nobody promised."""
    if not header.is_plausible:
        return f"{len(header.extra)} columns are not in the contract"
    return f"{_columns(header.extra)} not in the contract: kept in raw, not used; agree a contract change or leave out"


def _likeness(missing: str, extra: str) -> float:
    """1 for initials and for one name that holds every word of the other, else how alike the spellings are."""
    words, others = missing.split("_"), extra.split("_")
    initials = "".join(word[0] for word in words if word)
    if len(words) > 1 and extra == initials:
        return 1.0
    if set(words) <= set(others) or set(others) <= set(words):
        return 1.0
    return SequenceMatcher(None, missing.replace("_", ""), extra.replace("_", "")).ratio()


_MAX_NAMES_SHOWN = 20


def _columns(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MAX_NAMES_SHOWN:,} more" if len(names) > _MAX_NAMES_SHOWN else ""
    return f"column{'s' if len(names) > 1 else ''} {', '.join(names[:_MAX_NAMES_SHOWN])}{more}"
