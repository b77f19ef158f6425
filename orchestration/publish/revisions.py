"""Which published cells differ between two publications: `marts.revisions`.

Belongs here: comparing the marts of two published databases, cell by cell, and reading what both builds recorded. Does
not belong here: why a cell may have changed (`causes`), recording a build (`evidence`), the swap (`publication`).

A cell is one measure (a numeric column outside the key) of one row of a mart that counts. The comparison knows no mart
by name: keys and shapes come from dbt's manifest by way of the evidence, columns and types from the databases.

Decided: the mart is made here, when the publication is otherwise whole, and not by a dbt model. The dbt model of the
same name declares it as every mart is declared (columns, meaning, contract, rule of publication) and has no rows.
Weighed:

* a dbt model over files of the earlier publication: it would need every mart as its parent and SQL written from the
  graph, and pseudonyms, which only the publication makes, could not be compared;
* a dbt model over the result of this step, written to a file: it would always be one build behind, or cost a third dbt
  step of some five seconds;
* a dbt source instead of an empty model: whatever reads marts from the manifest (contracts, catalogue, comments,
  selection) would have to know of a second kind of mart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.causes import Build, Cause, Delivery, MartCauses, MovedPersons, Reasons, possible_causes
from orchestration.publish.evidence import ColumnSources, MartShape, read_evidence
from orchestration.publish.sql_text import quoted_name as _name
from orchestration.publish.sql_text import quoted_text as _text
from orchestration.sql_files import read_sql

REVISIONS_TABLE = "revisions"
RECORD_FILE, DATABASE_FILE = "build.json", "analyst.duckdb"
"""Inside a publication: its record and its database."""

COLUMNS = {
    "mart": "varchar",
    "key": "varchar",
    "measure": "varchar",
    "change": "varchar",
    "cause": "varchar",
    "cause_detail": "varchar",
    "previous_build_id": "varchar",
    "build_id": "varchar",
    "old_value": "double",
    "new_value": "double",
    "difference": "double",
    "is_only_possible_cause": "boolean",
    "previous_data_as_of": "date",
    "data_as_of": "date",
}
"""Columns of the mart and their types, as its dbt model declares them."""

SEPARATOR = ";"
"""Joins causes where several can have changed a cell."""

ALL_ROWS = "all rows"
"""Key of a line about a mart as a whole."""

_NUMERIC = ("BIGINT", "INTEGER", "DOUBLE", "FLOAT", "HUGEINT", "SMALLINT", "TINYINT", "DECIMAL")
_SAME_WITHIN = 1e-9
"""Relative difference below which two floating-point values are one: sums of the same numbers in another order."""

_MONTHS_BY_NAME = (("quarter", 3), ("month", 1), ("year", 12))
"""Months a period lasts, by a word in the name of the date column in a key; any other date is one day."""


@dataclass(frozen=True)
class _Table:
    """One edition of a mart: its columns with their types."""

    columns: Mapping[str, str]

    def kinds(self, key: Sequence[str]) -> list[tuple[str, str | None]]:
        """The columns of a key with their types: rows of two editions are matched only by the same ones."""
        return [(column, self.columns.get(column)) for column in key]

    def measures(self, shape: MartShape) -> list[str]:
        """Its columns that are cells."""
        return [
            name
            for name, kind in self.columns.items()
            if kind.startswith(_NUMERIC) and name not in (*shape.key, *shape.left_out)
        ]


def read_build(folder: Path, connection: duckdb.DuckDBPyConnection, catalog: str) -> Build:
    """What the publication in a folder records of its build; its database is attached as `catalog`."""
    record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    as_of = record["data_as_of"]
    return Build(
        build_id=record["build_id"],
        data_as_of=date.fromisoformat(as_of) if as_of else None,
        linkage_build=record.get("linkage_build"),
        linkage_model=record.get("linkage_model"),
        key_fingerprint=record["key_fingerprint"],
        evidence=read_evidence(folder),
        deliveries=_deliveries(connection, catalog),
    )


def compare_publications(
    connection: duckdb.DuckDBPyConnection, before_folder: Path | None, after_folder: Path, *, after_catalog: str
) -> None:
    """Makes the temporary table `revisions` (columns `COLUMNS`); empty if there is nothing to compare with.

    Args:
        connection: in which the newer database is open as `after_catalog`.
        before_folder: of the earlier publication, or None before the first.
        after_folder: of the newer one; its record and evidence are read.
        after_catalog: catalog name of the newer database.
    """
    columns = ", ".join(f"{_name(name)} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"create or replace temp table {REVISIONS_TABLE} ({columns})")
    if before_folder is None:
        return
    connection.execute(f"attach {_text(str(before_folder / DATABASE_FILE))} as earlier (read_only)")
    try:
        before = read_build(before_folder, connection, "earlier")
        after = read_build(after_folder, connection, after_catalog)
        _Comparison(connection, before, after, after_catalog).run()
    finally:
        connection.execute("detach earlier")


def revisions_between(before_folder: Path, after_folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection that holds the comparison of any two publications on disk as the table `revisions`."""
    connection = duckdb.connect()
    connection.execute(f"attach {_text(str(after_folder / DATABASE_FILE))} as later (read_only)")
    compare_publications(connection, before_folder, after_folder, after_catalog="later")
    return connection


def unexplained_cells(database: Path) -> int:
    """Rows of the published mart for which nothing recorded can be the cause."""
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        rows = connection.execute(
            f"select count(*) from marts.{REVISIONS_TABLE} where cause = '{Cause.UNEXPLAINED}'"
        ).fetchall()
    return int(rows[0][0])


class _Comparison:
    """One comparison: fills the temporary table mart by mart."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, before: Build, after: Build, after_catalog: str) -> None:
        self._connection = connection
        self._before, self._after = before, after
        self._after_catalog = after_catalog
        self._old_tables = _marts(connection, "earlier")
        self._new_tables = _marts(connection, after_catalog)
        self._moved = _moved_persons(connection, after_catalog, before)

    def run(self) -> None:
        """Compares every mart that either build has."""
        old_shapes = self._before.evidence.marts if self._before.evidence else {}
        new_shapes = self._after.evidence.marts if self._after.evidence else {}
        for name in sorted({*old_shapes, *new_shapes}):
            shape = new_shapes.get(name) or old_shapes[name]
            old, new = self._old_tables.get(name), self._new_tables.get(name)
            was = old_shapes.get(name, shape)
            if self._is_same(name):
                continue
            if old is None or new is None or not shape.key or old.kinds(was.key) != new.kinds(shape.key):
                self._whole(name, shape, old, new)
            elif shape.is_record_level:
                self._records(name, shape, old, new)
            else:
                self._cells(name, shape, was, old, new)

    def _is_same(self, name: str) -> bool:
        old, new = (
            build.evidence.tables.get(f"marts.{name}") if build.evidence else None
            for build in (self._before, self._after)
        )
        return old is not None and old == new

    def _cells(self, name: str, shape: MartShape, was: MartShape, old: _Table, new: _Table) -> None:
        causes = self._causes(shape)
        measures = [measure for measure in new.measures(shape) if measure in old.columns]
        for change, own, other in (("added", new, old), ("removed", old, new)):
            for measure in own.measures(shape):
                if measure not in other.columns:
                    self._line(name, ALL_ROWS, measure, change, None, None, causes.open)
        if not measures:
            return
        period = next((column for column in shape.key if new.columns[column] == "DATE"), None)
        as_of = f"date {_text(str(self._before.data_as_of))}" if self._before.data_as_of else "null::date"
        start = f"any_key.{_name(period)}" if period else "null::date"
        same = " and ".join(f"a.{_name(key)} is not distinct from b.{_name(key)}" for key in shape.key)
        shown = " || '; ' || ".join(
            f"{_text(key + '=')} || coalesce(cast(any_key.{_name(key)} as varchar), 'null')" for key in shape.key
        )
        cells = ", ".join(
            f"{{measure: {_text(item)}, old_value: cast(b.{_name(item)} as double), "
            f"new_value: cast(a.{_name(item)} as double)}}"
            for item in measures
        )
        columns = ", ".join(_name(column) for column in (*shape.key, *measures))
        any_key = ", ".join(f"{_name(key)}: coalesce(a.{_name(key)}, b.{_name(key)})" for key in shape.key)
        self._connection.execute(
            read_sql(
                __file__,
                "changed_cells",
                columns=columns,
                after=f"{self._after_catalog}.marts.{_name(name)}",
                before=f"earlier.marts.{_name(name)}",
                keys_met=f"{{{any_key}}}",
                cells=cells,
                same=same,
                new_values=", ".join(f"a.{_name(item)}" for item in measures),
                old_values=", ".join(f"b.{_name(item)}" for item in measures),
                key_shown=shown,
                start=start,
                period_end=_period_end(start, period),
                data_as_of=as_of,
            )
        )
        if period:
            self._insert(
                name,
                causes.open,
                f"""
                select {_text(period + "=")} || cast(period_start as varchar), 'rows_added', 'added', null::double,
                    cast(count(distinct key) as double)
                from changed_cells where is_new_period group by period_start
                """,
            )
        changed = {
            measure for (measure,) in self._connection.execute("select distinct measure from changed_cells").fetchall()
        }
        by_sources: dict[ColumnSources | None, list[str]] = {}
        for measure in sorted(changed):
            by_sources.setdefault(_sources(measure, was, shape), []).append(measure)
        for sources, some in by_sources.items():
            self._insert_cells(name, some, self._causes(shape, sources))
        self._connection.execute("drop table changed_cells")

    def _insert_cells(self, name: str, measures: Sequence[str], causes: MartCauses) -> None:
        """Adds, of the cells met, those of these measures that were published before and differ."""
        for is_closed, reasons in ((True, causes.closed), (False, causes.open)):
            self._insert(
                name,
                reasons,
                f"""
                select key, measure, change, old_value, new_value from changed_cells
                where measure in ({", ".join(map(_text, measures))})
                    and not is_new_period and is_closed = {is_closed} and old_value is distinct from new_value
                    and not coalesce(
                        abs(new_value - old_value) <= {_SAME_WITHIN} * greatest(abs(old_value), abs(new_value)), false
                    )
                    -- What is in no row was published as nothing: a nought that comes or goes with its row is none.
                    and (change = 'changed' or coalesce(old_value, new_value) <> 0)
                """,
            )

    def _records(self, name: str, shape: MartShape, old: _Table, new: _Table) -> None:
        """Rows of one person, case or event are never shown one by one: how many came, went and changed."""
        if self._before.key_fingerprint != self._after.key_fingerprint:
            self._whole(name, shape, old, new)
            return
        compared = [column for column in new.columns if column in old.columns and column not in shape.left_out]
        row = f"hash({', '.join(f'{{0}}.{_name(column)}' for column in compared)})"
        same = " and ".join(f"a.{_name(key)} is not distinct from b.{_name(key)}" for key in shape.key)
        key = _name(shape.key[0])
        counts = self._connection.execute(f"""
            select count(*) filter (b.{key} is null), count(*) filter (a.{key} is null),
                count(*) filter (a.{key} is not null and b.{key} is not null
                    and {row.format("a")} <> {row.format("b")})
            from {self._after_catalog}.marts.{_name(name)} as a full join earlier.marts.{_name(name)} as b on {same}
        """).fetchall()[0]
        causes = self._causes(shape)
        for change, count in zip(("added", "removed", "changed"), counts, strict=True):
            if count:
                self._line(name, ALL_ROWS, f"rows_{change}", change, None, count, causes.open)

    def _whole(self, name: str, shape: MartShape, old: _Table | None, new: _Table | None) -> None:
        """A mart only one build has, or whose rows cannot be found again: how many rows went and came."""
        causes = self._causes(shape, new_key=shape.is_record_level and old is not None and new is not None)
        for table, catalog, change in ((old, "earlier", "removed"), (new, self._after_catalog, "added")):
            if table is not None:
                rows = self._connection.execute(f"select count(*) from {catalog}.marts.{_name(name)}").fetchall()[0][0]
                self._line(name, ALL_ROWS, f"rows_{change}", change, None, rows, causes.open)

    def _causes(self, shape: MartShape, sources: ColumnSources | None = None, *, new_key: bool = False) -> MartCauses:
        found = possible_causes(shape.node, self._before, self._after, self._moved, sources=sources, new_key=new_key)
        if sources is not None and Cause.UNEXPLAINED in (*found.closed, *found.open):
            return self._causes(shape)  # what its columns do not explain, a table it reads may
        return found

    def _line(
        self, mart: str, key: str, measure: str, change: str, old: float | None, new: float | None, reasons: Reasons
    ) -> None:
        values = ", ".join(f"cast({'null' if value is None else value} as double)" for value in (old, new))
        self._insert(mart, reasons, f"select {_text(key)}, {_text(measure)}, {_text(change)}, {values}")

    def _insert(self, mart: str, reasons: Reasons, cells: str) -> None:
        """Adds cells (key, measure, change, old_value, new_value) with what can have changed them."""
        names = [cause for cause in Cause if cause in reasons]
        self._connection.execute(
            f"""
            insert into {REVISIONS_TABLE}
            select $mart, cells.key, cells.measure, cells.change, $cause, $detail, $old_build, $new_build,
                cells.old_value, cells.new_value, cells.new_value - cells.old_value, $is_only, $old_as_of, $new_as_of
            from ({cells}) as cells (key, measure, change, old_value, new_value)
            """,
            {
                "mart": mart,
                "cause": SEPARATOR.join(names),
                "detail": "; ".join(f"{cause}: {reasons[cause]}" for cause in names),
                "is_only": len(names) == 1 and names[0] is not Cause.UNEXPLAINED,
                "old_build": self._before.build_id,
                "new_build": self._after.build_id,
                "old_as_of": self._before.data_as_of,
                "new_as_of": self._after.data_as_of,
            },
        )


def _sources(measure: str, was: MartShape, shape: MartShape) -> ColumnSources | None:
    """What a measure is computed from in either build; None unless it is known of both."""
    old, new = was.sources.get(measure), shape.sources.get(measure)
    return old.with_those_of(new) if old and new else None


def _period_end(start: str, period: str | None) -> str:
    months = next((number for word, number in _MONTHS_BY_NAME if word in (period or "")), 0)
    return f"cast({start} + interval {months} month - interval {1 if months else 0} day as date)"


def _marts(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, _Table]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = $catalog and schema_name = 'marts' order by table_name, column_index",
        {"catalog": catalog},
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return {name: _Table(columns) for name, columns in found.items()}


def _deliveries(connection: duckdb.DuckDBPyConnection, catalog: str) -> tuple[Delivery, ...]:
    """The ledger as published; without it, as in a publication of a few tables, there are none."""
    if not _has_table(connection, catalog, "delivery_ledger"):
        return ()
    rows = connection.execute(f"""
        select agency || '/' || feed, delivery_id, extract_date, partition_key, verdict <> 'rejected', rows_staged,
            corrected_by
        from {catalog}.conformed.delivery_ledger
        where is_used
        order by all
    """).fetchall()
    return tuple(Delivery(*row) for row in rows)


def _moved_persons(connection: duckdb.DuckDBPyConnection, catalog: str, before: Build) -> Sequence[MovedPersons]:
    """What the history of person ids holds of the linkages after the earlier build's."""
    if before.linkage_build is None or not _has_table(connection, catalog, "person_id_history"):
        return ()
    rows = connection.execute(
        f"select change, cause, count(*) from {catalog}.conformed.person_id_history where build > $build "
        "group by all order by all",
        {"build": int(before.linkage_build.partition("-")[0])},
    ).fetchall()
    return [MovedPersons(*row) for row in rows]


def _has_table(connection: duckdb.DuckDBPyConnection, catalog: str, table: str) -> bool:
    found: list[tuple[Any, ...]] = connection.execute(
        "select 1 from duckdb_tables() where database_name = $catalog and schema_name = 'conformed' "
        "and table_name = $table",
        {"catalog": catalog, "table": table},
    ).fetchall()
    return bool(found)
