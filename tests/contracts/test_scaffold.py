"""A contract that was just begun holds all that is known and is refused for all that is not."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from orchestration.contracts import ContractError, load_feed_contract
from orchestration.contracts.reader import TO_FILL_IN
from orchestration.contracts.scaffold import scaffold_contract
from orchestration.settings import PROJECT_ROOT

TODAY = date(2026, 12, 1)


@pytest.fixture
def contracts_dir(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT_ROOT / "data_contracts" / "feeds", tmp_path / "feeds")
    return tmp_path


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        ("probation/breaches", ["CRN", "Breach Date", "reported_at", "outcome"]),
        ("probation/breaches", []),
        ("youth/referrals", ["pnc_id", "surname"]),
    ],
)
def test_every_place_left_to_be_filled_in_is_refused_at_once(contracts_dir: Path, key: str, headers: list[str]) -> None:
    path = scaffold_contract(key, headers, [contracts_dir], TODAY)
    with pytest.raises(ContractError) as raised:
        load_feed_contract(path)
    assert len(raised.value.problems) == path.read_text(encoding="utf-8").count(TO_FILL_IN) > 0
    assert all("still to be filled in: " in problem for problem in raised.value.problems)


def test_what_the_agency_and_its_columns_are_is_taken_over(contracts_dir: Path) -> None:
    orders = yaml.safe_load((contracts_dir / "feeds" / "probation" / "orders.odcs.yaml").read_text(encoding="utf-8"))
    path = scaffold_contract("probation/breaches", ["CRN", "Breach Date"], [contracts_dir], TODAY)
    begun = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert begun["team"] == orders["team"]
    crn, breach_date = begun["schema"][0]["properties"]
    known = orders["schema"][0]["properties"][0]
    assert {key: crn[key] for key in ("description", "classification", "logicalTypeOptions", "customProperties")} == {
        key: known[key] for key in ("description", "classification", "logicalTypeOptions", "customProperties")
    }
    assert "primaryKey" not in crn
    assert (breach_date["name"], breach_date["physicalName"], breach_date["logicalType"]) == (
        "breach_date", "Breach Date", "date",
    )  # fmt: skip


def test_place_and_prefix_are_nobody_elses(contracts_dir: Path) -> None:
    """Two feeds whose names begin alike: the second must choose its own letters."""
    first = scaffold_contract("probation/breaches", [], [contracts_dir], TODAY)
    second = scaffold_contract("probation/breath_tests", [], [contracts_dir], TODAY)
    orders, prefixes = [], []
    for path in (first, second):
        custom = {item["property"]: item["value"] for item in yaml.safe_load(path.read_text())["customProperties"]}
        orders.append(custom["catalogueOrder"])
        prefixes.append(custom["ruleCodePrefix"])
    assert orders == [151, 152]
    assert prefixes[0] == "PRO-BRE" and prefixes[1].startswith(TO_FILL_IN)


@pytest.mark.parametrize(
    ("key", "says"),
    [("probation/orders", "there already"), ("breaches", "AGENCY/FEED"), ("Probation/breaches", "snake_case")],
)
def test_a_name_that_cannot_be_used_is_refused_with_what_to_do(contracts_dir: Path, key: str, says: str) -> None:
    with pytest.raises(ContractError, match=says):
        scaffold_contract(key, [], [contracts_dir], TODAY)
