"""A mapping that cannot be used is refused with the file, the place in it and what to do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.contracts import ContractError, load_feed_contracts
from orchestration.ingest.mapped_reader import rows_of
from orchestration.settings import PROJECT_ROOT
from tests.tutorials import blocks

SHIPPED = PROJECT_ROOT / "data_contracts"
NAME = "prison/custody_spells.mapping.jail_stays.yaml"
GOOD: dict[str, Any] = yaml.safe_load((SHIPPED / "feeds" / NAME).read_text(encoding="utf-8"))

Change = Callable[[dict[str, Any]], Any]

WRONG: dict[str, tuple[Change, str]] = {
    "unknown column": (
        lambda m: m["columns"].update(status_until="out_custody"),
        r"columns.'status_until': the feed has no such column; it has: booking_number",
    ),
    "required column forgotten": (
        lambda m: m["columns"].pop("status_from"),
        "columns: 'status_from' is required; say what it comes from, or name it under notHeld",
    ),
    "key not held": (
        lambda m: (m["columns"].pop("booking_number"), m["notHeld"]["columns"].append("booking_number")),
        "notHeld.columns: 'booking_number' is part of the key; say what it comes from",
    ),
    "held and not held": (
        lambda m: m["notHeld"]["columns"].append("status_from"),
        "'status_from' is mapped, so it is held; take it out of one",
    ),
    "unknown rule": (lambda m: m["notHeld"]["rules"].append("PRI-SPE-999"), "'PRI-SPE-999' is no rule of the feed"),
    "no reason": (lambda m: m["notHeld"].pop("reason"), "notHeld.reason: missing; say why the source does not hold"),
    "no such value": (
        lambda m: m["columns"].update(legal_status={"constant": "JAILED"}),
        "'legal_status': 'JAILED' is no value of the column, it has: UNTRIED",
    ),
    "two origins": (
        lambda m: m["columns"].update(legal_status={"constant": "UNTRIED", "from": "x"}),
        "'legal_status': a value comes from exactly one of: from, lookup, length, constant",
    ),
    "no date": (
        lambda m: m["columns"]["noms_number"].update(dates=["YYYY-MM-DD"]),
        "'noms_number'.dates: the column is no date; take it out",
    ),
    "two readings": (
        lambda m: m["columns"]["status_from"].update(dates=["DD/MM/YYYY", "MM/DD/YYYY"]),
        "'status_from'.dates: DD/MM/YYYY and MM/DD/YYYY read one text as two different days",
    ),
    "nothing within a column": (
        lambda m: m["columns"].update(ptiurn="case.urn"),
        "columns: 'case.urn': a column of delimited text has nothing within it",
    ),
    "no group": (
        lambda m: m["columns"]["noms_number"].update(take="[0-9]+"),
        "'noms_number'.take: has exactly one group",
    ),
    "other source": (lambda m: m.update(source="stays"), "source: is 'stays'; write 'jail_stays'"),
    "unknown key": (lambda m: m["columns"]["noms_number"].update(form="x"), r"'noms_number': .*form"),
}


def site_with(folder: Path, mapping: dict[str, Any], name: str = NAME) -> Path:
    path = folder / "feeds" / name
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(mapping, sort_keys=False), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_file_place_and_remedy(tmp_path: Path, name: str) -> None:
    change, expected = WRONG[name]
    mapping = copy.deepcopy(GOOD)
    change(mapping)
    with pytest.raises(ContractError, match=expected) as raised:
        load_feed_contracts(SHIPPED, site_with(tmp_path, mapping))
    assert f"feeds/{NAME}: " in str(raised.value)


def test_a_site_replaces_a_mapping_or_adds_one(tmp_path: Path) -> None:
    mapping = copy.deepcopy(GOOD) | {"version": "1.1.0"}
    spells = load_feed_contracts(SHIPPED, site_with(tmp_path / "a", mapping))["prison/custody_spells"]
    assert [item.label for item in spells.mappings] == ["jail_stays 1.1.0"]
    mapping |= {"source": "county_jail"}
    added = site_with(tmp_path / "b", mapping, NAME.replace("jail_stays", "county_jail"))
    spells = load_feed_contracts(SHIPPED, added)["prison/custody_spells"]
    assert [item.label for item in spells.mappings] == ["county_jail 1.1.0", "jail_stays 1.0.0"]


def test_a_mapping_to_no_feed_is_refused(tmp_path: Path) -> None:
    name = NAME.replace("custody_spells", "custody_spell")
    with pytest.raises(ContractError, match=r"prison/custody_spell, .*is it prison/custody_spells\?"):
        load_feed_contracts(SHIPPED, site_with(tmp_path, GOOD, name))


def test_the_example_of_the_readme_reads_what_it_says(tmp_path: Path) -> None:
    (example,) = blocks("Map another system's files", "yaml")
    site = site_with(tmp_path, yaml.safe_load(example), "prison/prisoners.mapping.county_jail.yaml")
    prisoners = load_feed_contracts(SHIPPED, site)["prison/prisoners"]
    county = next(item for item in prisoners.mappings if item.name == "county_jail")
    record = {"person_id": "7", "name": "Okonkwo, Anna", "dob": "06/25/1990", "sex": "Female"}
    (row,) = rows_of(prisoners, county, record, 1)
    told = [row[name] for name in ("noms_number", "surname", "given_name_1", "birth_date", "sex_code")]
    assert told == ["COUNTY:7", "Okonkwo", "Anna", "25-JUN-1990", "F"]
