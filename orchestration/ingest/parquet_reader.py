"""Parquet deliveries as batches of text, in the words the feed's own format would use.

Belongs here: rendering typed values in the contract's notation (a date column of a feed that writes `DD/MM/YYYY`
becomes that text), so that everything after raw sees one notation a feed. Does not belong here: column names
(`tables`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.contracts import LIST_SEPARATOR, ColumnType, FeedContract
from orchestration.ingest.problems import UnreadableError
from orchestration.ingest.tables import Header, Reading, column_by_name, match_header, nul_character

_BATCH_ROWS = 65_536
_ADVICE = "write the file again, and compare its size before and after the transfer"


def read_parquet(contract: FeedContract, path: Path) -> Reading:
    """Opens a Parquet file.

    Raises:
        UnreadableError: it is no complete Parquet file, or it names a column twice.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise UnreadableError(f"the file is not a complete Parquet file; {_ADVICE}") from None
    try:
        header = match_header(contract, list(file.schema_arrow.names))
    except BaseException:
        file.close()
        raise
    return Reading(header, _batches(contract, file, header))


def _batches(contract: FeedContract, file: pq.ParquetFile, header: Header) -> Iterator[pa.Table]:
    schema = pa.schema([pa.field(name, pa.string()) for name in header.names])
    rows = 0
    with file:
        batches = file.iter_batches(batch_size=_BATCH_ROWS)
        while True:
            try:
                batch = next(batches, None)
                if batch is None:
                    return
            except (pa.ArrowException, OSError):
                raise UnreadableError(f"the file is damaged after row {rows:,}; {_ADVICE}") from None
            arrays = [_checked(contract, name, batch.column(place)) for place, name in enumerate(header.names)]
            rows += batch.num_rows
            yield pa.Table.from_arrays(arrays, schema=schema)


def _checked(contract: FeedContract, name: str, values: pa.Array) -> pa.Array:
    """`text_of` one column, or the reason why it has no text that everything after raw can read."""
    column = column_by_name(contract, name)
    is_list = column is not None and column.type is ColumnType.LIST and _is_list_of_texts(values.type)
    if column is not None and pa.types.is_nested(values.type) and not is_list:
        raise UnreadableError(f"column {name} holds nested values; send one value a row, as text")
    try:
        if pa.types.is_duration(values.type):  # would become a bare number of whatever unit it has
            raise pa.ArrowNotImplementedError
        text = text_of(contract, name, values)
        text.validate(full=True)  # Parquet readers take bytes that are no UTF-8 for text; databases do not
    except (pa.ArrowException, ValueError, OverflowError):
        raise UnreadableError(
            f"column {name} ({values.type}) holds values that cannot be written as text; send it as UTF-8 text"
        ) from None
    if pc.any(pc.match_substring(text, "\0")).as_py():
        raise nul_character(name)
    return text


def _is_list_of_texts(kind: pa.DataType) -> bool:
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        return False
    return bool(pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type))


def text_of(contract: FeedContract, name: str, values: pa.Array) -> pa.Array:
    """Typed values of one column as text in the contract's notation; empty text becomes null."""
    column = column_by_name(contract, name)
    kind = column.type if column else None
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_nested(values.type):
        text = pa.array([_nested(value, kind) for value in values.to_pylist()], pa.string())
    elif pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
        text = _moments(contract, kind, values)
    elif pa.types.is_boolean(values.type) and kind is ColumnType.YES_NO:
        text = pc.if_else(values, contract.delivery.yes_value, contract.delivery.no_value)
    elif pa.types.is_floating(values.type):
        # a whole number with gaps arrives as 3.0 from tools that have no empty integers
        text = pc.replace_substring_regex(pc.cast(values, pa.string()), r"\.0$", "")
    elif pa.types.is_null(values.type):
        text = pa.nulls(len(values), pa.string())
    else:
        text = pc.cast(values, pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _moments(contract: FeedContract, kind: ColumnType | None, values: pa.Array) -> pa.Array:
    zone = getattr(values.type, "tz", None)
    form = "%Y-%m-%dT%H:%M:%S"
    if kind is ColumnType.DATE and contract.delivery.date_strptime:
        form = contract.delivery.date_strptime
    elif kind is ColumnType.TIMESTAMP and contract.delivery.timestamp_strptime:
        form = contract.delivery.timestamp_strptime
    elif pa.types.is_date(values.type):
        form = "%Y-%m-%d"
    if zone is not None:
        values = pc.local_timestamp(pc.cast(values, pa.timestamp("s", contract.delivery.timezone), safe=False))
    whole = pc.cast(values, pa.timestamp("s"), safe=False)
    if "%z" in form:
        whole = pc.assume_timezone(whole, contract.delivery.timezone, ambiguous="earliest", nonexistent="latest")
    text = pc.strftime(whole, format=form)
    if "%z" in form:  # +0100 -> +01:00
        text = pc.replace_substring_regex(text, r"([+-]\d\d)(\d\d)$", r"\1:\2")
    return pc.utf8_upper(text) if "%b" in form else text


def _nested(value: Any, kind: ColumnType | None) -> str | None:
    if value is None:
        return None
    if kind is ColumnType.LIST and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return LIST_SEPARATOR.join(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
