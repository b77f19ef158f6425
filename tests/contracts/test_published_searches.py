"""The stop-and-search files as the Metropolitan Police published them satisfy the contract."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import CODE_LISTS, ColumnType, load_feed_contracts
from orchestration.settings import PROJECT_ROOT, Settings

CONTRACT = load_feed_contracts(PROJECT_ROOT / "data_contracts")["police/stop_search"]


@pytest.fixture(scope="module")
def published() -> list[Path]:
    folder = Settings.from_environment().realdata_dir / "stop_search"
    files = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    if not files:
        pytest.skip(f"no published stop-and-search files in {folder}")
    return files


def test_headers_and_names_are_the_contracts(published: list[Path]) -> None:
    for path in published:
        assert CONTRACT.delivery.file_name_regex.fullmatch(path.name), path.name
        with path.open(encoding=CONTRACT.delivery.encoding, newline="") as file:
            header = next(csv.reader(file))
        assert header == [column.physical_name for column in CONTRACT.columns], path.name


def test_every_value_reads_as_its_type_and_every_label_is_known(published: list[Path]) -> None:
    delivery = CONTRACT.delivery
    assert delivery.timestamp_strptime is not None
    for path in published:
        with path.open(encoding=delivery.encoding, newline="") as file:
            rows = list(csv.DictReader(file))
        for column in CONTRACT.columns:
            values = {row[column.physical_name] for row in rows} - {""}
            if column.type is ColumnType.TIMESTAMP:
                assert all(datetime.strptime(value, delivery.timestamp_strptime) for value in values)
            if column.type is ColumnType.YES_NO:
                assert values <= {delivery.yes_value, delivery.no_value}, column.name
            if column.type is ColumnType.NUMBER:
                assert column.minimum is not None and column.maximum is not None
                assert all(float(column.minimum) <= float(value) <= float(column.maximum) for value in values)
            if column.expected_codes:
                assert values <= set(column.expected_codes), column.name
            if column.code_list:
                assert values <= _listed(column.code_list), column.name


def _listed(code_list: str) -> set[str]:
    path = PROJECT_ROOT / "seeds" / "reference" / f"{code_list}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row[CODE_LISTS[code_list][0]] for row in csv.DictReader(file)}


def test_rules_across_columns_find_no_fault(published: list[Path]) -> None:
    casts = {ColumnType.NUMBER: "double", ColumnType.YES_NO: "boolean"}
    columns = ", ".join(
        f'cast("{column.physical_name}" as {casts.get(column.type, "varchar")}) as {column.name}'
        for column in CONTRACT.columns
    )
    rows = f"select {columns} from read_csv({[str(path) for path in published]}, header = true, all_varchar = true)"
    for rule in CONTRACT.rules:
        failed = duckdb.execute(f"select count(*) from ({rows}) as searches where not ({rule.sql})").fetchone()
        assert failed == (0,), rule.code
