"""Runs one query against the published database, read-only, and renders the result."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from orchestration.reports.kit.cells import cell_text, is_number
from orchestration.settings import Settings
from orchestration.spreadsheets import spreadsheet_safe

TABLE_ROWS_SHOWN = 200


class OutputFormat(StrEnum):
    """How a result is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class QueryError(RuntimeError):
    """The query could not run; the message says what to do."""


@contextmanager
def published_connection(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the published database that can read nothing else on the machine.

    Raises:
        QueryError: nothing has been published yet.
    """
    path = settings.published_database
    if not path.exists():
        raise QueryError(f"Nothing is published yet: {path} does not exist. Run 'warehouse run' first.")
    with closing(duckdb.connect(str(path.resolve()), read_only=True)) as connection:
        connection.execute("set enable_external_access = false")
        yield connection


def run_query(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """The result of one SQL statement as an Arrow table.

    Raises:
        QueryError: DuckDB refused it; the message is DuckDB's, plus where to look.
    """
    try:
        return connection.sql(sql).to_arrow_table()
    except AttributeError:
        raise QueryError("That statement returns no rows; the published database is read-only.") from None
    except duckdb.Error as error:
        hint = ""
        if isinstance(error, duckdb.CatalogException):
            hint = "\nList what there is: select schema_name, table_name from duckdb_tables()"
        raise QueryError(f"{error}{hint}") from error


def render(table: pa.Table, output_format: OutputFormat) -> bytes:
    """The whole result in the asked format, as bytes ready for a file or a pipe."""
    if output_format is OutputFormat.PARQUET:
        buffer = io.BytesIO()
        pa_parquet.write_table(table, buffer)
        return buffer.getvalue()
    if output_format is OutputFormat.CSV:
        buffer = io.BytesIO()
        pa_csv.write_csv(_plain(table), buffer)
        return buffer.getvalue()
    if output_format is OutputFormat.JSON:
        return (json.dumps(table.to_pylist(), default=_json_value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    return text_table(table).encode("utf-8")


def write_result(table: pa.Table, output_format: OutputFormat, output: Path | None) -> None:
    """Writes a result to a file or to standard output.

    Raises:
        QueryError: Parquet was asked for on a terminal.
    """
    if output is None:
        if output_format is OutputFormat.PARQUET and sys.stdout.isatty():
            raise QueryError("Parquet is not readable on a terminal; add --output FILE or pipe it.")
        sys.stdout.buffer.write(render(table, output_format))
        sys.stdout.buffer.flush()
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.name}.part")
    temporary.write_bytes(render(table, output_format))
    temporary.replace(output)


def text_table(table: pa.Table, *, rows_shown: int = TABLE_ROWS_SHOWN) -> str:
    """A result as aligned text: numbers to the right, a header, a rule, and how many rows there are in all."""
    shown = table.slice(0, rows_shown)
    columns = [[cell_text(value) for value in shown.column(index).to_pylist()] for index in range(shown.num_columns)]
    names = table.column_names
    widths = [max([len(name), *map(len, column)]) for name, column in zip(names, columns, strict=True)]
    right = [is_number(field.type) for field in table.schema]
    lines = [_line(names, widths, right), "  ".join("─" * width for width in widths)]
    lines += [_line(list(row), widths, right) for row in zip(*columns, strict=True)]
    rows = f"{table.num_rows:,} row{'' if table.num_rows == 1 else 's'}"
    if table.num_rows > rows_shown:
        rows += f", first {rows_shown} shown (--format csv gives all)"
    return "\n".join([*lines, f"({rows})"]) + "\n"


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    aligned = [
        cell.rjust(width) if is_right else cell.ljust(width)
        for cell, width, is_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(aligned).rstrip()


def _json_value(value: Any) -> Any:
    """Exact numbers as JSON numbers (a SQL sum of integers is one); dates and times as ISO 8601."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _plain(table: pa.Table) -> pa.Table:
    """The table as CSV can hold it: nested columns as JSON text, no text that a spreadsheet would run."""
    for index, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            values = [
                None if value is None else json.dumps(value, default=str) for value in table[field.name].to_pylist()
            ]
            table = table.set_column(index, field.name, pa.array(values, pa.string()))
        elif pa.types.is_string(field.type):
            values = [value and spreadsheet_safe(value) for value in table[field.name].to_pylist()]
            table = table.set_column(index, field.name, pa.array(values, pa.string()))
    return table
