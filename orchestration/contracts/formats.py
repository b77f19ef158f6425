"""The few notations for dates and times a contract may use, and what they mean to a parser.

Belongs here: notation -> `strptime` pattern. Python and DuckDB read these patterns alike (checked by a test); month
names are matched without case. A new agency format is added here and in the staging macros, nowhere else.
"""

from __future__ import annotations

DATE_FORMATS: dict[str, str] = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "DD/MM/YYYY": "%d/%m/%Y",
    "DD-MON-YYYY": "%d-%b-%Y",
}

TIMESTAMP_FORMATS: dict[str, str] = {
    "DD/MM/YYYY HH:MM": "%d/%m/%Y %H:%M",
    "YYYY-MM-DDTHH:MM:SS": "%Y-%m-%dT%H:%M:%S",
    "YYYY-MM-DDTHH:MM:SSZ": "%Y-%m-%dT%H:%M:%SZ",
    "YYYY-MM-DDTHH:MM:SS+HH:MM": "%Y-%m-%dT%H:%M:%S%z",
}
"""`Z` is a literal: the value is in UTC. `+HH:MM` is an offset, so the value says for itself what zone it is in."""
