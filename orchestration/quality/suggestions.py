"""What a site would add to a contract so that files are let in, found by trying it.

Belongs here: guesses from headers and values, tried one after the other until nothing more is found, and what only a
person can decide. Does not belong here: reading and judging (`tried_files`), the file's form (`contracts.variants`).

A guess is only made where nothing else can be meant: a value that differs in capitals, blanks or signs from one of
its list, or is its initials or its meaning in words; a format that reads what no agreed one does. The rest is open.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from orchestration.contracts import CODE_LISTS, Column, ColumnType, FeedContract, load_feed_contract
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS, contradicting
from orchestration.contracts.model import Spelling
from orchestration.contracts.source_mapping import SourceMapping
from orchestration.contracts.variants import (
    SITE_FILE_SUFFIX,
    ColumnVariants,
    SiteVariants,
    merged,
    read_variants,
    variants_text,
)
from orchestration.ingest.drift import likely_renames
from orchestration.ingest.tables import normalised
from orchestration.quality.tried_files import (
    DELIMITERS,
    ColumnTexts,
    FeedTrial,
    delivered_header,
    is_showable,
    try_files,
)
from orchestration.settings import Settings

_MISSING = frozenset(
    {
        "null", "(null)", "nil", "none", "n/a", "na", "#n/a", "nan", "-", "--", ".", "?", "blank", "(blank)",
        "not recorded", "00/00/0000", "0000-00-00", "00-00-0000", "99/99/9999", "tbc", "unknown", "not known",
    }
)  # fmt: skip
"""Texts that mean “missing” where a date, a number or a code should be, in small letters."""

_YES, _NO = frozenset({"yes", "y", "true", "t", "1", "on"}), frozenset({"no", "n", "false", "f", "0", "off"})

_CLOSE = 0.85
_NAMED = 8
_MOST_ROUNDS = 6


@dataclass(frozen=True)
class OpenQuestion:
    """A value of a coded column of which nobody but its sender can say what it means.

    Attributes:
        guess: the value it resembles, or None.
        choices: what it could mean: the contract's values, or the reference list it should be in.
    """

    column: str
    text: str
    rows: int
    guess: str | None
    choices: str


@dataclass(frozen=True)
class Advice:
    """What would let files in.

    Attributes:
        before, after: what becomes of the files as the contract is, and with the additions.
        additions: the text of `<feed>.site.yaml` with what was found, or None if nothing was.
        questions: what is left open.
        remarks: what no addition can mend, in sentences.
    """

    before: FeedTrial
    after: FeedTrial
    additions: str | None
    questions: tuple[OpenQuestion, ...]
    remarks: tuple[str, ...]


def advise(
    contract: FeedContract,
    source: tuple[Path, Path | None],
    paths: Sequence[Path],
    settings: Settings,
    scratch: Path,
    mapping: SourceMapping | None = None,
) -> Advice:
    """Tries files as the contract is, then with what would let them in, until nothing more is found.

    Args:
        contract: the feed.
        source: the file its contract stands in, and the site's own that adds to it, if any.
        paths: the files.
        settings: where the reference lists are.
        scratch: an empty folder for what is written meanwhile.
        mapping: by which they are read, if they are of another system: what does not fit is then the mapping's to mend,
            and nothing is added to the contract.

    Raises:
        FileNotFoundError: a file is not there.
        ReferenceListError: a list the contract names is not there.
        GateError: a rule cannot be asked.
    """
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    reason = f"As written in {paths[0].name}{more}; found by trying, to be confirmed by the sender."
    own = read_variants(source[1], str(source[1])) if source[1] else SiteVariants(reason=reason)
    before = after = try_files(contract, paths, settings, scratch / "0", mapping)
    found = own
    for attempt in range(1, _MOST_ROUNDS + 1 if mapping is None else 1):
        further = merged(found, _found(after, settings))
        if further == found:
            break
        site_file = scratch / f"{attempt}" / contract.agency / f"{contract.feed}{SITE_FILE_SUFFIX}"
        site_file.parent.mkdir(parents=True)
        site_file.write_text(variants_text(contract.key, further), encoding="utf-8")
        changed = load_feed_contract(source[0], site_file)
        found = further
        after = try_files(changed, paths, settings, site_file.parent)
    return Advice(
        before=before,
        after=after,
        additions=variants_text(contract.key, found) if found != own else None,
        questions=tuple(_questions(after, settings)) if after.header.is_plausible else (),
        remarks=tuple(_remarks(after)) if after.header.is_plausible else (),
    )


def _found(trial: FeedTrial, settings: Settings) -> SiteVariants:
    """What one trial shows; how the file is written comes first, because all else is read by it."""
    nothing = SiteVariants(reason="")
    path = trial.files[0].path
    if delimiter := _delimiter(trial, path):
        return replace(nothing, delimiter=delimiter)
    if encoding := _encoding(trial):
        return replace(nothing, encoding=encoding)
    if not trial.header.is_plausible:
        return nothing
    if renamed := _renamed(trial, path):
        return replace(nothing, columns={name: ColumnVariants(headers=(header,)) for name, header in renamed.items()})
    missing = _missing_values(trial)
    lists = {column.name: _listed_values(column, settings) for column in trial.contract.columns}
    columns = {
        name: own
        for name, texts in trial.texts.items()
        if (own := _column(trial, texts, lists[name])) != ColumnVariants()
    }
    said = _yes_no_texts(trial)
    return replace(
        nothing,
        missing_values=missing,
        date_formats=_formats(trial, ColumnType.DATE, DATE_FORMATS),
        timestamp_formats=_formats(trial, ColumnType.TIMESTAMP, TIMESTAMP_FORMATS),
        yes=tuple(text for text in said if text.lower() in _YES),
        no=tuple(text for text in said if text.lower() in _NO),
        columns=columns,
    )


def _delimiter(trial: FeedTrial, path: Path) -> str | None:
    """The delimiter the first line is split by, if the contract's does not split it."""
    agreed = trial.contract.delivery.delimiter
    if agreed is None or path.name.lower().removesuffix(".gz").endswith((".parquet", ".jsonl")):
        return None
    best = delivered_header(path, trial.contract)
    as_agreed = delivered_header(path, trial.contract, agreed)
    if len(best) <= len(as_agreed) or len(as_agreed) > 1:
        return None
    return next((mark for mark in DELIMITERS if delivered_header(path, trial.contract, mark) == best), None)


def _encoding(trial: FeedTrial) -> str | None:
    """The encoding the files are in, if they cannot be read in the contract's."""
    agreed = trial.contract.delivery.encoding
    for item in trial.files:
        if item.rows or not item.is_refused or item.path.name.lower().endswith((".gz", ".parquet")):
            continue
        content = item.path.read_bytes()
        if content.startswith((b"\xff\xfe", b"\xfe\xff", b"PK")) or b"\0" in content[:1000]:
            continue
        is_utf8 = _decodes(content, "utf-8")
        if is_utf8 and not content.isascii() and not agreed.lower().startswith("utf"):
            return "utf-8"
        if not _decodes(content, agreed) and not is_utf8 and _decodes(content, "cp1252"):
            return "cp1252"
    return None


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _renamed(trial: FeedTrial, path: Path) -> dict[str, str]:
    """Columns the files lack, each with the header that looks like it, as it is written."""
    contract = trial.contract
    written = {normalised(cell): cell for cell in delivered_header(path, contract)}
    by_header = {column.physical_name: column.name for column in contract.columns}
    found = likely_renames(trial.header)
    for missing in trial.header.missing:
        left = [extra for extra in trial.header.extra if extra not in found.values()]
        alike = [extra for extra in left if _same_words(normalised(missing)) == _same_words(extra)]
        if missing not in found and len(alike) == 1:
            found[missing] = alike[0]
    return {by_header[missing]: written.get(extra, extra) for missing, extra in found.items()}


_NUMBERS = frozenset({"no", "num", "number", "ref", "reference", "id", "identifier", "code"})


def _same_words(name: str) -> frozenset[str]:
    """The words of a column's name, whatever it calls a number or reference."""
    return frozenset("number" if word in _NUMBERS else word for word in name.split("_"))


def _missing_values(trial: FeedTrial) -> tuple[str, ...]:
    """Texts that mean “missing”; not such as are a code of some column, or somebody's name."""
    codes = {code for column in trial.contract.columns for code in (*column.closed_codes, *column.expected_codes)}
    found: dict[str, None] = {}
    for texts in trial.texts.values():
        for text in texts.unread:
            if text.lower() in _MISSING:
                found.setdefault(text)
        for text in texts.unlisted:
            if text.lower() in _MISSING - _MEANS_SOMETHING:
                found.setdefault(text)
    return tuple(text for text in found if text not in codes and text.lower() not in trial.name_texts)


_MEANS_SOMETHING = frozenset({"unknown", "not known", "none", "not recorded"})
"""Of a code they may be an answer, and not the lack of one."""


def _yes_no_texts(trial: FeedTrial) -> list[str]:
    found = (texts.unread for texts in trial.texts.values() if texts.column.type is ColumnType.YES_NO)
    return list(dict.fromkeys(text for counts in found for text in counts))


def _formats(trial: FeedTrial, kind: ColumnType, known: Mapping[str, str]) -> tuple[str, ...]:
    """Notations that read what none agreed does, the one that reads most first."""
    delivery = trial.contract.delivery
    agreed = list(delivery.date_formats if kind is ColumnType.DATE else delivery.timestamp_formats)
    left = _unread(trial, kind)
    found: list[str] = []
    while left:
        rows = {
            notation: sum(count for text, count in left.items() if _reads(text, pattern))
            for notation, pattern in known.items()
            if notation not in agreed and not contradicting([*agreed, notation])
        }
        best = max(rows, key=lambda notation: rows[notation], default=None)
        if best is None or not rows[best]:
            break
        agreed.append(best)
        found.append(best)
        left = {text: count for text, count in left.items() if not _reads(text, known[best])}
    return tuple(found)


def _unread(trial: FeedTrial, kind: ColumnType) -> dict[str, int]:
    """Texts of columns of one type that do not read, with their rows."""
    found: dict[str, int] = {}
    for texts in trial.texts.values():
        if texts.column.type is kind:
            for text, rows in texts.unread.items():
                found[text] = found.get(text, 0) + rows
    return {text: rows for text, rows in found.items() if text.lower() not in _MISSING}


_SHAPES = {
    "%Y": r"\d{4}",
    "%m": r"\d\d",
    "%d": r"\d\d",
    "%H": r"\d\d",
    "%M": r"\d\d",
    "%S": r"\d\d",
    "%b": "[A-Za-z]{3}",
}


def _reads(text: str, pattern: str) -> bool:
    """As strictly as the gate: two digits are two digits."""
    shape = re.sub(r"%[A-Za-z]", lambda part: _SHAPES.get(part[0], r"\S+"), re.sub(r"([.])", r"\\\1", pattern))
    if not re.fullmatch(shape, text):
        return False
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return True


def _column(trial: FeedTrial, texts: ColumnTexts, listed: Mapping[str, str]) -> ColumnVariants:
    """Spellings of values, and the length of a code whose noughts are lost."""
    column = texts.column
    if not is_showable(column) or column.type is ColumnType.LIST or column.code_list_class is not None:
        return ColumnVariants()
    meant: dict[str, list[str]] = {}
    padded_to = None
    for text, rows in texts.unlisted.items():
        if not trial.may_show(text, rows):
            continue
        width = _width(text, listed.values())
        if width and column.padded_to is None:
            padded_to = width
        elif value := _meant(text, listed):
            meant.setdefault(value, []).append(text)
    spellings = tuple(Spelling(value, tuple(sorted(written)), "") for value, written in sorted(meant.items()))
    return ColumnVariants(spellings=spellings, padded_to=padded_to)


def _listed_values(column: Column, settings: Settings) -> dict[str, str]:
    """What a value of the column may be called, in its plainest spelling, with the value; nothing that means two."""
    called: list[tuple[str, str]] = [(value, value) for value in (*column.closed_codes, *column.expected_codes)]
    called += [(meaning, code) for code, meaning in column.code_meanings]
    called += [("".join(word[0] for word in _words(text)), value) for text, value in called if len(_words(text)) > 2]
    name = column.code_list or column.group_list
    if name is not None and not called and column.code_list_class is None:
        key = CODE_LISTS[name][-1]
        with (settings.reference_dir / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                called += [(row[heading], row[key]) for heading in (key, *_CALLED) if row.get(heading)]
    values: dict[str, set[str]] = {}
    for text, value in called:
        values.setdefault(_plain(text), set()).add(value)
    return {text: next(iter(meant)) for text, meant in values.items() if text and len(meant) == 1}


_CALLED = ("name", "label", "title", "slug")
"""Columns of a reference list that say in words what a code is."""


def _meant(text: str, listed: Mapping[str, str]) -> str | None:
    value = listed.get(_plain(text))
    return value if value != text else None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _plain(text: str) -> str:
    """Small letters and digits alone."""
    return re.sub(r"[\W_]+", "", text.lower())


def _width(text: str, codes: Iterable[str]) -> int | None:
    """The length of all codes of digits, if the text is one that lost noughts in front."""
    digits = {code for code in codes if code.isdigit()}
    widths = {len(code) for code in digits}
    if not text.isdigit() or len(widths) != 1:
        return None
    (width,) = widths
    return width if len(text) < width and text.zfill(width) in digits else None


def _questions(trial: FeedTrial, settings: Settings) -> Iterable[OpenQuestion]:
    for texts in trial.texts.values():
        column = texts.column
        if not is_showable(column):
            continue
        values = column.closed_codes or column.expected_codes
        choices = ", ".join(values) if values else f"reference list {column.code_list or column.group_list}"
        called = _listed_values(column, settings)
        for text, rows in sorted(texts.unlisted.items(), key=lambda item: (-item[1], item[0])):
            if trial.may_show(text, rows):
                alike = get_close_matches(_plain(text), list(called), n=1, cutoff=_CLOSE)
                yield OpenQuestion(column.name, text, rows, called[alike[0]] if alike else None, choices)


def _remarks(trial: FeedTrial) -> Iterable[str]:
    """What no addition can mend."""
    if trial.header.missing and any(item.is_refused for item in trial.files):
        lacks = ", ".join(trial.header.missing[:_NAMED])
        besides = ", ".join(trial.header.extra[:_NAMED]) if trial.header.is_plausible else ""
        also = f"; is it one of {besides}? If so, write it under headers" if besides else ""
        yield f"missing {lacks}, and nothing looks like it: ask for it, empty where nothing is known{also}"
    for kind, known in ((ColumnType.DATE, DATE_FORMATS), (ColumnType.TIMESTAMP, TIMESTAMP_FORMATS)):
        left = _unread(trial, kind)
        for notation in (item for item in known if left):
            pair = contradicting([*_agreed(trial, kind), notation])
            rows = sum(count for text, count in left.items() if _reads(text, known[notation]))
            if pair and rows:
                yield f"{rows:,} dates read only as {notation}, which contradicts {pair[0]}: ask how dates are written"
    for texts in trial.texts.values():
        if any(text.lower() in _MISSING and text.lower() in trial.name_texts for text in texts.unread):
            yield (
                f"a text for “missing” in {texts.column.name} stands in a column of names too, so it cannot be agreed: "
                "ask for blanks"
            )


def _agreed(trial: FeedTrial, kind: ColumnType) -> tuple[str, ...]:
    delivery = trial.contract.delivery
    return delivery.date_formats if kind is ColumnType.DATE else delivery.timestamp_formats
