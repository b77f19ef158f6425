"""Values that systems write where they know nothing: the one register of them, for every stage.

Belongs here: what such a value is, and where it comes from. dbt reads the dates as the generated macro
`placeholder_dates`; linkage takes them from here. Does not belong here: what a stage does about one, and the tokens an
agency agreed to write for a missing value (its contract holds those).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PLACEHOLDER_DATES: Mapping[str, str] = MappingProxyType(
    {
        "1753-01-01": "the first day of a widespread database's calendar",
        "1800-01-01": "day nought of older hospital and court systems",
        "1899-12-30": "day nought of a spreadsheet",
        "1899-12-31": "day nought of a spreadsheet, counted from one",
        "1900-01-01": "day one of a spreadsheet; written where a date is not known",
        "1900-01-02": "the same, a day out",
        "1901-01-01": "the first day of a calendar that knows no nineteenth century",
        "2099-01-01": "written where something has not ended",
        "2099-12-31": "written where something has not ended",
        "9999-12-31": "the last day a database can hold; written where something has not ended",
    }
)
"""Dates (ISO) that say nothing, with where they come from. Read as missing wherever a feed has a date or a time.

The first day of 1970, day nought of many systems, is not among them: people were born and offended on it.
"""
