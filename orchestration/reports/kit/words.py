"""Numbers, dates and codes in the words of the reports.

Belongs here: how a figure, a day, a severity or a dimension is written. Does not belong here: the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from orchestration.contracts import FeedContract, FeedMode, Severity

DIMENSIONS = ("completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy")
"""Dimensions of the Government Data Quality Framework, in its order."""

DIMENSION_MEANINGS = {
    "completeness": "every value that should be there is there",
    "uniqueness": "each record is there once",
    "consistency": "values of one record agree with each other",
    "timeliness": "data arrive when they should",
    "validity": "values have the agreed form, type and codes",
    "accuracy": "values are plausible and not distorted on the way",
}

SEVERITY_WORDS = {
    Severity.REJECT: "Refuses the delivery",
    Severity.QUARANTINE: "Withholds the row",
    Severity.WARNING: "Warning: the row is kept",
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(value: date | None) -> str:
    """`5 November 2026`; the same on every machine, whatever its locale."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}" if value else "not known"


def percent(part: float, whole: float) -> str:
    """A share with one decimal; never rounded up to 100% or down to 0% when something failed or passed."""
    if whole == 0:
        return "nothing to count"
    if part == 0:
        return "0%"
    if part == whole:
        return "100%"
    text = f"{100 * part / whole:.1f}%"
    return {"0.0%": "under 0.1%", "100.0%": "over 99.9%"}.get(text, text)


def share(value: float) -> str:
    """An agreed limit as a percentage: `2%`, `0.5%`."""
    return f"{value * 100:.10g}%"


def listed(names: Sequence[str], most: int = 6) -> str:
    """`a, b and c`; beyond `most` names the rest are counted."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def what_counts(contract: FeedContract) -> str:
    """How deliveries of the feed add up, in one sentence."""
    return {
        FeedMode.INCREMENT: (
            "Deliveries add up: for each record the newest row counts, so a record is mended by sending it again in "
            "any later delivery."
        ),
        FeedMode.SNAPSHOT: (
            "Each delivery replaces the one before, so a record is mended by being right in the next delivery."
        ),
        FeedMode.SNAPSHOT_PER_PARTITION: (
            "Each file replaces the earlier file of the same force and month, so a row is mended by sending that "
            "month's file again."
        ),
    }[contract.mode]
