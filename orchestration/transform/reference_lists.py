"""Whether a user's own reference lists fit, before anything is built on them.

Belongs here: the tests of the seeds' YAML asked of the files themselves, so that what does not fit is said with its
file, row and column. Does not belong here: what a list means (that YAML), which codes a feed may use (`quality`).

dbt tests the same lists as it builds; it says how many rows fail, and not which.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.settings import Settings
from orchestration.transform.dbt import BENCHMARKS, prepare_manifest

_SHOWN = 5
_ROW = "_row"


class ReferenceListsError(ValueError):
    """Reference lists that do not fit; the message names each place and what to do there."""


@dataclass(frozen=True)
class ReferenceList:
    """What the project expects of one list.

    Attributes:
        columns: names with their types.
        tests: of dbt: name of the test and its arguments.
    """

    name: str
    columns: Mapping[str, str]
    tests: tuple[tuple[str, Mapping[str, Any]], ...]


def check_reference_lists(settings: Settings) -> None:
    """Asks every list of the settings' folder what the project expects of it.

    Raises:
        ReferenceListsError: with every list, row and column that does not fit.
    """
    faults = reference_list_faults(expected_lists(prepare_manifest(settings)), settings.reference_dir)
    if faults:
        raise ReferenceListsError(
            "\n".join(
                [f"The reference lists in {settings.reference_dir} (WAREHOUSE_REFERENCE_DIR) do not fit.", *faults]
            )
        )


def expected_lists(manifest: Path) -> tuple[ReferenceList, ...]:
    """The reference lists as dbt's manifest has them, by name."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    tests: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for node in nodes.values():
        if node["resource_type"] == "test" and str(node.get("attached_node")).startswith("seed."):
            asked = node["test_metadata"]
            tests.setdefault(node["attached_node"], []).append((asked["name"], asked["kwargs"]))
    lists = []
    for key, node in nodes.items():
        is_of_a_site = not node["original_file_path"].startswith(f"{BENCHMARKS}/")
        if node["resource_type"] == "seed" and node["original_file_path"].endswith(".csv") and is_of_a_site:
            types = node["config"]["column_types"]
            columns = {name: str(types.get(name, "string")) for name in node["columns"]}
            lists.append(ReferenceList(node["name"], columns, tuple(tests.get(key, ()))))
    return tuple(sorted(lists, key=lambda item: item.name))


def reference_list_faults(lists: Sequence[ReferenceList], folder: Path) -> list[str]:
    """Every place in the lists' files that does not fit, with the file, row (from 1, below the header) and column."""
    faults: list[str] = []
    with closing(duckdb.connect()) as connection:
        readable: set[str] = set()
        for expected in lists:
            found = _load(connection, expected, folder / f"{expected.name}.csv")
            faults += found
            readable |= set() if found else {expected.name}
        for expected in lists:
            for question in _questions(expected) if expected.name in readable else ():
                if question.needs is None or question.needs in readable:
                    faults += _answers(connection, folder / f"{expected.name}.csv", question)
    return faults


def _load(connection: duckdb.DuckDBPyConnection, expected: ReferenceList, path: Path) -> list[str]:
    """Puts a list into the database as text; says what keeps it from being read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            rows = [row for row in reader if row]
    except FileNotFoundError:
        return [f"{path}: missing; copy the list that ships, or put your own here with the same columns"]
    except UnicodeDecodeError as error:
        return [f"{path}: not UTF-8 ({error.reason}); save it as CSV UTF-8"]
    missing = [name for name in expected.columns if name not in header]
    if missing:
        return [f"{path}: no column {', '.join(missing)}; add it, empty where nothing is known"]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            found = f"{len(row)} values, the header has {len(header)}"
            return [f"{path}: row {number}: {found}; put values that hold a comma in quotes"]
    values = {name: [row[header.index(name)] or None for row in rows] for name in expected.columns}
    columns = {name: pa.array(texts, pa.string()) for name, texts in values.items()}
    connection.register(expected.name, pa.table({_ROW: pa.array(range(1, len(rows) + 1)), **columns}))
    return []


@dataclass(frozen=True)
class _Question:
    """What is asked of one list.

    Attributes:
        column: what the answer is about: a column, or an expression over several.
        where: SQL condition of the rows that do not fit.
        fault: what to say of a value that does not fit, and what to do.
        needs: another list that must have been read.
    """

    list_name: str
    column: str
    where: str
    fault: str
    needs: str | None = None


def _questions(expected: ReferenceList) -> Iterator[_Question]:
    """The types of the columns, then the tests of the YAML."""
    for name, kind in expected.columns.items():
        if kind != "string":
            where = f'"{name}" is not null and try_cast("{name}" as {kind}) is null'
            yield _Question(expected.name, name, where, f"is no {kind}; write one, as the list that ships does")
    for test, arguments in expected.tests:
        column = str(arguments["column_name"])
        match test:
            case "not_null":
                yield _Question(expected.name, column, f"({column}) is null", "fill it in")
            case "unique":
                where = f"({column}) in (select {column} from {expected.name} group by 1 having count(*) > 1)"
                yield _Question(expected.name, column, where, "stands in more than one row; keep one")
            case "accepted_values":
                values = [str(value) for value in arguments["values"]]
                listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
                fault = f"is none of {', '.join(values)}; write one of them"
                yield _Question(expected.name, column, f"({column}) not in ({listed})", fault)
            case "relationships":
                other, field = str(arguments["to"]).split("'")[1], str(arguments["field"])
                known = f"select {field} from {other} where {field} is not null"
                fault = f"is not in {other}.csv, column {field}; add a row with it there, or correct it here"
                yield _Question(expected.name, column, f"({column}) not in ({known})", fault, needs=other)
            case _:
                raise NotImplementedError(f"{expected.name}: '{test}' is asked of no list of a user's; teach it here")


def _answers(connection: duckdb.DuckDBPyConnection, path: Path, question: _Question) -> list[str]:
    """A line for each value that does not fit, with the first row it stands in."""
    found = connection.execute(
        f"select cast({question.column} as varchar) as value, min({_ROW}) as first_row, count(*) as row_count "
        f"from {question.list_name} where {question.where} group by 1 order by 2"
    ).fetchall()
    lines = []
    for value, first, count in found[:_SHOWN]:
        more = f" and {count - 1:,} more" if count > 1 else ""
        what = "empty" if value is None else f"'{value}'"
        joint = "; " if value is None else " "
        lines.append(f"{path}: row {first}{more}, column {question.column}: {what}{joint}{question.fault}")
    if len(found) > _SHOWN:
        lines.append(f"{path}: {len(found) - _SHOWN:,} more values of column {question.column} do not fit in this way")
    return lines
