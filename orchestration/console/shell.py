"""The interactive prompt of `warehouse sql`: one statement at a time against the published database, read-only."""

from __future__ import annotations

import sys

import duckdb

from orchestration.console.query import QueryError, run_query, text_table

_HELP = """Type SQL and end it with a semicolon. Also:
  .tables            every table, with what one row of it is
  .describe TABLE    its columns and what they mean
  .help              this text
  .quit              leave (so does Ctrl-D)
"""


def interactive(connection: duckdb.DuckDBPyConnection) -> None:
    """Reads statements from the terminal until end of input; errors are shown and the prompt goes on."""
    _use_line_editing()
    print("Published justice data warehouse, read-only. .tables lists the tables, .help explains, .quit leaves.")
    buffer = ""
    while True:
        try:
            line = input("warehouse> " if not buffer else "      ...> ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            buffer = ""
            print()
            continue
        if not buffer and line.strip().startswith("."):
            if line.strip() in {".quit", ".exit"}:
                return
            _print(connection, line.strip())
            continue
        buffer = f"{buffer}\n{line}" if buffer else line
        if buffer.rstrip().endswith(";"):
            _print(connection, buffer)
            buffer = ""


def answer(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """What the prompt prints for one line: a dot command or a statement.

    Raises:
        QueryError: the statement failed or the dot command is unknown.
    """
    command, _, argument = text.partition(" ")
    if command == ".help":
        return _HELP
    if command == ".tables":
        return text_table(run_query(connection, _TABLES))
    if command == ".describe":
        schema, _, table = argument.strip().rpartition(".")
        result = run_query(connection, _COLUMNS.format(table=_text(table), schema=_text(schema)))
        if result.num_rows == 0:
            raise QueryError(f"There is no table '{argument.strip()}'; .tables lists them.")
        return text_table(result)
    if text.startswith("."):
        raise QueryError(f"'{command}' is not a command. {_HELP}")
    return text_table(run_query(connection, text))


_TABLES = """
select schema_name || '.' || table_name as "table", estimated_size as "rows", split_part(comment, '. ', 1) as what
from duckdb_tables() order by 1 desc
"""
_COLUMNS = """
select column_name as "column", data_type as "type", comment as meaning from duckdb_columns()
where table_name = '{table}' and ('{schema}' = '' or schema_name = '{schema}') order by schema_name, column_index
"""


def _text(value: str) -> str:
    return value.replace("'", "''")


def _print(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    try:
        print(answer(connection, text), end="")
    except QueryError as error:
        print(error, file=sys.stderr)


def _use_line_editing() -> None:
    try:
        import readline
    except ImportError:  # not on every platform; the prompt works without arrow keys
        return
    readline.set_history_length(1000)
