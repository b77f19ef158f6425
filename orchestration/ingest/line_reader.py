"""Delimited text line by line, for a file that cannot be split as a whole: a bad line costs a line.

Belongs here: which lines are no record of the feed, and which lines belong to one record. Does not belong here: the way
good files are read (`csv_reader`, some 20 times as fast), what becomes of lines set aside (the gate).

A file is read so only after it could not be read the fast way. Good rows come out as they would have there. Refused as
a whole are still: a file cut off in its last line, one in another encoding than agreed, one of which no record can be
read, and one with more unreadable lines than its contract allows, by number and by share.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from orchestration.contracts import DeliveryRuleKind, FeedContract
from orchestration.ingest.problems import UnreadableError
from orchestration.ingest.streams import utf8_under_another_name
from orchestration.ingest.tables import (
    MAX_RECORD_BYTES,
    ROW_NUMBER,
    LineAside,
    Reading,
    check_line_limits,
    match_header,
    normalised,
    unreadable_record,
)

_BATCH_ROWS = 20_000

_MOST_LINES = 1_000
"""Most lines of one record. A quote left open must not be followed to the end of a long file, line after line."""

FOOTER = r"^\W*(total|count|status|end|eof|trailer|rows?|records?|\d[\d,.]*\s+(rows?|records?))\b"
"""What exports write below the last record, in any letters (a regular expression for Python and RE2). It need not end
with an end of line; a record cut off does not either."""

_MARK = "mark"


@dataclass(frozen=True)
class _Line:
    """One line of the file.

    Attributes:
        text: without its end; of a line that cannot be decoded, its bytes escaped.
        end: its end of line; empty for a last line that has none.
        fault: why it cannot be read, or None.
    """

    number: int
    text: str
    end: str
    fault: str | None = None


class _Lines:
    """The lines of a file, with a look ahead; notes what encoding the file turns out to be in."""

    def __init__(self, path: Path, *, encoding: str, compressed: bool) -> None:
        self._encoding = codecs.lookup(encoding).name
        self._waiting: deque[_Line] = deque()
        self._coming = self._read(path, compressed)
        self._is_all_utf8 = True
        self._is_ascii = True
        self._good_beyond_ascii = False
        self._undecodable = 0

    def peek(self, ahead: int = 0) -> _Line | None:
        """The line so many after the next one; None beyond the end."""
        while len(self._waiting) <= ahead:
            line = next(self._coming, None)
            if line is None:
                return None
            self._waiting.append(line)
        return self._waiting[ahead]

    def take(self, count: int = 1) -> None:
        """Goes on by lines that were peeked at."""
        for _ in range(count):
            self._waiting.popleft()

    def check_encoding(self) -> None:
        """At the end of the file: is it the lines that are damaged, or is all of it in another encoding?

        Where every letter beyond ASCII is unreadable, setting the lines aside would leave out just the people whose
        names have such letters.

        Raises:
            UnreadableError: the file is in another encoding.
        """
        if self._encoding != "utf-8" and self._is_all_utf8 and not self._is_ascii:
            raise utf8_under_another_name(self._encoding)
        if self._undecodable > 1 and not self._good_beyond_ascii:
            raise UnreadableError(
                f"{self._undecodable:,} lines hold bytes that are not {self._encoding}, and no other line has a letter "
                f"beyond ASCII: the file is in another encoding; export the file as {self._encoding}"
            )

    def _read(self, path: Path, compressed: bool) -> Iterator[_Line]:
        with path.open("rb") as file:
            source: BinaryIO = gzip.GzipFile(fileobj=file) if compressed else file  # type: ignore[assignment]
            number = 0
            try:
                for raw in _raw_lines(source):
                    number += 1
                    if len(raw) > MAX_RECORD_BYTES:
                        what = f"a line longer than {MAX_RECORD_BYTES >> 20} MiB (a quote left open, or ends lost)"
                        raise unreadable_record(number, what, "send the file again with one record a line")
                    yield self._line(number, raw)
            except (EOFError, OSError, zlib.error):
                if not compressed:
                    raise
                raise UnreadableError(
                    f"the gzip file ends or is damaged after line {number:,}: the transfer was cut short or altered; "
                    "send the file again"
                ) from None

    def _line(self, number: int, raw: bytes) -> _Line:
        if number == 1 and raw.startswith(codecs.BOM_UTF8):
            raw, self._encoding = raw[len(codecs.BOM_UTF8) :], "utf-8"
        body = raw.rstrip(b"\r\n")
        end = raw[len(body) :].decode("ascii")
        is_ascii = body.isascii()
        self._is_ascii = self._is_ascii and is_ascii
        if not is_ascii and self._is_all_utf8:
            self._is_all_utf8 = _decodes(body, "utf-8")
        if b"\0" in body:
            return _Line(number, _escaped(body), end, "a NUL byte; the line was damaged on the way")
        try:
            text = body.decode(self._encoding)
        except UnicodeDecodeError as error:
            self._undecodable += 1
            what = f"a byte that is not {self._encoding} (0x{body[error.start]:02X})"
            return _Line(number, _escaped(body), end, f"{what}; export the file as {self._encoding}")
        self._good_beyond_ascii = self._good_beyond_ascii or not is_ascii
        return _Line(number, text, end)


def read_csv_by_line(contract: FeedContract, path: Path, *, compressed: bool) -> Reading:
    """Opens a delimited file line by line.

    The batches carry their own row numbers: lines set aside have the numbers between them.

    Raises:
        UnreadableError: the header cannot be read. Later faults are raised by the batches.
    """
    delimiter = contract.delivery.delimiter or ","
    lines = _Lines(path, encoding=contract.delivery.encoding, compressed=compressed)
    cells = _header(lines, delimiter)
    header = match_header(contract, cells)
    aside: list[LineAside] = []
    batches = _batches(contract, lines, cells, header.names, delimiter, aside, is_whole=compressed)
    return Reading(header, batches, aside)


def _header(lines: _Lines, delimiter: str) -> list[str]:
    while (line := lines.peek()) is not None and not line.text.strip():
        lines.take()
    if line is None:
        raise unreadable_record(1, "there is no header", "send the agreed header line")
    if line.fault is not None:
        raise unreadable_record(line.number, line.fault, "send the file again")
    fields, is_open = _split(line, delimiter)
    used = 1
    if is_open:
        joined = _joined(lines, delimiter)
        if joined is None:
            raise unreadable_record(line.number, "a quoted value of the header never ends", "close every quote")
        fields, used = joined
    lines.take(used)
    return [cell.strip() for cell in fields]


def _batches(
    contract: FeedContract,
    lines: _Lines,
    cells: list[str],
    names: tuple[str, ...],
    delimiter: str,
    aside: list[LineAside],
    *,
    is_whole: bool,
) -> Iterator[pa.Table]:
    header = [normalised(cell) for cell in cells]
    rows: list[list[str]] = []
    numbers: list[int] = []
    row_number, last_good = 0, 0
    while (line := lines.peek()) is not None:
        if not line.text and line.fault is None:
            lines.take()
            continue
        row_number += 1
        fields, used, fault = _record(lines, line, delimiter, len(names))
        if fault is None and _is_header(fields, cells, header):
            fault = DeliveryRuleKind.REPEATED_HEADER, "the header line again; files were joined end to end"
        lines.take(used)
        if fault is None:
            rows.append(fields)
            numbers.append(row_number)
            last_good = row_number
        else:
            if not line.end and not is_whole and _is_cut(line, fields, fault[0], len(names)):
                found = f"{len(names)} columns expected, the file ends after {len(fields)} in the middle of a line"
                raise unreadable_record(line.number, found, "the transfer was cut short: send the file again")
            aside.append(LineAside(row_number, line.number, fault[0], fault[1], line.text))
        if len(rows) == _BATCH_ROWS:
            yield _table(names, rows, numbers)
            rows, numbers = [], []
    lines.check_encoding()
    _name_footers(aside, last_good)
    advice = "quote values that hold a delimiter or an end of line, close every quote"
    check_line_limits(contract, row_number, aside, advice)
    if rows:
        yield _table(names, rows, numbers)


def _is_header(fields: list[str], cells: list[str], header: list[str]) -> bool:
    """Whether a row is the header again; a byte order mark may stand before it, so the second column is asked too."""
    return any(map(str.__eq__, fields[:2], cells[:2])) and [normalised(field) for field in fields] == header


def _is_cut(line: _Line, fields: list[str], kind: DeliveryRuleKind, columns: int) -> bool:
    """Whether a last line without an end was cut off there, and is no footer."""
    if line.fault is not None or kind is DeliveryRuleKind.REPEATED_HEADER or _is_footer(line.text):
        return False
    return len(fields) < columns or kind is DeliveryRuleKind.UNREADABLE_ROW


def _is_footer(text: str) -> bool:
    return re.match(FOOTER, text, re.IGNORECASE) is not None


def _record(
    lines: _Lines, line: _Line, delimiter: str, columns: int
) -> tuple[list[str], int, tuple[DeliveryRuleKind, str] | None]:
    """Fields of the record that begins with a line, how many lines it takes, and what is wrong with it."""
    if line.fault is not None:
        return [], 1, (DeliveryRuleKind.UNREADABLE_ROW, line.fault)
    try:
        fields, is_open = _split(line, delimiter)
    except csv.Error:
        return [], 1, (DeliveryRuleKind.UNREADABLE_ROW, "an end of line where none can be")
    if is_open:
        joined = _joined(lines, delimiter)
        if joined is not None and len(joined[0]) == columns:
            return *joined, None
        what = "a quoted value opens here and does not end in this record"
        return fields, 1, (DeliveryRuleKind.UNREADABLE_ROW, what)
    if len(fields) != columns:
        return fields, 1, (DeliveryRuleKind.RAGGED_ROW, f"{columns} columns expected, {len(fields)} found")
    return fields, 1, None


def _split(line: _Line, delimiter: str) -> tuple[list[str], bool]:
    """Fields of a line, and whether a quoted value is left open at its end.

    Raises:
        csv.Error: there is an end of line inside it.
    """
    if '"' not in line.text and "\r" not in line.text:
        return line.text.split(delimiter), False
    reader = csv.reader([line.text + "\n", _MARK], delimiter=delimiter)
    csv.field_size_limit(MAX_RECORD_BYTES)
    fields = next(reader)
    is_open = reader.line_num == 2
    return (fields if not is_open else line.text.split(delimiter)), is_open


def _joined(lines: _Lines, delimiter: str) -> tuple[list[str], int] | None:
    """Fields of the record that begins with an open quote, and its lines; None if no end of it makes sense."""
    texts: list[str] = []
    size = 0
    csv.field_size_limit(MAX_RECORD_BYTES)
    while len(texts) < _MOST_LINES and size <= MAX_RECORD_BYTES:
        line = lines.peek(len(texts))
        if line is None or line.fault is not None:
            return None
        texts.append(line.text + (line.end or "\n"))
        size += len(texts[-1])
        if len(texts) == 1 or '"' not in line.text:
            continue
        reader = csv.reader(texts, delimiter=delimiter, strict=True)
        try:
            fields = next(reader)
        except csv.Error as error:
            if "unexpected end of data" in str(error):  # a quoted value goes on in the next line
                continue
            return None
        return (fields, len(texts)) if reader.line_num == len(texts) else None
    return None


def _name_footers(aside: list[LineAside], last_good: int) -> None:
    """What the export wrote about itself below the last record was never meant for one."""
    for place, line in enumerate(aside):
        is_below = line.row_number > last_good > 0
        if is_below and line.kind is DeliveryRuleKind.RAGGED_ROW and _is_footer(line.text):
            what = "a line below the last record"
            aside[place] = LineAside(line.row_number, line.line_number, DeliveryRuleKind.FOOTER, what, line.text)


def _table(names: tuple[str, ...], rows: list[list[str]], numbers: list[int]) -> pa.Table:
    arrays = [pa.array([row[place] or None for row in rows], pa.string()) for place in range(len(names))]
    fields = [*(pa.field(name, pa.string()) for name in names), pa.field(ROW_NUMBER, pa.int64())]
    return pa.Table.from_arrays([*arrays, pa.array(numbers, pa.int64())], schema=pa.schema(fields))


def _raw_lines(source: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends: LF, CR LF, or (in a file without any LF) CR alone. One that is too long comes in part."""
    buffered = io.BufferedReader(cast(io.RawIOBase, source), 1 << 20)
    mark = b"\n" if b"\n" in buffered.peek(1 << 20) else b"\r"
    if mark == b"\n":
        while line := buffered.readline(MAX_RECORD_BYTES + 2):
            yield line
        return
    held = b""
    while chunk := buffered.read(1 << 20):
        *whole, held = (held + chunk).split(mark)
        yield from (line + mark for line in whole)
        if len(held) > MAX_RECORD_BYTES:
            break
    if held:
        yield held


def _decodes(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _escaped(body: bytes) -> str:
    return body.decode("ascii", "backslashreplace").replace("\0", "\\x00")
