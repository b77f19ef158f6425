"""Deliveries that are odd beside the ones before them. No tests here."""

from __future__ import annotations

from collections.abc import Mapping

from tests.quality.broken.good_rows import CASES, CUSTODY, ORDERS, SEARCHES, SPELLS
from tests.quality.broken.making import (
    ACCEPTED,
    JSON_LINES,
    PIPES,
    REJECTED,
    SEARCH_FILES,
    UTF8,
    Broken,
    encoded,
    file_name,
    rows,
    text,
)

_DAYS = ("20231031", "20231130", "20231231")


def _mixed(feed: str, count: int, column: str | None = None, values: tuple[str, ...] = (), start: int = 1) -> bytes:
    """Good rows; a column goes through values in turn."""
    records = rows(feed, count, start=start)
    if column is not None:
        records = [row | {column: values[place % len(values)]} for place, row in enumerate(records)]
    return encoded(feed, text(feed, records))


def _before(feed: str, count: int, column: str | None = None, values: tuple[str, ...] = ()) -> Mapping[str, bytes]:
    """Three earlier deliveries of so many rows. Their months are not checked: dates are those of the good row."""
    return {
        file_name(feed, day=day): _mixed(feed, count, column, values, start=1 + place)
        for place, day in enumerate(_DAYS)
    }


def _beside(
    case: str, kind: str, feed: str, verdict: str, rule: str, before: Mapping[str, bytes], content: bytes, received: int
) -> Broken:
    return Broken(
        case,
        kind,
        feed,
        {file_name(feed): content},
        verdict,
        (f"FILE-{rule}",) if rule else (),
        received,
        earlier=before,
    )


EARLIER_DELIVERIES = (
    _beside("a third of the usual rows", UTF8, CASES, ACCEPTED, "ROW_COUNT", _before(CASES, 90), _mixed(CASES, 30), 30),
    _beside(
        "three times the usual rows", UTF8, CASES, ACCEPTED, "ROW_COUNT", _before(CASES, 90), _mixed(CASES, 270), 270
    ),
    _beside("three rows where five are usual", UTF8, CASES, ACCEPTED, "", _before(CASES, 5), _mixed(CASES, 3), 3),
    _beside(
        "a third of the usual lines",
        JSON_LINES,
        ORDERS,
        ACCEPTED,
        "ROW_COUNT",
        _before(ORDERS, 90),
        _mixed(ORDERS, 30),
        30,
    ),
    _beside(
        "a snapshot of a few rows",
        PIPES,
        SPELLS,
        REJECTED,
        "ROW_COUNT_LIMIT",
        _before(SPELLS, 90),
        _mixed(SPELLS, 5),
        5,
    ),
    _beside(
        "a code in steady use is gone",
        UTF8,
        CUSTODY,
        ACCEPTED,
        "CATEGORY_GONE",
        _before(CUSTODY, 90, "sex", ("F", "M", "M", "F", "F", "U")),
        _mixed(CUSTODY, 150, "sex", ("F", "M")),
        150,
    ),
    _beside(
        "a code that was a third is nearly all",
        UTF8,
        CUSTODY,
        ACCEPTED,
        "CATEGORY_SHARE",
        _before(CUSTODY, 60, "sex", ("F", "M", "U")),
        _mixed(CUSTODY, 100, "sex", ("F",) * 8 + ("M", "U")),
        100,
    ),
    _beside(
        "blanks where there were none",
        UTF8,
        CASES,
        ACCEPTED,
        "CATEGORY_SHARE",
        _before(CASES, 60, "originating_force_code", ("01", "06")),
        _mixed(CASES, 60, "originating_force_code", ("01", "06", "")),
        60,
    ),
    _beside(
        "searches without one group",
        SEARCH_FILES,
        SEARCHES,
        ACCEPTED,
        "CATEGORY_GONE",
        {
            f"2023-{month:02}-kent-stop-and-search.csv": encoded(
                SEARCHES,
                text(
                    SEARCHES,
                    [
                        row | {"Date": f"2023-{month:02}{row['Date'][7:]}", "Officer-defined ethnicity": group}
                        for place, row in enumerate(rows(SEARCHES, 120))
                        for group in [("White", "White", "Black", "Black", "Asian", "Other")[place % 6]]
                    ],
                ),
            )
            for month in (9, 10, 11, 12)
        },
        _mixed(SEARCHES, 150, "Officer-defined ethnicity", ("White", "White", "Black", "Black", "Asian")),
        150,
    ),
    _beside(
        "other forces' files say nothing of this one",
        SEARCH_FILES,
        SEARCHES,
        ACCEPTED,
        "",
        {
            f"2023-{month:02}-essex-stop-and-search.csv": encoded(
                SEARCHES,
                text(SEARCHES, [row | {"Date": f"2023-{month:02}{row['Date'][7:]}"} for row in rows(SEARCHES, 200)]),
            )
            for month in (9, 10, 11, 12)
        },
        _mixed(SEARCHES, 3),
        3,
    ),
)
