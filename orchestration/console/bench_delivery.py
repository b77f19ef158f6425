"""A large delivery made up for timing the gate: the rows of a small simulated world, repeated with other numbers.

Belongs here: multiplying rows so that what costs time stays true to life. Does not belong here: timing (`bench_gate`),
simulated people (`simulation`).

Plain repetition would flatter the gate, which reads each distinct value once. So the key counts up, every digit of an
identifier and the last one of a time are drawn anew, and one name in ten is joined to another: these columns have as
many different values as a real delivery of that size.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from orchestration.atomic import replacing
from orchestration.contracts import Column, ColumnType, FeedContract

_CHUNK_ROWS = 50_000
_DIGITS = (ord("0"), ord("9"))
_JOINED_SHARE = 0.1


def widest_feed(contracts: list[FeedContract]) -> FeedContract:
    """The feed with most columns among those delivered as delimited text."""
    delimited = [contract for contract in contracts if contract.delivery.kind == "csv"]
    return max(delimited, key=lambda contract: (len(contract.columns), contract.key))


def write_delivery(contract: FeedContract, template: pa.Table, rows: int, seed: int, target: Path) -> None:
    """Writes a delimited file of `rows` rows drawn from `template` (text columns under canonical names).

    The same arguments write the same bytes. Blanks and faults come as often as in the template.

    Raises:
        ValueError: the template has no rows.
    """
    if not template.num_rows:
        raise ValueError(f"no rows of {contract.key} to multiply; simulate a larger world")
    rng = np.random.default_rng(seed)
    schema = pa.schema([pa.field(column.physical_name, pa.string()) for column in contract.columns])
    with replacing(target) as temporary, temporary.open("wb") as file:
        for start in range(0, rows, _CHUNK_ROWS):
            chosen = rng.integers(0, template.num_rows, min(_CHUNK_ROWS, rows - start))
            drawn = template.take(pa.array(chosen))
            columns = [
                varied(contract, column, drawn[column.name].combine_chunks(), start, rng) for column in contract.columns
            ]
            _write(pa.Table.from_arrays(columns, schema=schema), file, contract.delivery.delimiter or ",", start == 0)


def varied(
    contract: FeedContract, column: Column, values: pa.StringArray, start: int, rng: np.random.Generator
) -> pa.Array:
    """One column's drawn values with the variety of a large delivery; nulls stay null.

    Args:
        contract: the feed.
        column: which column.
        values: drawn from the template.
        start: rows of the delivery before these.
        rng: source of chance.
    """
    keys = [item.name for item in contract.columns if item.is_primary_key and item.type is ColumnType.IDENTIFIER]
    if column.name in keys[:1]:
        numbers = [f"{number:09d}" for number in range(start + 1, start + len(values) + 1)]
        return pa.array(numbers, pa.string(), mask=np.asarray(values.is_null()))
    match column.type:
        case ColumnType.IDENTIFIER:
            return with_other_digits(values, rng)
        case ColumnType.TEXT:
            return some_joined(with_other_digits(values, rng), rng)
        case ColumnType.TIMESTAMP:
            return with_other_digits(values, rng, after=":")
    return values


def some_joined(values: pa.StringArray, rng: np.random.Generator) -> pa.Array:
    """Values without digits are joined to another by a hyphen, one in ten: names vary without end."""
    others = values.take(pa.array(rng.permutation(len(values))))
    is_joined = pc.and_(pa.array(rng.random(len(values)) < _JOINED_SHARE), pc.match_substring_regex(values, r"^\D*$"))
    return pc.if_else(is_joined, pc.coalesce(pc.binary_join_element_wise(values, others, "-"), values), values)


def with_other_digits(values: pa.StringArray, rng: np.random.Generator, after: str = "") -> pa.Array:
    """Every digit drawn anew, or, if a mark is given, only the last digit of the texts that have it.

    Shapes stay as they are, so a well-formed value stays well formed and a wrong one wrong.
    """
    texts = np.asarray(values.fill_null("").to_numpy(zero_copy_only=False), dtype=np.str_)
    width = max(1, texts.dtype.itemsize // 4)
    letters = texts.astype(f"<U{width}").view(np.uint32).reshape(len(texts), width).copy()
    is_digit = (letters >= _DIGITS[0]) & (letters <= _DIGITS[1])
    if after:
        lengths = np.char.str_len(texts)
        is_last = np.arange(width)[None, :] == (lengths - 1)[:, None]
        is_digit &= is_last & (np.char.find(texts, after) >= 0)[:, None]
    letters[is_digit] = rng.integers(*_DIGITS, int(is_digit.sum()), endpoint=True)
    changed = np.ascontiguousarray(letters).view(f"<U{width}").reshape(len(texts))
    return pa.array(changed.tolist(), pa.string(), mask=np.asarray(values.is_null()))


def _write(table: pa.Table, file: BinaryIO, delimiter: str, with_header: bool) -> None:
    """Appends rows; values are quoted only in a chunk that needs it, as most senders write."""
    options = arrow_csv.WriteOptions(delimiter=delimiter, include_header=False, quoting_style="none")
    if with_header:
        file.write((delimiter.join(table.column_names) + "\n").encode())
    sink = pa.BufferOutputStream()
    try:
        arrow_csv.write_csv(table, sink, options)
    except pa.ArrowInvalid:
        options.quoting_style = "needed"
        sink = pa.BufferOutputStream()
        arrow_csv.write_csv(table, sink, options)
    file.write(sink.getvalue())
