"""What every mart promises its readers: its files fit one another, and its contract is one of the open standard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from orchestration.contracts.products import load_product_heads
from orchestration.products.checks import check_marts
from orchestration.products.promises import product_contracts
from orchestration.settings import PROJECT_ROOT, Settings

SETTINGS = Settings.from_environment()
MARTS = sorted(load_product_heads(PROJECT_ROOT / "data_contracts"))


@pytest.fixture(scope="session")
def contracts(manifest: Path) -> dict[str, str]:
    """The contract of every mart, by name."""
    return product_contracts(SETTINGS, manifest)


def test_the_files_of_every_mart_fit_one_another(manifest: Path) -> None:
    faults = check_marts(SETTINGS)
    assert not faults, "\n".join(faults)


def test_every_mart_has_a_contract(manifest: Path, contracts: dict[str, str]) -> None:
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    published = {
        node["name"]
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == "marts"
        and node["config"]["meta"].get("publish") is not False
    }  # fmt: skip
    assert set(contracts) == set(MARTS) == published


@pytest.mark.parametrize("mart", MARTS)
def test_the_contract_is_valid(mart: str, contracts: dict[str, str]) -> None:
    from datacontract.data_contract import DataContract

    run = DataContract(data_contract_str=contracts[mart]).lint()
    assert run.result == "passed", [check.reason for check in run.checks if check.result != "passed"]


def test_a_contract_promises_what_dbt_builds(contracts: dict[str, str]) -> None:
    contract = yaml.safe_load(contracts["remand_episodes"])
    assert contract["id"] == "marts-remand-episodes"
    assert contract["team"]["members"][0]["role"] == "owner"
    [promise] = contract["slaProperties"]
    assert promise == {"property": "frequency", "value": 1, "unit": "d", "element": "remand_episodes"}
    [table] = contract["schema"]
    columns = {column["name"]: column for column in table["properties"]}
    assert next(iter(columns)) == "remand_episode_id"
    key = columns["remand_episode_id"]
    assert (key["primaryKey"], key["primaryKeyPosition"], key["required"]) == (True, 1, True)
    assert key["classification"] == columns["person_id"]["classification"] == "pseudonym"
    assert columns["ethnicity_group"]["classification"] == "special_category"
    days = columns["days_net"]
    assert (days["logicalType"], days["physicalType"], days["classification"]) == ("integer", "BIGINT", "none")
    assert "required" not in days


def test_a_break_of_law_is_told_where_figures_must_not_be_compared(contracts: dict[str, str]) -> None:
    broken = {mart for mart, contract in contracts.items() if "customProperties" in yaml.safe_load(contract)}
    assert broken == {"court_sentencing", "court_sentencing_rates"}
