"""The notations for dates and times a contract may use, and what they mean to a parser.

Belongs here: notation -> `strptime` pattern, and which notations contradict one another. Python and DuckDB read these
patterns alike (checked by a test); month names are matched without case. A new notation is added here and nowhere else:
staging's macros have the patterns from the generated macro `date_patterns`.

A date may be written with a time of day; the day is what is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations

DATE_FORMATS: dict[str, str] = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "DD/MM/YYYY": "%d/%m/%Y",
    "DD-MON-YYYY": "%d-%b-%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "DD MON YYYY": "%d %b %Y",
    "MM/DD/YYYY": "%m/%d/%Y",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYYMMDD": "%Y%m%d",
    "YYYY-MM-DD HH:MM": "%Y-%m-%d %H:%M",
    "YYYY-MM-DD HH:MM:SS": "%Y-%m-%d %H:%M:%S",
    "YYYY-MM-DDTHH:MM:SS": "%Y-%m-%dT%H:%M:%S",
    "DD/MM/YYYY HH:MM": "%d/%m/%Y %H:%M",
    "DD/MM/YYYY HH:MM:SS": "%d/%m/%Y %H:%M:%S",
    "MM/DD/YYYY HH:MM": "%m/%d/%Y %H:%M",
}

TIMESTAMP_FORMATS: dict[str, str] = {
    "DD/MM/YYYY HH:MM": "%d/%m/%Y %H:%M",
    "DD/MM/YYYY HH:MM:SS": "%d/%m/%Y %H:%M:%S",
    "DD-MM-YYYY HH:MM": "%d-%m-%Y %H:%M",
    "DD-MON-YYYY HH:MM": "%d-%b-%Y %H:%M",
    "MM/DD/YYYY HH:MM": "%m/%d/%Y %H:%M",
    "YYYY-MM-DDTHH:MM:SS": "%Y-%m-%dT%H:%M:%S",
    "YYYY-MM-DDTHH:MM:SSZ": "%Y-%m-%dT%H:%M:%SZ",
    "YYYY-MM-DDTHH:MM:SS+HH:MM": "%Y-%m-%dT%H:%M:%S%z",
}
"""`Z` is a literal: the value is in UTC. `+HH:MM` is an offset, so the value says for itself what zone it is in. Every
ISO 8601 text is read where one of the last three is agreed, whichever it is."""

_TRIED = datetime(2001, 2, 3, 4, 5, 6)
"""A moment whose day and month, exchanged, are another."""


def contradicting(notations: Sequence[str]) -> tuple[str, str] | None:
    """Two of the notations that read one text as two different days, or None: `01/02/2024` cannot be both."""
    patterns = DATE_FORMATS | TIMESTAMP_FORMATS
    for first, second in combinations(notations, 2):
        try:
            read = datetime.strptime(_TRIED.strftime(patterns[first]), patterns[second])
        except ValueError:
            continue
        if read.date() != _TRIED.date():
            return first, second
    return None
