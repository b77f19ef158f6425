"""No published file holds a name, a date of birth, a postcode or an operational identifier."""

from __future__ import annotations

import csv
import html
import re
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import Classification, ColumnType, load_feed_contracts
from orchestration.settings import Settings
from tests.support import Warehouse, World

WITHHELD = {Classification.PERSONAL, Classification.IDENTIFIER, Classification.JUDICIAL}
NAME_COLUMNS = re.compile(r"name|surname")
NOT_IDENTIFYING = {"nationality"}
"""Personal by classification, but a code shared by many; no name and no key to a system."""


ALSO_A_CATEGORY = {"WHITE"}
"""Surnames that are published categories too."""


def delivered_values(settings: Settings) -> tuple[set[str], set[str]]:
    """Every (name, identifier) an agency delivered, upper case, from the raw copy."""
    names: set[str] = set()
    identifiers: set[str] = set()
    with closing(duckdb.connect()) as connection:
        for contract in load_feed_contracts(settings.contracts_dir).values():
            folder = settings.raw_dir / contract.agency / contract.feed
            columns = [
                column for column in contract.columns
                if column.classification in WITHHELD
                and column.name not in NOT_IDENTIFYING
                and column.type in {ColumnType.IDENTIFIER, ColumnType.TEXT}
            ]  # fmt: skip
            for column in columns:
                rows = connection.execute(
                    f'select distinct upper(trim("{column.name}")) '
                    f"from read_parquet('{folder}/*.parquet', union_by_name = true) where \"{column.name}\" is not null"
                ).fetchall()
                missing = {token.upper() for token in contract.delivery.missing_values} | {"UNKNOWN"}
                values = {row[0] for row in rows if len(row[0]) >= 4} - missing
                (names if NAME_COLUMNS.search(column.name) else identifiers).update(values)
    return names - ALSO_A_CATEGORY, {value for value in identifiers if not re.fullmatch(r"\d{1,5}", value)}


@pytest.fixture(scope="module")
def published_files(built: Warehouse) -> list[Path]:
    files = sorted(path for path in built.settings.published_dir.rglob("*") if path.is_file())
    assert any(path.suffix == ".parquet" for path in files)
    return files


def text_cells(path: Path) -> dict[str, set[str]]:
    """Distinct text of every column of a published file, upper case."""
    with closing(duckdb.connect()) as connection:
        described = connection.execute(f"describe from read_parquet('{path}')").fetchall()
        return {
            name: {
                row[0]
                for row in connection.execute(
                    f"select distinct upper(cast(\"{name}\" as varchar)) from read_parquet('{path}') "
                    f'where "{name}" is not null'
                ).fetchall()
            }
            for name, kind, *_ in described
            if "VARCHAR" in kind
        }


def test_no_name_and_no_identifier_is_in_any_column(built: Warehouse, published_files: list[Path]) -> None:
    names, identifiers = delivered_values(built.settings)
    assert len(names) > 500
    assert len(identifiers) > 2_000
    found = []
    for path in published_files:
        if path.suffix != ".parquet":
            continue
        for column, cells in text_cells(path).items():
            tokens = {token for cell in cells for token in re.split(r"[\s|;,]+", cell)} | cells
            found += [
                f"{path.name}.{column}: {value}" for value in sorted((cells & names) | (tokens & identifiers))[:3]
            ]
    assert found == []


def test_no_date_of_birth_is_in_any_column(world: World, published_files: list[Path]) -> None:
    found = []
    with closing(duckdb.connect()) as connection:
        for path in published_files:
            if path.suffix != ".parquet":
                continue
            for name, kind, *_ in connection.execute(f"describe from read_parquet('{path}')").fetchall():
                if kind not in {"DATE", "TIMESTAMP"} or name == "offence_date":
                    continue  # an offence of long ago may fall on the day someone was born
                hits = connection.execute(
                    f"select count(*) from read_parquet('{path}') p "
                    f'where cast(p."{name}" as date) < date \'2008-01-01\' and cast(p."{name}" as date) in '
                    f"(select cast(date_of_birth as date) from read_parquet('{world.truth_dir}/persons.parquet'))"
                ).fetchall()[0][0]
                if hits:
                    found.append(f"{path.name}.{name}: {hits}")
    assert found == []


def test_the_database_and_the_record_hold_nothing_the_parquet_does_not(
    built: Warehouse, published_files: list[Path]
) -> None:
    tables = {
        f"{schema}.{table}" for schema, table in built.query("select schema_name, table_name from duckdb_tables()")
    }
    parquet = {f"{path.parent.name}.{path.stem}" for path in published_files if path.suffix == ".parquet"}
    assert tables == parquet
    published = built.settings.published_dir
    others = {path.relative_to(published).parts[0] for path in published_files if path.suffix != ".parquet"}
    assert others == {
        "analyst.duckdb",
        "build.json",
        "catalogue",
        "contracts",
        "evidence.json",
        "pages.json",
        "reports",
    }


def report_texts(published_files: list[Path]) -> dict[str, str]:
    """What a person reads of every report: pages without their tags and style, lists as they are."""
    texts = {}
    for path in published_files:
        if {"reports", "catalogue"} & set(path.parts):
            assert path.suffix in {".html", ".csv"}
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".html":
                text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL))
            place = path.parts.index("catalogue" if "catalogue" in path.parts else "reports")
            texts["/".join(path.parts[place:])] = text.upper()
    assert len(texts) > 30
    return texts


def test_no_identifier_is_in_any_report(built: Warehouse, published_files: list[Path]) -> None:
    _, identifiers = delivered_values(built.settings)
    keys = record_keys(built.settings)
    assert len(keys) > 2_000
    found = []
    for name, text in report_texts(published_files).items():
        tokens = set(re.split(r"[\s|;,\"'()]+", text))
        found += [f"{name}: {value}" for value in sorted(tokens & (identifiers | keys))[:3]]
    assert found == []


def record_keys(settings: Settings) -> set[str]:
    """Identifiers in record keys, though their columns be classified as none: published ones are pseudonyms."""
    keys: set[str] = set()
    with closing(duckdb.connect()) as connection:
        for contract in load_feed_contracts(settings.contracts_dir).values():
            for name in contract.primary_key:
                if contract.column(name).type is ColumnType.IDENTIFIER:
                    files = f"{settings.raw_dir}/{contract.agency}/{contract.feed}/*.parquet"
                    rows = connection.execute(
                        f"select distinct upper(trim(\"{name}\")) from read_parquet('{files}', union_by_name = true)"
                    ).fetchall()
                    keys |= {row[0] for row in rows if row[0] and len(row[0]) >= 5}
    return keys


def test_no_name_is_a_cell_of_any_list_of_rows(built: Warehouse, published_files: list[Path]) -> None:
    """Pages are prose, in which a surname may be an English word; in a list a name would be a cell of its own."""
    names, _ = delivered_values(built.settings)
    cells = set()
    for path in published_files:
        if path.suffix == ".csv":
            for row in csv.reader(path.open(encoding="utf-8", newline="")):
                cells |= {cell.upper() for cell in row}
    assert len(cells) > 100
    assert not cells & names
