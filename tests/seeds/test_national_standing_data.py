"""The facts in the reference lists agree with the national standing data. Skips where that data is absent."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from orchestration.settings import Settings
from tests.seeds.lists import by_key, rows, standing_data

ANCILLARY_EFFECTS = {"ANCILLARY", "ORDER_CHANGE", "APPEAL", "PROCEDURAL", "ADJOURNED"}
"""The national list marks these as final too, though the charge (or the appeal against it) is decided elsewhere."""

FINAL_ALTHOUGH_NOT_TYPED_SO = {"2008": "I", "3058": "", "5010": ""}
"""Lie on file is the last result a charge gets; extended licence and `otherwise dealt with` have no type at all."""

TYPED_FINAL_ADJOURNMENTS = {"3132", "4060"}
"""Interim hospital order and deferred sentence: the defendant comes back."""

CLOSED_THOUGH_REGISTERED_ACTIVE = {"KTI", "MWI"}

NATIONALITIES_ADDED = {"SRB", "MNE", "SSD", "XXA", "XXX"}
"""Countries younger than the national list, stateless, not known."""


@pytest.fixture(scope="module")
def organisation_units(reference_data_dir: Path) -> dict[str, dict[str, str]]:
    units = standing_data(reference_data_dir / "bichard7" / "organisation-unit.csv")
    return {
        unit["topLevelCode"] + unit["secondLevelCode"] + unit["thirdLevelCode"] + unit["bottomLevelCode"]: unit
        for unit in units
        if unit["topLevelCode"] in {"B", "C"}
    }


@pytest.fixture(scope="module")
def national_results(reference_data_dir: Path) -> dict[str, dict[str, str]]:
    return {row["cjsCode"]: row for row in standing_data(reference_data_dir / "bichard7" / "result-code.csv")}


def test_every_court_is_a_real_organisation_unit_of_its_type(organisation_units: dict[str, dict[str, str]]) -> None:
    for court in rows("courts"):
        unit = organisation_units[court["court_ou_code"]]
        expected = {"MAGISTRATES": "Magistrates' Courts", "CROWN": "Crown Courts"}[court["court_type"]]
        assert unit["topLevelName"] == expected, court
        assert court["psa_code"] == unit["thirdLevelPsaCode"], court
        assert "County Court" not in unit["thirdLevelName"], court


def test_every_published_centre_is_listed_in_its_region() -> None:
    path = Settings.from_environment().realdata_dir / "ccsq" / "gold_backlog_by_court.csv"
    if not path.is_file():
        pytest.skip(f"no Crown Court caseload series at {path}")
    published = {row["court"]: row["region"] for row in standing_data(path) if row["court"] != "Unknown"}
    listed = {court["published_centre"]: court["region"] for court in rows("courts") if court["published_centre"]}
    assert listed == published


def test_every_offence_exists_with_its_category(reference_data_dir: Path) -> None:
    """Offences only older records carry are checked in the legal aid list instead."""
    national = {
        row["cjsCode"]: row["offenceCategory"]
        for row in standing_data(reference_data_dir / "bichard7" / "cjs-offences.csv")
    }
    legal_aid = {row["code"]: row["offence_type"][:2] for row in standing_data(reference_data_dir / "laa_offences.csv")}
    only_older = {offence["cjs_offence_code"] for offence in rows("offences")} - set(national)
    assert only_older == {"RT88191"}
    for offence in rows("offences"):
        code = offence["cjs_offence_code"]
        assert offence["category"] == (national.get(code) or legal_aid[code]), offence


def test_an_offence_with_three_maps_is_one_row(reference_data_dir: Path) -> None:
    """The legal aid list has theft from a shop once per value band: joined as it stands, it triples every charge."""
    maps = [row for row in standing_data(reference_data_dir / "laa_offences.csv") if row["code"] == "TH68010"]
    assert len(maps) == 3
    assert {row["offence_type"] for row in maps} == {"CE Either Way"}
    assert Counter(offence["cjs_offence_code"] for offence in rows("offences"))["TH68010"] == 1


def test_every_result_code_exists_with_its_type(national_results: dict[str, dict[str, str]]) -> None:
    for row in rows("result_codes"):
        if row["scheme"] == "CJS":
            assert row["result_type"] == national_results[row["cjs_result_code"]]["type"], row
        else:
            assert row["cjs_result_code"] not in national_results, row


def test_final_agrees_with_the_national_type_except_where_documented() -> None:
    for code, row in by_key("result_codes").items():
        if row["is_final"] == "true" and row["result_type"] != "F":
            assert FINAL_ALTHOUGH_NOT_TYPED_SO.get(code) == row["result_type"], row
        if row["is_final"] == "false" and row["result_type"] == "F":
            assert row["outcome_effect"] in ANCILLARY_EFFECTS, row
            assert row["outcome_effect"] != "ADJOURNED" or code in TYPED_FINAL_ADJOURNMENTS, row
        assert row["result_type"] != "P" or row["is_final"] == "false", row


def test_prison_court_outcomes_are_all_known(reference_data_dir: Path) -> None:
    """The outcomes prisons record today, remand and sentence, have a row and a clock action."""
    codes = by_key("result_codes")
    for file in ("dps_charge_outcomes.csv", "dps_appearance_outcomes.csv"):
        for outcome in standing_data(reference_data_dir / file):
            row = codes[outcome["nomis_code"]]
            assert row["clock_identify_remand"], outcome
            if outcome["outcome_type"] == "SENTENCING":
                assert row["clock_identify_remand"] == "STOP", outcome


def test_forces_agree_with_the_national_list(reference_data_dir: Path) -> None:
    national = {row["code"]: row["name"] for row in standing_data(reference_data_dir / "bichard7" / "forces.csv")}
    for force in rows("police_forces"):
        listed = national[force["force_code"]].replace("&", "and").replace("BTP", "British Transport Police")
        words = listed.replace("Dyfed Powys", "Dyfed-Powys")
        assert words.split(" Police")[0] in force["name"], force


def test_prisons_agree_with_the_register(reference_data_dir: Path) -> None:
    path = reference_data_dir / "prison_register_prisons.csv"
    register = {row["prison_id"]: row["active"] == "true" for row in standing_data(path)}
    for prison in rows("establishments"):
        code = prison["establishment_code"]
        assert code in register, prison
        expected = register[code] and code not in CLOSED_THOUGH_REGISTERED_ACTIVE
        assert (prison["is_open"] == "true") == expected, prison


def test_nationalities_and_hearing_types_exist(reference_data_dir: Path) -> None:
    folder = reference_data_dir / "bichard7"
    countries = {row["cjsCode"] for row in json.loads((folder / "country.json").read_text(encoding="utf-8"))}
    assert set(by_key("nationalities")) - countries == NATIONALITIES_ADDED
    hearings = {row["cjsCode"] for row in json.loads((folder / "type-of-hearing.json").read_text(encoding="utf-8"))}
    assert {row["hearing_type_code"] for row in rows("hearing_types") if row["scheme"] == "CJS"} == hearings


def test_search_lists_know_every_value_of_the_real_files() -> None:
    """Every wording in the Metropolitan files of September to December 2024 is in a list, or empty."""
    folder = Settings.from_environment().realdata_dir / "stop_search"
    files = sorted(folder.glob("*.csv"))
    if not files:
        pytest.skip(f"no stop and search files at {folder}")
    lists = {
        "Legislation": "search_legislations",
        "Object of search": "search_objects",
        "Outcome": "search_outcomes",
    }
    wordings = by_key("search_ethnicity_wordings")
    for file in files:
        for search in standing_data(file):
            for column, name in lists.items():
                assert search[column] == "" or search[column] in by_key(name), (file.name, column, search[column])
            for column in ("Self-defined ethnicity", "Officer-defined ethnicity"):
                prefix = search[column].lower().split(" - ")[0]
                assert prefix == "" or prefix in wordings, (file.name, column, search[column])
