"""Asking the published database: formats, errors, read-only."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pa_parquet
import pytest

from orchestration.console.query import OutputFormat, QueryError, published_connection, render, run_query, write_result
from orchestration.console.shell import answer
from orchestration.settings import Settings


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = Settings.from_environment(data_dir=tmp_path / "data")
    settings.published_dir.mkdir(parents=True)
    with closing(duckdb.connect(str(settings.published_database))) as writer:
        writer.execute("create schema marts")
        writer.execute(
            "create table marts.t as select * from "
            "(values (1, 'a,\"b\"', 0.5, [1, 2]), (2, null, null, null)) v(n, s, r, l)"
        )
        writer.execute("comment on table marts.t is 'One row. More.'")
    with published_connection(settings) as opened:
        yield opened


def test_csv_and_json_and_parquet_hold_every_value(connection: duckdb.DuckDBPyConnection) -> None:
    table = run_query(connection, "from marts.t order by n")
    rows = list(csv.DictReader(io.StringIO(render(table, OutputFormat.CSV).decode())))
    assert rows[0] == {"n": "1", "s": 'a,"b"', "r": "0.5", "l": "[1, 2]"}
    assert json.loads(render(table, OutputFormat.JSON))[1] == {"n": 2, "s": None, "r": None, "l": None}
    assert pa_parquet.read_table(io.BytesIO(render(table, OutputFormat.PARQUET))).equals(table)


def test_sums_are_numbers_and_dates_are_iso_in_json(connection: duckdb.DuckDBPyConnection) -> None:
    table = run_query(connection, "select sum(n) as total, date '2026-03-22' as day from marts.t")
    assert json.loads(render(table, OutputFormat.JSON)) == [{"total": 3, "day": "2026-03-22"}]


def test_text_that_a_spreadsheet_would_run_is_neutral_in_csv_and_exact_in_json(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    table = run_query(connection, "select * from (values ('=cmd|calc', -1), ('plain', 2), (null, 3)) v(text, number)")
    assert render(table, OutputFormat.CSV).decode().splitlines()[1:] == ['"\'=cmd|calc",-1', '"plain",2', ",3"]
    assert json.loads(render(table, OutputFormat.JSON))[0]["text"] == "=cmd|calc"


def test_a_text_table_says_how_many_rows_there_are(connection: duckdb.DuckDBPyConnection) -> None:
    text = render(run_query(connection, "select range as n from range(1000)"), OutputFormat.TABLE).decode()
    assert "1,000 rows, first 200 shown" in text


def test_a_result_written_to_a_file_is_whole(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "new" / "t.csv"
    write_result(run_query(connection, "select n from marts.t"), OutputFormat.CSV, target)
    assert target.read_text() == '"n"\n1\n2\n'


@pytest.mark.parametrize("sql", ["delete from marts.t", "create table x as select 1", "drop table marts.t"])
def test_the_published_database_cannot_be_changed(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(QueryError):
        run_query(connection, sql)
    assert run_query(connection, "from marts.t").num_rows == 2


def test_nothing_else_on_the_machine_can_be_read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("name\nOkonkwo\n")
    with pytest.raises(QueryError):
        run_query(connection, f"from read_csv('{tmp_path}/secret.csv')")


def test_an_unknown_table_says_how_to_list_them(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match="duckdb_tables"):
        run_query(connection, "from marts.nothing")


def test_before_the_first_run_the_message_names_the_command(tmp_path: Path) -> None:
    settings = Settings.from_environment(data_dir=tmp_path)
    with pytest.raises(QueryError, match="warehouse run"), published_connection(settings):
        raise AssertionError("connected to nothing")


def test_the_prompt_lists_tables_and_describes_them(connection: duckdb.DuckDBPyConnection) -> None:
    assert "marts.t" in answer(connection, ".tables")
    assert "One row" in answer(connection, ".tables")
    assert "INTEGER" in answer(connection, ".describe marts.t")
    with pytest.raises(QueryError, match="no table"):
        answer(connection, ".describe marts.u")
    with pytest.raises(QueryError, match="not a command"):
        answer(connection, ".nonsense")
