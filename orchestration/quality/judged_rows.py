"""The rows of a batch of deliveries as relations that checks can be asked of.

Belongs here: which deliveries are read together, where their rows lie, and which columns repeat so much that a value is
judged once and not row by row. Does not belong here: the checks and what they find (`judging`).

Two kinds of relation have the same columns, a text and a typed value for each column of the feed (`typed_sql`):

- of rows: one line for each row, scanned where it lies in Parquet;
- of values: one line for each delivery and combination of values of some columns, with the number of rows that have it.
  On a million rows, grouping a column of few values takes a hundredth of the time of reading its dates row by row.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.contracts import Column, FeedContract
from orchestration.quality.checks import DELIVERY_ID, ROW_NUMBER
from orchestration.quality.typed_sql import is_read, literal, name, text_name, text_value, typed_value

JUDGED = "judged_rows"
"""What checks call the relation they are asked of."""

WEIGHT = "_rows"
"""In a relation of values, the number of rows that have them."""

MAX_LISTED_VALUES = 100_000
"""Most values of a column, or combinations of several, that are listed; beyond it rows are judged one by one."""

_FEW_ROWS = 20_000
"""So few rows are judged in one query, sooner than their columns could be grouped one after the other."""

_SAMPLE_ROWS = 50_000
_MOST_VALUES_IN_SAMPLE = 0.75
"""Of the first rows that are filled, the share that may be different values. If all of 100,000 values are equally
frequent, 50,000 rows show 79 % of their own number; a column with more is not grouped in the first place."""

_SMALL_FILE_BYTES = 2 << 20
_HELD_BYTES = 64 << 20
"""Small files are read into memory together: opening 1,000 files costs a second for every scan. Large ones are better
scanned where they lie: Parquet's dictionaries make grouping nearly free."""

_RAW = "raw_rows"
_LOOKED_UP = "_raw"


def batches_of(raw_files: Sequence[Path]) -> tuple[tuple[Path, ...], ...]:
    """Raw files to be read together: small ones by tens of megabytes, then each large one alone."""
    sizes = {path: path.stat().st_size for path in raw_files}
    small: list[list[Path]] = []
    room = 0
    for path, size in sizes.items():
        if size > _SMALL_FILE_BYTES:
            continue
        if size > room or not small:
            small.append([])
            room = _HELD_BYTES
        small[-1].append(path)
        room -= size
    return (*map(tuple, small), *((path,) for path, size in sizes.items() if size > _SMALL_FILE_BYTES))


def asked_of(relation: str, query: str) -> str:
    """A query over `judged_rows`, asked of this relation; it streams, though the query names it more than once."""
    return f"with {JUDGED} as not materialized ({relation}) {query}"


class Batch:
    """The rows of some raw files, in a database that holds one batch at a time.

    Attributes:
        files: the raw files.
        rows: how many rows they have.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: FeedContract, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        self._connection = connection
        self._contract = contract
        self._relations: dict[tuple[str, ...], str | None] = {}
        self._listed: dict[tuple[str, ...], int] = {}
        self._varied: frozenset[str] | None = None
        self.rows = self._open()

    def close(self) -> None:
        """Removes what the batch put into the database."""
        for columns in self._listed:
            self._connection.execute(f"drop table {_table(columns)}")
        self._connection.execute(f"drop {'view' if self._is_large else 'table'} {_RAW}")

    def rows_of(self, columns: Collection[str]) -> str:
        """A query for the rows, with text and typed value of these columns."""
        wanted = [column for column in self._contract.columns if column.name in columns]
        listed = [column for column in wanted if self.is_looked_up(column.name)]
        direct = [column for column in wanted if column not in listed]
        texts = [f"{text_value(self._contract, column)} as {text_name(column.name)}" for column in direct]
        found, joins = [], []
        for place, column in enumerate(listed):
            found.append(f"v{place}.{text_name(column.name)}, v{place}.{name(column.name)}")
            values = f"""(
                select {_LOOKED_UP}, any_value({text_name(column.name)}) as {text_name(column.name)},
                    any_value({name(column.name)}) as {name(column.name)}
                from {_table((column.name,))} where {_LOOKED_UP} is not null group by {_LOOKED_UP}
            )"""
            joins.append(f"left join {values} as v{place} on {_RAW}.{name(column.name)} = v{place}.{_LOOKED_UP}")
        kept = f"{_RAW}.{DELIVERY_ID}, {_RAW}.{ROW_NUMBER}"
        texts_query = f"select {', '.join([kept, *texts, *found])} from {_RAW} {' '.join(joins)}"
        typed = [f"{typed_value(self._contract, column)} as {name(column.name)}" for column in direct]
        return f"select {', '.join(['*', *typed])} from ({texts_query})"

    @property
    def is_small(self) -> bool:
        """Whether there are so few rows that any query over them is cheap."""
        return self.rows < _FEW_ROWS

    def is_looked_up(self, column: str) -> bool:
        """Whether a row's typed value comes from the list of values: reading one is dearer than finding it there."""
        return (column,) in self._listed and is_read(self._contract.column(column))

    def values_of(self, columns: Sequence[str]) -> str | None:
        """A query for the values of these columns together, or None if there are too many of them."""
        key = tuple(columns)
        if key not in self._relations:
            self._relations[key] = self._listing(key)
        return self._relations[key]

    def weighted(self, columns: Sequence[str]) -> str:
        """A query for these columns with their weight: of values where they repeat, else of rows that weigh one."""
        return self.values_of(columns) or f"select *, 1 as {WEIGHT} from ({self.rows_of(columns)})"

    def _open(self) -> int:
        """Makes the raw relation and returns its number of rows."""
        wanted = [*self._contract.column_names, DELIVERY_ID, ROW_NUMBER]
        self._is_large = any(path.stat().st_size > _SMALL_FILE_BYTES for path in self.files)
        if self._is_large:
            present = {item for path in self.files for item in pq.read_schema(path).names}
            # a column the contract has gained since the file was written
            columns = [name(item) if item in present else f"cast(null as varchar) as {name(item)}" for item in wanted]
            files = ", ".join(literal(str(path)) for path in self.files)
            source = f"read_parquet([{files}], union_by_name = true)"
            self._connection.execute(f"create view {_RAW} as select {', '.join(columns)} from {source}")
            rows = sum(int(pq.read_metadata(path).num_rows) for path in self.files)
        else:
            held = _read_all(self.files, wanted)
            self._connection.register("held_rows", held)
            self._connection.execute(f"create table {_RAW} as select * from held_rows")
            self._connection.unregister("held_rows")
            rows = int(held.num_rows)
        return rows

    def _listing(self, columns: tuple[str, ...]) -> str | None:
        if self.is_small or not columns:
            return None
        if len(columns) > 1:
            if any(self.values_of((column,)) is None for column in columns):
                return None
            most = math.prod(self._listed[(column,)] for column in columns)
            if min(most, self.rows) > MAX_LISTED_VALUES:
                return None
        elif self._is_varied(columns[0]):
            return None
        members = [self._contract.column(column) for column in columns]
        self._connection.execute(f"create table {_table(columns)} as {self._grouping(members)}")
        (count,) = self._connection.execute(f"select count(*) from {_table(columns)}").fetchone() or (0,)
        if count > MAX_LISTED_VALUES:
            self._connection.execute(f"drop table {_table(columns)}")
            return None
        self._listed[columns] = count
        return f"select * from {_table(columns)}"

    def _grouping(self, columns: Sequence[Column]) -> str:
        raw = ", ".join(name(column.name) for column in columns)
        texts = ", ".join(f"{text_value(self._contract, column)} as {text_name(column.name)}" for column in columns)
        typed = ", ".join(f"{typed_value(self._contract, column)} as {name(column.name)}" for column in columns)
        looked_up = f"{raw} as {_LOOKED_UP}, " if len(columns) == 1 else ""
        return f"""
            select *, {typed} from (
                select {DELIVERY_ID}, {WEIGHT}, {looked_up}{texts} from (
                    select {DELIVERY_ID}, {raw}, count(*) as {WEIGHT} from {_RAW} group by {DELIVERY_ID}, {raw}
                )
            )
        """

    def _is_varied(self, column: str) -> bool:
        """Whether grouping a column is not worth trying, by its first rows; never if all rows together are few."""
        if self.rows <= _SAMPLE_ROWS:
            return False
        if self._varied is None:
            names = self._contract.column_names
            counts = ", ".join(f"approx_count_distinct({name(item)}), count({name(item)})" for item in names)
            query = f"select {counts} from (select * from {_RAW} limit {_SAMPLE_ROWS})"
            figures = iter(self._connection.execute(query).fetchone() or ())
            self._varied = frozenset(
                item
                for item, values, filled in zip(names, figures, figures, strict=True)
                if values > _MOST_VALUES_IN_SAMPLE * filled
            )
        return column in self._varied


def _table(columns: Sequence[str]) -> str:
    return name(f"values of {', '.join(columns)}")


def _read_all(raw_files: Sequence[Path], columns: Sequence[str]) -> pa.Table:
    """Small raw files as one table with these columns (Arrow opens them twice as fast as the database does)."""
    texts = [item for item in columns if item != ROW_NUMBER]
    schema = pa.schema([*((item, pa.string()) for item in texts), (ROW_NUMBER, pa.int64())])
    tables = [schema.empty_table()]
    for path in raw_files:
        with pq.ParquetFile(path) as file:
            tables.append(file.read(columns=list(columns), use_threads=False))
    return pa.concat_tables(tables, promote_options="default")
