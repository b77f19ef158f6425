"""What a mart promises its readers is what dbt builds: contracts of products against the dbt manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.settings import PROJECT_ROOT

CONTRACTS = sorted((PROJECT_ROOT / "data_contracts" / "products").glob("*.odcs.yaml"))
PHYSICAL_TYPES = {"string": "VARCHAR", "bigint": "BIGINT", "double": "DOUBLE", "date": "DATE", "boolean": "BOOLEAN"}


@pytest.fixture(scope="session")
def marts(manifest: Path) -> dict[str, dict[str, Any]]:
    """Every model of the marts schema by name."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model" and node["schema"] == "marts"}


def test_every_mart_has_a_contract(marts: dict[str, dict[str, Any]]) -> None:
    assert {path.name.removesuffix(".odcs.yaml") for path in CONTRACTS} == set(marts)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name)
def test_the_contract_is_valid(path: Path) -> None:
    from datacontract.data_contract import DataContract

    run = DataContract(data_contract_file=str(path)).lint()
    assert run.result == "passed", [check.reason for check in run.checks if check.result != "passed"]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name)
def test_the_contract_names_the_columns_and_types_dbt_builds(path: Path, marts: dict[str, dict[str, Any]]) -> None:
    [table] = yaml.safe_load(path.read_text(encoding="utf-8"))["schema"]
    promised = [(column["name"], column["physicalType"]) for column in table["properties"]]
    columns = marts[table["name"]]["columns"].values()
    assert promised == [(column["name"], PHYSICAL_TYPES[column["data_type"]]) for column in columns]


def test_every_mart_enforces_its_columns_when_it_is_built(marts: dict[str, dict[str, Any]]) -> None:
    assert [name for name, node in marts.items() if not node["config"]["contract"]["enforced"]] == []


def test_no_pseudonym_is_promised_as_plain_and_no_dropped_column_at_all(marts: dict[str, dict[str, Any]]) -> None:
    for path in CONTRACTS:
        [table] = yaml.safe_load(path.read_text(encoding="utf-8"))["schema"]
        for column in table["properties"]:
            rule = marts[table["name"]]["columns"][column["name"]]["config"]["meta"]["publish"]
            assert rule != "drop", f"{table['name']}.{column['name']} is promised and never published"
            assert (column["classification"] == "pseudonym") == rule.startswith("pseudonym:")
