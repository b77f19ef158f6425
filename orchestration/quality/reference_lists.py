"""The codes a contract's reference lists hold.

Belongs here: reading the key columns of the seed files. Does not belong here: what codes mean (dbt loads the same
files).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from orchestration.contracts import CODE_LISTS, FeedContract
from orchestration.quality.errors import ReferenceListError

CLASS_SEPARATOR = "|"
"""Joins class and code where codes repeat between classes (trial outcomes)."""


def reference_codes(contract: FeedContract, reference_dir: Path) -> Mapping[str, frozenset[str]]:
    """The valid codes of every list the contract names, by list; a code of two parts is joined by `|`.

    Raises:
        ReferenceListError: a list is missing, has no rows or lacks its key column.
    """
    lists = {name for column in contract.columns for name in (column.code_list, column.group_list) if name is not None}
    names = sorted(lists)
    return {name: _codes(name, reference_dir) for name in names}


def _codes(name: str, reference_dir: Path) -> frozenset[str]:
    path = reference_dir / f"{name}.csv"
    keys = CODE_LISTS[name]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(keys) - set(reader.fieldnames or ())
            if missing:
                raise ReferenceListError(f"{path} has no column {', '.join(sorted(missing))}; add it")
            codes = frozenset(CLASS_SEPARATOR.join((row[key] or "").strip() for key in keys) for row in reader)
    except FileNotFoundError:
        raise ReferenceListError(
            f"no reference list {path}; put the file there or point WAREHOUSE_REFERENCE_DIR at a folder that has it"
        ) from None
    if not codes:
        raise ReferenceListError(f"{path} has no codes; a list without codes would fail every value")
    return codes
