"""How good and broken deliveries are made. No tests here.

Belongs here: files of a feed in its own format, and what is said of a broken one (`Broken`). Does not belong here:
particular faults (the modules beside this one), what is checked about them (`test_broken_deliveries`).
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.contracts import ColumnType, FeedContract, load_feed_contracts
from orchestration.quality.reference_lists import reference_codes
from orchestration.settings import Settings
from tests.quality.broken.good_rows import CUSTODY, GOOD, ORDERS, Row
from tests.quality.broken.good_values import row_by_contract

SETTINGS = Settings.from_environment()
CONTRACTS = load_feed_contracts(SETTINGS.contracts_dir)

ACCEPTED = "accepted"
QUARANTINE = "accepted_with_quarantine"
REJECTED = "rejected"
NOT_A_DELIVERY = "not a delivery"

UTF8, CP1252, PIPES, JSON_LINES = "csv utf-8", "csv cp1252", "pipes", "JSON lines"
PARQUET, GZIP, SEARCH_FILES = "parquet", "gz", "stop and search"
"""Kinds of file."""


def contract(feed: str) -> FeedContract:
    """The real contract of a feed."""
    return CONTRACTS[feed]


def rows(feed: str, count: int = 3, *, start: int = 1, **changes: str) -> list[Row]:
    """Good rows, numbered from `start`, all with the same changes."""
    blank = {column.physical_name: "" for column in contract(feed).columns}
    good = [_numbered(good_row(feed), number) for number in range(start, start + count)]
    return [{**blank, **row, **changes} for row in good]


@cache
def good_row(feed: str) -> Row:
    """A row that breaks no rule: as the contract has it, unless there is one with more in it."""
    return GOOD.get(feed) or row_by_contract(contract(feed), reference_codes(contract(feed), SETTINGS.reference_dir))


def _numbered(row: Row, number: int) -> Row:
    day, minute = (number - 1) % 28 + 1, (number - 1) // 28
    return {name: text.format(n=number, day=day, minute=minute) for name, text in row.items()}


def changed(feed: str, row: int, **changes: str) -> list[Row]:
    """Three good rows of which one (from 1) is changed."""
    found = rows(feed)
    found[row - 1] |= changes
    return found


def header(feed: str) -> list[str]:
    """Column names as the agency spells them."""
    return [column.physical_name for column in contract(feed).columns]


def text(feed: str, records: Sequence[Row], names: Sequence[str] | None = None, *, delimiter: str | None = None) -> str:
    """Records in the feed's own text format."""
    if contract(feed).delivery.kind == "jsonl":
        return "".join(json.dumps(json_record(feed, record), ensure_ascii=False) + "\n" for record in records)
    out = io.StringIO()
    mark = delimiter or contract(feed).delivery.delimiter or ","
    writer = csv.writer(out, delimiter=mark, lineterminator="\n")
    names = list(names or header(feed))
    writer.writerow(names)
    writer.writerows([record.get(name, "") for name in names] for record in records)
    return out.getvalue()


def json_record(feed: str, record: Row) -> dict[str, object]:
    """One record as the feed's JSON object: numbers as numbers, lists as arrays, nothing as null."""
    kinds = {column.physical_name: column.type for column in contract(feed).columns}
    found: dict[str, object] = {}
    for name, value in record.items():
        kind = kinds.get(name)
        if kind is ColumnType.LIST:
            found[name] = value.split(";") if value else []
        elif kind is ColumnType.INTEGER and value.isdigit():
            found[name] = int(value)
        else:
            found[name] = value or None
    return found


def encoded(feed: str, content: str) -> bytes:
    """Text in the feed's encoding."""
    return content.encode(contract(feed).delivery.encoding)


def good(feed: str, count: int = 3, *, start: int = 1) -> bytes:
    """A delivery with nothing wrong in it, in the feed's own format."""
    return encoded(feed, text(feed, rows(feed, count, start=start)))


def parquet(columns: Mapping[str, object]) -> bytes:
    """A Parquet file of these columns."""
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), sink)
    return sink.getvalue()


def parquet_of(feed: str, **changes: object) -> bytes:
    """Three good rows as Parquet, whole columns exchanged; a column given as None is left out."""
    records = rows(feed)
    columns: dict[str, object] = {name: [record[name] or None for record in records] for name in header(feed)}
    columns = {name: pa.array(values, pa.string()) for name, values in columns.items()} | changes
    return parquet({name: values for name, values in columns.items() if values is not None})


def file_name(feed: str, extension: str | None = None, day: str = "20240131") -> str:
    """A name the feed's contract allows."""
    delivery = contract(feed).delivery
    stem = delivery.file_name_pattern.replace("<YYYYMMDD>", day).replace("[_<n>]", "")
    stem = stem.replace("<YYYY-MM>", f"{day[:4]}-{day[4:6]}").replace("<force-slug>", "kent")
    return f"{stem}.{extension or delivery.kind}"


@dataclass(frozen=True)
class Broken:
    """A delivery, and what must become of it.

    Attributes:
        case: what is wrong, in words.
        kind: kind of file, for counting cases.
        files: content by name below the feed's folder.
        verdict: the gate's, or that there is no delivery at all.
        rules: codes without the feed's prefix: those that refuse, quarantine, or (accepted) warn. Of what is no
            delivery, the reason ingest gives, if any.
        received: rows in the ledger.
        warnings: of what is refused or set aside, further codes that must be counted.
        row, column: where the message must point, for a rule about rows.
        words: what the message must hold.
        earlier: good files of the same feed that lie beside it.
        arrange: does what file contents cannot (links, times).
    """

    case: str
    kind: str
    feed: str
    files: Mapping[str, bytes]
    verdict: str
    rules: tuple[str, ...] = ()
    received: int = 3
    warnings: tuple[str, ...] = ()
    row: int | None = None
    column: str | None = None
    words: tuple[str, ...] = ()
    earlier: Mapping[str, bytes] = field(default_factory=dict)
    arrange: Callable[[Path], None] | None = None

    @property
    def codes(self) -> set[str]:
        """Full rule codes."""
        prefix = contract(self.feed).rule_prefix
        return {f"{prefix}-{rule}" for rule in self.rules}


def refused(
    case: str,
    kind: str,
    feed: str,
    content: bytes,
    rule: str,
    *words: str,
    extension: str | None = None,
    received: int = 0,
    **files: bytes,
) -> Broken:
    named = {file_name(feed, extension): content} | files
    return Broken(case, kind, feed, named, REJECTED, (f"FILE-{rule}",), received, words=words)


def set_aside(
    case: str,
    kind: str,
    feed: str,
    content: bytes,
    rule: str,
    column: str,
    row: int = 2,
    received: int = 3,
    extension: str | None = None,
) -> Broken:
    named = {file_name(feed, extension): content}
    return Broken(case, kind, feed, named, QUARANTINE, (rule,), received, row=row, column=column)


def line_aside(
    case: str, kind: str, feed: str, content: bytes, rule: str, *, line: int, row: int, received: int = 4
) -> Broken:
    """A line that is no record is set aside, and said to be where it stands in the file."""
    named = {file_name(feed): content}
    return Broken(case, kind, feed, named, QUARANTINE, (f"FILE-{rule}",), received, row=row, words=(f"Line {line}:",))


def accepted(
    case: str,
    kind: str,
    feed: str,
    content: bytes,
    *warnings: str,
    received: int = 3,
    extension: str | None = None,
    name: str | None = None,
) -> Broken:
    return Broken(case, kind, feed, {name or file_name(feed, extension): content}, ACCEPTED, warnings, received)


def cell(case: str, kind: str, feed: str, rule: str, *, at: str | None = None, **change: str) -> Broken:
    """The second row has one wrong value, which quarantines it."""
    content = encoded(feed, text(feed, changed(feed, 2, **change)))
    return set_aside(case, kind, feed, content, rule, at or next(iter(change)).lower())


def warned(case: str, kind: str, feed: str, *warnings: str, **change: str) -> Broken:
    """The second row has one odd value, which only warns (or not even that)."""
    return accepted(case, kind, feed, encoded(feed, text(feed, changed(feed, 2, **change))), *warnings)


def with_manifest(case: str, claims: object, *words: str, feed: str = CUSTODY, kind: str = "csv utf-8") -> Broken:
    name, content = file_name(feed), good(feed)
    document = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return Broken(
        case, kind, feed, {name: content, f"{name}.manifest.json": document}, REJECTED, ("FILE-MANIFEST",), words=words
    )


def named(case: str, kind: str, feed: str, name: str, received: int = 0) -> Broken:
    return Broken(case, kind, feed, {name: good(feed)}, REJECTED, ("FILE-FILE_NAME",), received, words=("name",))


def joined(feed: str, *lines: str, end: str = "\n") -> bytes:
    return encoded(feed, end.join(lines) + end)


def zip_archive() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return sink.getvalue()


HTML = b"\n  <!DOCTYPE html>\n<html><body>Your session has ended</body></html>\n"
ERROR_PAGE = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'


def lines(feed: str) -> list[str]:
    return text(feed, rows(feed)).splitlines()


def renamed(feed: str, old: str, new: str) -> bytes:
    return encoded(feed, text(feed, rows(feed)).replace(old, new, 1))


def without(feed: str, *names: str) -> bytes:
    return encoded(feed, text(feed, rows(feed), [name for name in header(feed) if name not in names]))


def reordered(feed: str) -> bytes:
    return encoded(feed, text(feed, rows(feed), header(feed)[::-1]))


def swapped_names(feed: str, one: str, other: str) -> bytes:
    """The header's names in their place, the values of two columns under each other's name."""
    swap = {one: other, other: one}
    return encoded(
        feed, text(feed, [{swap.get(k, k): v for k, v in row.items()} for row in rows(feed, 25)], header(feed))
    )


def json_lines(*records: object) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def order(**changes: object) -> dict[str, object]:
    return json_record(ORDERS, rows(ORDERS, 1)[0]) | changes


def raw_order(extra: str) -> bytes:
    return good(ORDERS, 2) + (json.dumps(order(crn="X100003"))[:-1] + extra + "}\n").encode()


def bad_utf8() -> pa.Array:
    """A text column as some writers make it: bytes of another encoding passed off as UTF-8."""
    return pa.Array.from_buffers(
        pa.string(), 3, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xfcb")]
    )


def dates(*days: date | None) -> pa.Array:
    return pa.array(days, pa.date32())


def flipped(content: bytes, place: int) -> bytes:
    place %= len(content)
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
