"""dbt's sources and staging say what the contracts say, and nobody edited them by hand."""

from __future__ import annotations

import re

import yaml

from orchestration.contracts import load_feed_contracts
from orchestration.contracts.dbt_sources import SYNC_COMMAND, render_dbt_sources, sources_file
from orchestration.contracts.dbt_staging import dbt_files
from orchestration.contracts.model import Holds
from orchestration.settings import Settings

SETTINGS = Settings.from_environment()
RENDERED = render_dbt_sources(load_feed_contracts(SETTINGS.contracts_dir))


def test_committed_files_are_those_the_contracts_give() -> None:
    given = dbt_files(load_feed_contracts(SETTINGS.contracts_dir), SETTINGS.dbt_project_dir)
    assert given[sources_file(SETTINGS.dbt_project_dir)] == RENDERED
    differing = [path.name for path, text in given.items() if path.read_text(encoding="utf-8") != text]
    assert not differing, (
        f"{', '.join(differing)}: not what the contracts say. Run '{SYNC_COMMAND}' and commit the result; "
        "a change made by hand in such a file belongs into the contract."
    )


def test_rendering_twice_gives_the_same_text() -> None:
    assert render_dbt_sources(load_feed_contracts(SETTINGS.contracts_dir)) == RENDERED


def test_sources_carry_what_staging_reads() -> None:
    sources = {source["name"]: source for source in yaml.safe_load(RENDERED)["sources"]}
    assert list(sources) == ["raw_police", "raw_cps", "raw_hmcts", "raw_prison", "raw_probation", "raw_laa"]
    prison = sources["raw_prison"]
    location = prison["config"]["meta"]["external_location"]
    assert "/raw/prison/{name}/*.parquet" in location and "union_by_name=true" in location
    spells = next(table for table in prison["tables"] if table["name"] == "custody_spells")
    columns = {column["name"]: column for column in spells["columns"]}
    assert list(columns)[-2:] == ["_delivery_id", "_row_number"]
    promised = spells["config"]["meta"]
    assert promised["date_format"] == "DD-MON-YYYY"
    assert promised["missing_values"] == ["NK"]
    meta = columns["status_to"]["config"]["meta"]
    assert meta["type"] == "date"
    assert meta["open_end_values"] == ["31-DEC-9999"]
    establishment = columns["establishment_code"]["config"]["meta"]
    assert establishment["code_list"] == "establishments"
    assert establishment["code_list_on"] == {"establishment_code": "establishment_code"}
    police = {table["name"]: table for table in sources["raw_police"]["tables"]}
    custody, searches = police["custody_records"]["config"]["meta"], police["stop_search"]["config"]["meta"]
    assert (custody["timestamp_format"], custody["timezone"]) == ("DD/MM/YYYY HH:MM", "Europe/London")
    assert (searches["yes_value"], searches["no_value"]) == ("True", "False")
    searched = police["stop_search"]["columns"][2]["config"]["meta"]
    assert searched["physical_name"] == "Part of a policing operation"
    hearings = next(table for table in sources["raw_hmcts"]["tables"] if table["name"] == "hearings")
    outcome = next(column for column in hearings["columns"] if column["name"] == "trial_outcome_code")
    assert outcome["config"]["meta"]["code_list_on"] == {
        "outcome_class": "trial_outcome_class", "outcome_code": "trial_outcome_code",
    }  # fmt: skip


def test_sql_brings_into_canonical_form_what_python_says_it_does_and_links_what_may_be_held() -> None:
    macros = SETTINGS.dbt_project_dir / "macros" / "staging"
    normalised = re.findall(r"holds == '(\w+)'", (macros / "staged.sql").read_text(encoding="utf-8"))
    assert sorted(normalised) == sorted(holds for holds in Holds if holds.is_normalised)
    listed = (macros / "people.sql").read_text(encoding="utf-8").partition("return([")[2].partition("])")[0]
    # What somebody stopped called their gender is of no person the warehouse knows; a court case is of several.
    assert set(re.findall(r"'(\w+)'", listed)) == set(Holds) - {Holds.GENDER, Holds.COURT_CASE_REFERENCE}
