"""The commonest faults, in each feed. No tests here."""

from __future__ import annotations

import json
from collections.abc import Iterator

from orchestration.contracts import ColumnType
from orchestration.ingest.tables import normalised
from tests.quality.broken.good_rows import SEARCHES
from tests.quality.broken.making import (
    ACCEPTED,
    CONTRACTS,
    CP1252,
    JSON_LINES,
    PIPES,
    QUARANTINE,
    REJECTED,
    SEARCH_FILES,
    UTF8,
    Broken,
    changed,
    contract,
    encoded,
    file_name,
    good,
    header,
    rows,
    text,
    without,
)


def _kind(feed: str) -> str:
    delivery = contract(feed).delivery
    if feed == SEARCHES:
        return SEARCH_FILES
    by_encoding = CP1252 if delivery.encoding == "cp1252" else UTF8
    return {"|": PIPES, None: JSON_LINES}.get(delivery.delimiter, by_encoding)


def _shown(feed: str) -> str:
    return feed.replace("/", " ").replace("_", " ")


def _missing_column(feed: str) -> Broken:
    dropped = [name for name in header(feed) if normalised(name) not in contract(feed).absentable][-1]
    content = without(feed, dropped)
    if _kind(feed) == JSON_LINES:
        lines = [json.loads(line) for line in good(feed).splitlines()]
        content = "".join(json.dumps({k: v for k, v in row.items() if k != dropped}) + "\n" for row in lines).encode()
    return Broken(
        f"{_shown(feed)} without the last column it must have",
        _kind(feed),
        feed,
        {file_name(feed): content},
        REJECTED,
        ("FILE-MISSING_COLUMN",),
        words=(dropped, "send the file again"),
    )


def _wrong_date(feed: str) -> Broken:
    """The 31st of February in the second row, in the feed's own notation."""
    column = next(item for item in contract(feed).columns if item.type in (ColumnType.DATE, ColumnType.TIMESTAMP))
    notation = contract(feed).delivery.date_format
    if column.type is ColumnType.TIMESTAMP:
        notation = contract(feed).delivery.timestamp_format
    wrong = str(notation)
    for part, digits in (
        ("YYYY", "2024"),
        ("MON", "FEB"),
        (":MM:SS", ":00:00"),
        ("HH:MM", "10:00"),
        ("HH", "10"),
        ("+10:00", "+00:00"),
        ("MM", "02"),
        ("DD", "31"),
    ):
        wrong = wrong.replace(part, digits)
    return Broken(
        f"{_shown(feed)} with the 31st of February",
        _kind(feed),
        feed,
        {file_name(feed): encoded(feed, text(feed, changed(feed, 2, **{column.physical_name: wrong})))},
        QUARANTINE,
        (f"TYPE-{column.name}",),
        row=2,
        column=column.name,
    )


def _other_rows_than_said(feed: str) -> Broken:
    name = file_name(feed)
    return Broken(
        f"{_shown(feed)} with a row less than its manifest says",
        _kind(feed),
        feed,
        {name: good(feed), f"{name}.manifest.json": b'{"rows": 4}'},
        REJECTED,
        ("FILE-MANIFEST",),
        words=("4 rows", "send file and manifest again"),
    )


def _extra_column(feed: str) -> Broken:
    content = encoded(feed, text(feed, rows(feed, notes="x"), [*header(feed), "notes"]))
    return Broken(
        f"{_shown(feed)} with a column nobody promised",
        _kind(feed),
        feed,
        {file_name(feed): content},
        ACCEPTED,
        ("FILE-UNKNOWN_COLUMN",),
    )


def _cases() -> Iterator[Broken]:
    for feed in CONTRACTS:
        yield from (_missing_column(feed), _wrong_date(feed), _other_rows_than_said(feed), _extra_column(feed))


EVERY_FEED = tuple(_cases())
