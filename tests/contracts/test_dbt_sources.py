"""dbt's sources say what the contracts say, and nobody edited them by hand."""

from __future__ import annotations

import yaml

from orchestration.contracts import load_feed_contracts
from orchestration.contracts.dbt_sources import SYNC_COMMAND, render_dbt_sources, sources_file
from orchestration.settings import Settings

SETTINGS = Settings.from_environment()
RENDERED = render_dbt_sources(load_feed_contracts(SETTINGS.contracts_dir))


def test_committed_sources_are_those_the_contracts_give() -> None:
    path = sources_file(SETTINGS)
    assert path.read_text(encoding="utf-8") == RENDERED, (
        f"{path.name} does not say what the contracts say. Run '{SYNC_COMMAND}' and commit the result; "
        "a change made by hand in that file belongs into the contract."
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
    meta = columns["status_to"]["config"]["meta"]
    assert meta["type"] == "date"
    assert meta["date_format"] == "DD-MON-YYYY"
    assert meta["missing_values"] == ["NK"]
    assert meta["open_end_values"] == ["31-DEC-9999"]
    assert columns["establishment_code"]["config"]["meta"]["code_list"] == "establishments"
    police = {table["name"]: table for table in sources["raw_police"]["tables"]}
    arrested = next(column for column in police["custody_records"]["columns"] if column["name"] == "arrested_at")
    assert arrested["config"]["meta"]["timestamp_format"] == "DD/MM/YYYY HH:MM"
    assert arrested["config"]["meta"]["timezone"] == "Europe/London"
    searched = police["stop_search"]["columns"][2]
    assert searched["config"]["meta"]["physical_name"] == "Part of a policing operation"
    assert (searched["config"]["meta"]["yes_value"], searched["config"]["meta"]["no_value"]) == ("True", "False")
