"""The publication of the default world held against the recorded one, value by value: `make same`.

Belongs here: building that world, the fingerprint of each published table and column, what differs in words, recording.
Does not belong here: whether a difference is right. Who means one records it and says in CHANGELOG.md why.

What is compared is what the deliveries decide. Left out by rule: columns the models declare as of run time, among them
what is keyed by the throwaway key of judicial officers; and the tables that tell builds apart rather than deliveries
(`REMEMBERED` in `tests.support`). Pseudonyms are compared too, under a key that is of this comparison alone.
Floating-point numbers are compared to nine digits: the last ones depend on the order in which threads add up.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from orchestration.publish.pseudonyms import KEY_FILE
from orchestration.settings import PROJECT_ROOT
from orchestration.transform.dbt import prepare_manifest
from orchestration.transform.selection import read_selection
from tests.support import REMEMBERED, Warehouse

RECORD = Path(__file__).with_name("default_publication.json")
WORLD = {"--defendants": "10000", "--months": "24", "--seed": "20260322"}
"""The default world of `warehouse simulate` and `make run`, whatever their defaults become."""

FOLDER = PROJECT_ROOT / ".tmp" / "same"
"""Where it is built; what was published last stays there to be looked at."""

KEY = hashlib.sha256(b"the recorded publication of a simulated world").hexdigest()

TOLD = 12
"""Lines about one table's columns before they are only counted."""


@dataclass(frozen=True)
class TableContent:
    """What a published table holds.

    Attributes:
        rows: how many.
        together: fingerprint of its rows, whatever their order: changes when values move from row to row.
        columns: type and fingerprint of the values of each column.
    """

    rows: int
    together: str
    columns: Mapping[str, str]


def content_of(database: Path, run_time_columns: Mapping[str, frozenset[str]]) -> dict[str, TableContent]:
    """The content of every table of a published database, by `schema.name`, without its columns of run time."""
    with closing(duckdb.connect(str(database.resolve()), read_only=True)) as connection:
        found: dict[str, dict[str, str]] = {}
        for table, column, data_type in connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
            "where not internal order by all"
        ).fetchall():
            if table not in REMEMBERED and column not in run_time_columns.get(table, frozenset()):
                found.setdefault(table, {})[column] = data_type
        return {table: _content(connection, table, columns) for table, columns in found.items()}


def _content(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> TableContent:
    schema, name = table.split(".")
    texts = {column: _text(column, data_type) for column, data_type in columns.items()}
    sums = [f"sum(md5_number_lower({text}))" for text in (*texts.values(), " || chr(31) || ".join(texts.values()))]
    [(rows, *found, together)] = connection.execute(
        f'select count(*), {", ".join(sums)} from "{schema}"."{name}"'
    ).fetchall()
    values = zip(columns.items(), found, strict=True)
    return TableContent(
        rows, f"{together or 0:x}", {column: f"{data_type} {value or 0:x}" for (column, data_type), value in values}
    )


def _text(column: str, data_type: str) -> str:
    value = f"format('{{:.9g}}', \"{column}\")" if data_type in {"DOUBLE", "FLOAT"} else f'cast("{column}" as varchar)'
    return f"coalesce({value}, '\\N')"


def differences(recorded: Mapping[str, TableContent], found: Mapping[str, TableContent]) -> list[str]:
    """What differs, in words: one line per table, one per column of it. Empty when all is the same."""
    lines = []
    for table in sorted(recorded.keys() | found.keys()):
        before, after = recorded.get(table), found.get(table)
        if before == after:
            continue
        if before is None or after is None:
            lines.append(f"{table}: {'is new' if before is None else 'is no longer published'}")
            continue
        columns = _columns_that_differ(before.columns, after.columns)
        now = "as before" if before.rows == after.rows else f"now {after.rows:,}"
        moved = "" if columns else "; the same values stand in other rows"
        lines.append(f"{table}: {before.rows:,} rows, {now}{moved}")
        lines += [f"  {column}" for column in columns[:TOLD]]
        lines += [f"  … and {len(columns) - TOLD} more columns"] if len(columns) > TOLD else []
    return lines


def _columns_that_differ(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    lines = []
    for column in sorted(before.keys() | after.keys()):
        old, new = before.get(column), after.get(column)
        if old == new:
            continue
        if old is None or new is None:
            lines.append(f"{column}: {'is new' if old is None else 'is gone'}")
        else:
            old_type, new_type = old.rsplit(" ", 1)[0], new.rsplit(" ", 1)[0]
            lines.append(f"{column}: " + ("other values" if old_type == new_type else f"{old_type}, now {new_type}"))
    return lines


def read_record(path: Path = RECORD) -> dict[str, TableContent]:
    """The recorded content, by table."""
    return {name: TableContent(**content) for name, content in json.loads(path.read_text(encoding="utf-8")).items()}


def write_record(content: Mapping[str, TableContent], path: Path = RECORD) -> None:
    """Records content as what is meant from now on."""
    lines = {name: asdict(table) for name, table in sorted(content.items())}
    path.write_text(json.dumps(lines, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def build_and_read(folder: Path) -> dict[str, TableContent]:
    """Simulates the world, builds and publishes it in `folder` under the key of this comparison, and reads it."""
    shutil.rmtree(folder, ignore_errors=True)
    keys_dir = folder / "keys"
    keys_dir.mkdir(parents=True)
    (keys_dir / KEY_FILE).write_text(KEY + "\n", encoding="ascii")
    warehouse = Warehouse.at(folder, folder / "landing", keys_dir, pages=False)
    arguments = [word for option in WORLD.items() for word in option]
    warehouse.command("simulate", *arguments, "--out", str(folder / "landing"))
    warehouse.run()
    selection = read_selection(prepare_manifest(warehouse.settings))
    run_time = {table.full_name: frozenset(table.run_time_columns) for table in selection}
    return content_of(warehouse.settings.published_database, run_time)


def main() -> int:
    """Compares, or records with `--record`; gives the exit code."""
    parser = argparse.ArgumentParser(prog="make same", description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="what is published now is what is meant")
    record = parser.parse_args().record
    began = time.monotonic()
    print("Building and publishing the default world (some minutes) ...", flush=True)
    found = build_and_read(FOLDER)
    rows, seconds = sum(table.rows for table in found.values()), time.monotonic() - began
    tables = f"{len(found)} tables, {rows:,} rows, in {seconds:.0f} s"
    if record:
        write_record(found)
        print(f"Recorded in {RECORD.relative_to(PROJECT_ROOT)}: {tables}. CHANGELOG.md must say what changed, and why.")
        return 0
    if not (lines := differences(read_record(), found)):
        print(f"The publication of the default world is the recorded one, value by value: {tables}.")
        return 0
    print("The publication of the default world is not the recorded one:\n", file=sys.stderr)
    print("\n".join(f"  {line}" for line in lines), file=sys.stderr)
    print(
        f"\nIt lies in {FOLDER.relative_to(PROJECT_ROOT)}/data/published to be looked at. If this was not meant, mend "
        "it. If it was, say in CHANGELOG.md what changed and why, and record it: make same RECORD=--record",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
