"""Joins that compare every row with every other are named, by DuckDB's own plans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from orchestration.console.bench_plans import growing_joins, joins_in
from orchestration.reports.owner import present
from orchestration.sql_files import read_sql
from tests.support import Warehouse


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect()) as opened:
        opened.execute("create table faults as select range as record, range % 2 = 0 as has_key from range(20000)")
        opened.execute("create table current as select range as record, range % 7 as day from range(30000)")
        opened.execute("create table as_of as select 5 as day")
        yield opened


def test_a_flag_beside_the_equality_is_named(connection: duckdb.DuckDBPyConnection) -> None:
    [sentence] = joins_in(
        connection, "from faults left join current on faults.has_key and faults.record = current.record"
    )
    assert "BLOCKWISE_NL_JOIN" in sentence and "20,000" in sentence and "30,000" in sentence


def test_the_flag_inside_the_key_is_looked_up(connection: duckdb.DuckDBPyConnection) -> None:
    assert not joins_in(
        connection, "from faults left join current on case when faults.has_key then faults.record end = current.record"
    )


def test_a_single_row_may_be_compared_with_all(connection: duckdb.DuckDBPyConnection) -> None:
    assert not joins_in(connection, "select * from current inner join as_of on current.day <= as_of.day")
    assert not joins_in(connection, "select * from current cross join (select max(day) as newest from as_of)")


def test_the_owners_report_looks_its_records_up() -> None:
    with closing(duckdb.connect()) as opened:
        rows = "select range::varchar as delivery_id, range as row_number, date '2026-01-01' as extract_date"
        opened.execute(f"create table current_rows as {rows}, range::varchar as record from range(50000)")
        opened.execute(
            f"create table faults as {rows}, 'R' as rule_code, 'c' as column_name, true as is_quarantined "
            "from range(20000)"
        )
        opened.execute(f"create table keys as {rows}, range::varchar as record, ['1'] as key from range(20000)")
        opened.execute(f"create table deliveries as {rows} from range(500)")
        opened.execute("alter table faults drop extract_date")
        opened.execute("alter table keys drop extract_date")
        assert not joins_in(opened, read_sql(present.__file__, "standing_of_faults"))


def test_no_model_compares_every_row_with_every_other_unexplained(built: Warehouse) -> None:
    assert growing_joins(built.settings) == []
