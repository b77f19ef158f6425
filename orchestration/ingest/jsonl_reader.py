"""JSON lines in batches of text.

Belongs here: one object a line into columns, and saying at which line a file breaks. Does not belong here: bytes
(`streams`), column names (`tables`).

A column is there if at least one object has its key; write a key with null where there is no value. Numbers keep the
text they were written in. A list column's array becomes its values joined by `;`, as in delimited files. Any other
nested value of a promised column refuses the file (its type has changed); of an extra column it stays JSON text.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.contracts import LIST_SEPARATOR, ColumnType, FeedContract
from orchestration.ingest.problems import UnreadableError
from orchestration.ingest.streams import open_text
from orchestration.ingest.tables import (
    MAX_COLUMNS,
    MAX_RECORD_BYTES,
    Header,
    Reading,
    match_header,
    nul_character,
    too_many_columns,
    unreadable_record,
)

_BATCH_ROWS = 20_000


class _Number(str):
    """A JSON number in the very text it was written in."""

    __slots__ = ()


_PLAIN = {str, _Number, type(None)}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ; Python would silently keep the last of two values."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has one key twice")
    return found


_decode = json.JSONDecoder(
    parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant, object_pairs_hook=_object
).decode


def read_jsonl(contract: FeedContract, path: Path, *, compressed: bool) -> Reading:
    """Opens a JSON-lines file. Looks through it once for its keys, then hands out its rows.

    A small file is held in memory between the two, a large one is read twice.

    Raises:
        UnreadableError: a line is not a JSON object, or two keys mean one column.
    """
    keys: dict[str, None] = {}
    held: list[dict[str, Any]] | None = []
    rows = 0
    for record in read_records(contract, path, compressed=compressed):
        rows += 1
        for key in record:
            keys.setdefault(key)
        if len(keys) > MAX_COLUMNS:
            raise too_many_columns(len(keys))
        if held is not None:
            held.append(record)
            if rows > _BATCH_ROWS:
                held = None
    delivered = list(keys)
    if rows == 0:
        delivered = [column.physical_name for column in contract.columns]
    header = match_header(contract, delivered)
    records = iter(held) if held is not None else read_records(contract, path, compressed=compressed)
    return Reading(header, _batches(contract, header, delivered, records))


def read_records(contract: FeedContract, path: Path, *, compressed: bool) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file, as they are nested; numbers are the texts they were written in.

    Raises:
        UnreadableError: a line is not a JSON object.
    """
    stream, _ = open_text(path, encoding=contract.delivery.encoding, compressed=compressed)
    with stream:
        number = 0
        while line := stream.readline(MAX_RECORD_BYTES + 1):
            number += 1
            if len(line) > MAX_RECORD_BYTES:
                raise unreadable_record(number, f"longer than {MAX_RECORD_BYTES >> 20} MiB", "write one record a line")
            if line.isspace():
                continue
            yield _record(line, number)


def _record(line: bytes, number: int) -> dict[str, Any]:
    try:
        value = _decode(line.decode("utf-8"))
    except json.JSONDecodeError as error:
        what = f"not valid JSON at character {error.pos + 1:,}"
        raise unreadable_record(number, what, "write one complete JSON object on each line") from None
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise unreadable_record(number, what, "write numbers as JSON numbers, objects flat, each key once") from None
    if not isinstance(value, dict):
        raise unreadable_record(number, "not a JSON object", "write one JSON object on each line, no array around them")
    return value


def _batches(
    contract: FeedContract, header: Header, delivered: list[str], records: Iterator[dict[str, Any]]
) -> Iterator[pa.Table]:
    schema = pa.schema([pa.field(name, pa.string()) for name in header.names])
    types = {column.name: column.type for column in contract.columns}
    kinds = [types.get(name) for name in header.names]
    batch: list[dict[str, Any]] = []

    def table() -> pa.Table:
        columns = zip(delivered, kinds, strict=True)
        first = row - len(batch) + 1
        arrays = [
            _texts([record.get(key) for record in batch], kind, contract, name, first)
            for (key, kind), name in zip(columns, header.names, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=schema)

    row = 0
    try:
        for record in records:
            row += 1
            batch.append(record)
            if len(batch) == _BATCH_ROWS:
                yield table()
                batch = []
        if batch:
            yield table()
    except UnicodeEncodeError:
        advice = "write characters themselves, or both halves of an escaped pair"
        raise unreadable_record(row, "half of an escaped character pair here or before", advice) from None


def _texts(values: list[Any], kind: ColumnType | None, contract: FeedContract, name: str, first: int) -> pa.Array:
    """One column as text; most columns are plain text throughout and need no look at each value."""
    if not set(map(type, values)) <= _PLAIN:
        if kind is not None:
            _check_flat(values, kind, name, first)
        values = [_text(value, kind, contract) for value in values]
    texts = pa.array(values, pa.string())
    if pc.any(pc.match_substring(texts, "\0")).as_py():
        raise nul_character(name)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _check_flat(values: list[Any], kind: ColumnType, name: str, first: int) -> None:
    """Raises at the first object, and the first array that is no list of texts in a list column."""
    for row, value in enumerate(values, start=first):
        is_list = kind is ColumnType.LIST and isinstance(value, list) and all(isinstance(item, str) for item in value)
        if isinstance(value, dict | list) and not is_list:
            wanted = "an array of texts" if kind is ColumnType.LIST else "one value"
            raise UnreadableError(
                f"record {row:,}: column {name} holds a nested object or array; send {wanted}, and other facts under "
                "names of their own"
            )


def _text(value: Any, kind: ColumnType | None, contract: FeedContract) -> str | None:
    """A JSON value as the text a delimited file would hold."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        if kind is ColumnType.YES_NO:
            return contract.delivery.yes_value if value else contract.delivery.no_value
        return "true" if value else "false"
    if kind is ColumnType.LIST and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return LIST_SEPARATOR.join(value) or None
    return json_text(value)


def json_text(value: Any) -> str:
    """A value as JSON text again, numbers as they were written."""
    out = io.StringIO()
    _write_json(value, out)
    return out.getvalue()


def _write_json(value: Any, out: io.StringIO) -> None:
    if isinstance(value, _Number):
        out.write(value)
    elif isinstance(value, dict):
        for position, (key, item) in enumerate(value.items()):
            out.write("{" if position == 0 else ",")
            out.write(json.dumps(key, ensure_ascii=False) + ":")
            _write_json(item, out)
        out.write("}" if value else "{}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            out.write("[" if position == 0 else ",")
            _write_json(item, out)
        out.write("]" if value else "[]")
    else:
        out.write(json.dumps(value, ensure_ascii=False))
