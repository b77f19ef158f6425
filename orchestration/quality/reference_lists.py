"""The codes a contract's reference lists hold.

Belongs here: reading the key columns of the seed files. Does not belong here: what codes mean (dbt loads the same
files).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from orchestration.contracts import CODE_LIST_ENDS, CODE_LISTS, FeedContract
from orchestration.quality.errors import ReferenceListError

CLASS_SEPARATOR = "|"
"""Joins class and code where codes repeat between classes (trial outcomes), and a code and the day it ended."""


def reference_codes(contract: FeedContract, reference_dir: Path) -> Mapping[str, frozenset[str]]:
    """The valid codes of every list the contract names, by list; a code of two parts is joined by `|`.

    Where a column says on which day its code must be in use, there is also what ended, under `ended(list)`: code and
    last day, joined by `|`.

    Raises:
        ReferenceListError: a list is missing, has no rows or lacks its key column, or a day of ending is none.
    """
    lists = {name for column in contract.columns for name in (column.code_list, column.group_list) if name is not None}
    names = sorted(lists)
    ending = {column.code_list for column in contract.columns if column.code_list and column.in_use_on}
    return {
        **{name: _codes(name, reference_dir) for name in names},
        **{ended(name): _ended_codes(name, reference_dir) for name in sorted(ending)},
    }


def ended(list_name: str) -> str:
    """Under what name `reference_codes` has the codes of a list that ended."""
    return f"{list_name} ended"


def _ended_codes(name: str, reference_dir: Path) -> frozenset[str]:
    column = CODE_LIST_ENDS[name]
    found = set()
    for line, row in enumerate(_rows(name, (*CODE_LISTS[name], column), reference_dir), start=2):
        day = (row[column] or "").strip()
        if day:
            try:
                date.fromisoformat(day)
            except ValueError:
                raise ReferenceListError(
                    f"{reference_dir / name}.csv, line {line}, {column}: '{day}' is no day; write it as YYYY-MM-DD"
                ) from None
            found.add(CLASS_SEPARATOR.join([*((row[key] or "").strip() for key in CODE_LISTS[name]), day]))
    return frozenset(found)


def _codes(name: str, reference_dir: Path) -> frozenset[str]:
    keys = CODE_LISTS[name]
    rows = _rows(name, keys, reference_dir)
    codes = frozenset(CLASS_SEPARATOR.join((row[key] or "").strip() for key in keys) for row in rows)
    if not codes:
        raise ReferenceListError(
            f"{reference_dir / name}.csv has no codes; a list without codes would fail every value"
        )
    return codes


def _rows(name: str, columns: Sequence[str], reference_dir: Path) -> list[dict[str, str]]:
    """The rows of a list, which must have these columns."""
    path = reference_dir / f"{name}.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise ReferenceListError(f"{path} has no column {', '.join(sorted(missing))}; add it")
            return list(reader)
    except FileNotFoundError:
        raise ReferenceListError(
            f"no reference list {path}; put the file there or point WAREHOUSE_REFERENCE_DIR at a folder that has it"
        ) from None
