"""Typed columns into the text, and text into the file bytes, that a data contract describes.

Belongs here: date and timestamp formats, delimiters, quoting, encodings, JSON lines, gzip, Parquet; all whole columns
at a time. Does not belong here: which rows and which errors a file holds (`deliveries.py`, `dirt.py`).
Formats come from the contract, never from here.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.contracts import LIST_SEPARATOR, Column, ColumnType, DeliveryFormat
from orchestration.simulation.text_errors import without_accents


class Wrapping(StrEnum):
    """What a delivery is wrapped in besides its contract's own format."""

    PLAIN = ""
    GZIP = ".gz"
    PARQUET = ".parquet"


def encode_column(values: pd.Series, column: Column, delivery: DeliveryFormat) -> pa.StringArray:
    """`values` as the text the contract's format gives them; missing values are null."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return encode_dates(values, column.type, delivery)
    if column.type in {ColumnType.INTEGER, ColumnType.NUMBER} or pd.api.types.is_numeric_dtype(values.dtype):
        return _encode_numbers(values, column.type)
    text = pa.array(values.astype(object), type=pa.string(), from_pandas=True)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if not _holds_any_letter(delivery.encoding):
        distinct = text.dictionary_encode()
        words = [_storable(word, delivery.encoding) for word in distinct.dictionary.to_pylist()]
        text = pa.array(words, type=pa.string()).take(distinct.indices)
    if column.type is ColumnType.YES_NO:
        text = pc.if_else(pc.equal(text, "Y"), delivery.yes_value, text)
        text = pc.if_else(pc.equal(text, "N"), delivery.no_value, text)
    return text


def date_pattern(column_type: ColumnType, delivery: DeliveryFormat) -> str:
    """The strftime pattern of a date or timestamp column in one contract."""
    pattern = delivery.timestamp_strptime if column_type is ColumnType.TIMESTAMP else delivery.date_strptime
    return pattern or "%Y-%m-%d"


def encode_dates(values: pd.Series, column_type: ColumnType, delivery: DeliveryFormat) -> pa.StringArray:
    """Naive Europe/London dates or timestamps as contract text; each distinct value is formatted once."""
    pattern = date_pattern(column_type, delivery)
    codes, distinct = pd.factorize(values)
    moments = pd.DatetimeIndex(distinct)
    if column_type is ColumnType.TIMESTAMP and ("%z" in pattern or delivery.timezone == "UTC"):
        moments = to_utc(moments)
        pattern = pattern.replace("%z", "+00:00")
    words = moments.strftime(pattern)
    if "%b" in pattern:
        words = words.str.upper()
    dictionary = pa.array(words.to_numpy(dtype=object), type=pa.string())
    return dictionary.take(pa.array(codes, type=pa.int64(), mask=codes < 0))


def to_utc(moments: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Naive Europe/London wall-clock times as naive UTC; the doubled hour of October is taken as summer time."""
    summer = np.ones(len(moments), dtype=bool)
    local = moments.tz_localize("Europe/London", ambiguous=summer, nonexistent="shift_forward")
    return local.tz_convert("UTC").tz_localize(None)


def _encode_numbers(values: pd.Series, column_type: ColumnType) -> pa.StringArray:
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64")
    missing = numbers.isna().to_numpy()
    plain = numbers.to_numpy(dtype="float64", na_value=0.0)
    if column_type is ColumnType.INTEGER or np.array_equal(plain, np.rint(plain)):
        return pa.array(np.rint(plain).astype("int64"), mask=missing).cast(pa.string())
    codes, distinct = pd.factorize(plain)
    words = pa.array([f"{number:.2f}".rstrip("0").rstrip(".") for number in distinct], type=pa.string())
    return words.take(pa.array(codes, mask=missing))


def with_patches(array: pa.StringArray, rows: npt.NDArray[np.int64], texts: npt.NDArray[np.object_]) -> pa.StringArray:
    """`array` with `texts` (None for missing) standing at `rows`."""
    if not len(rows):
        return array
    places = np.full(len(array), -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    patched = pa.array(texts, type=pa.string()).take(pa.array(places, mask=places < 0))
    return pc.if_else(pa.array(places >= 0), patched, array)


def to_bytes(table: pa.Table, columns: dict[str, Column], delivery: DeliveryFormat) -> bytes:
    """A table of text columns (named as the header is to read) as the contract's CSV or JSON lines.

    `columns` gives the contract column behind a header; a header without one is an extra column.
    """
    if delivery.kind == "jsonl":
        return _json_lines(table, columns).encode(delivery.encoding)
    delimiter = delivery.delimiter or ","
    line_end = "\r\n" if _is_windows(delivery.encoding) else "\n"
    body = _delimited(table, delimiter, line_end)
    header = delimiter.join(table.column_names) + line_end
    if _holds_any_letter(delivery.encoding):
        return header.encode() + body
    return _storable(header + body.decode(), delivery.encoding).encode(delivery.encoding)


def wrap(content: bytes, wrapping: Wrapping) -> bytes:
    """`content` gzipped where `wrapping` says so, without a time stamp, so that equal content has equal bytes."""
    return gzip.compress(content, compresslevel=6, mtime=0) if wrapping is Wrapping.GZIP else content


def to_parquet(table: pa.Table) -> bytes:
    """A table of text columns as Parquet; values keep the contract's text form."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def to_parquet_table(frame: pd.DataFrame) -> bytes:
    """A table of any types as Parquet, without its index."""
    return to_parquet(pa.Table.from_pandas(frame, preserve_index=False))


def _holds_any_letter(encoding: str) -> bool:
    return encoding.lower().replace("-", "") == "utf8"


def _is_windows(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("windows", "cp") == "cp1252"


def _storable(text: str, encoding: str) -> str:
    """Letters an old code page lacks lose their accents; what is left without an equivalent becomes `?`."""
    if text.isascii():
        return text
    wrong = {letter for letter in set(text) if letter.encode(encoding, errors="ignore") == b""}
    if not wrong:
        return text
    plain: dict[str, str | int | None] = {
        letter: without_accents(letter).encode(encoding, errors="replace").decode(encoding) for letter in wrong
    }
    return text.translate(str.maketrans(plain))


def _delimited(table: pa.Table, delimiter: str, line_end: str) -> bytes:
    if not table.num_rows:
        return b""
    return joined(delimited_lines(table, delimiter, line_end))


def delimited_lines(table: pa.Table, delimiter: str, line_end: str) -> pa.LargeStringArray:
    """One line of delimited text per row, its end included; null is empty, values are quoted where they must be."""
    cells = [_quoted(table.column(name), delimiter) for name in table.column_names]
    cells[-1] = pc.binary_join_element_wise(cells[-1], _large(line_end), _large(""))
    return pc.binary_join_element_wise(*cells, _large(delimiter))


def joined(lines: pa.LargeStringArray) -> bytes:
    """All strings of an array without nulls, end to end: its value buffer."""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int64)[lines.offset : lines.offset + len(lines) + 1]
    content: bytes = lines.buffers()[2][int(offsets[0]) : int(offsets[-1])].to_pybytes()
    return content


def _large(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())


def _quoted(values: pa.ChunkedArray, delimiter: str) -> pa.Array:
    text = pc.fill_null(values.combine_chunks().cast(pa.large_string()), "")
    special = pc.match_substring_regex(text, f'[{re.escape(delimiter)}"\r\n]')
    if not pc.any(special).as_py():
        return text
    doubled = pc.replace_substring(text, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise(_large('"'), doubled, _large('"'), _large("")), text)


def _json_lines(table: pa.Table, columns: dict[str, Column]) -> str:
    if not table.num_rows:
        return ""
    pieces: list[pa.Array | pa.Scalar] = []
    opening = "{"
    for name in table.column_names:
        column = columns.get(name)
        values = table.column(name).combine_chunks().cast(pa.large_string())
        pieces += [_large(f"{opening}{json.dumps(name)}: "), _json_values(values, column)]
        opening = ", "
    pieces.append(_large("}\n"))
    return joined(pc.binary_join_element_wise(*pieces, _large(""))).decode()


def _json_values(values: pa.LargeStringArray, column: Column | None) -> pa.Array:
    if column is not None and column.type in {ColumnType.INTEGER, ColumnType.NUMBER}:
        return pc.fill_null(_numbers_or_quoted(values), "null")
    if column is not None and column.type is ColumnType.LIST:
        return pc.fill_null(_each_distinct(values, lambda item: json.dumps(item.split(LIST_SEPARATOR))), "[]")
    if pc.any(pc.match_substring_regex(values, r'["\\\x00-\x1f]')).as_py():
        quoted = _each_distinct(values, lambda item: json.dumps(item, ensure_ascii=False))
    else:
        quoted = pc.binary_join_element_wise(_large('"'), values, _large('"'), _large(""))
    return pc.fill_null(quoted, "null")


def _each_distinct(values: pa.LargeStringArray, change: Callable[[str], str]) -> pa.Array:
    dictionary = values.dictionary_encode()
    words = pa.array([change(item) for item in dictionary.dictionary.to_pylist()], type=pa.large_string())
    return words.take(dictionary.indices)


def _numbers_or_quoted(values: pa.LargeStringArray) -> pa.Array:
    """Numbers bare; a wrong entry that is no number as a JSON string, so that the line still parses."""
    is_number = pc.match_substring_regex(values, r"^-?\d+(\.\d+)?$")
    return pc.if_else(is_number, values, pc.binary_join_element_wise(_large('"'), values, _large('"'), _large("")))
