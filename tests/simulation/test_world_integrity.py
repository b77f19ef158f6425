"""The clean world keeps its contracts: keys, references between feeds, dates in order, one final result per charge."""

from __future__ import annotations

import pandas as pd
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from orchestration.simulation.model import WORLD_FEEDS
from orchestration.simulation.truth import live_final_results

PARENTS = {
    ("hmcts/defendants", "case_id"): ("hmcts/cases", "case_id"),
    ("hmcts/cases", "merged_into_case_id"): ("hmcts/cases", "case_id"),
    ("hmcts/offences", "defendant_id"): ("hmcts/defendants", "defendant_id"),
    ("hmcts/hearing_defendants", "defendant_id"): ("hmcts/defendants", "defendant_id"),
    ("hmcts/hearing_defendants", "hearing_id"): ("hmcts/hearings", "hearing_id"),
    ("hmcts/results", "hearing_id"): ("hmcts/hearings", "hearing_id"),
    ("hmcts/results", "offence_id"): ("hmcts/offences", "offence_id"),
    ("prison/custody_spells", "noms_number"): ("prison/prisoners", "noms_number"),
    ("prison/sentences", "noms_number"): ("prison/prisoners", "noms_number"),
    ("prison/sentences", "booking_number"): ("prison/custody_spells", "booking_number"),
    ("probation/orders", "noms_number"): ("prison/prisoners", "noms_number"),
    ("cps/defendants", "ptiurn"): ("hmcts/cases", "ptiurn"),
    ("laa/representation_orders", "ptiurn"): ("hmcts/cases", "ptiurn"),
    ("police/custody_records", "ptiurn"): ("hmcts/cases", "ptiurn"),
}


@pytest.fixture(scope="module")
def contracts():
    return load_feed_contracts(Settings.from_environment().contracts_dir)


@pytest.mark.parametrize("key", WORLD_FEEDS)
def test_feed_keeps_its_contract(key, true_world, contracts):
    contract, table = contracts[key], true_world.feeds[key]
    assert [column.name for column in contract.columns] == [name for name in table if not name.startswith("_")]
    assert not table.duplicated(list(contract.primary_key)).any()
    for column in contract.columns:
        if column.required:
            assert table[column.name].notna().all(), column.name
        if column.closed_codes:
            assert set(table[column.name].dropna()) <= set(column.closed_codes), column.name


@pytest.mark.parametrize(("child", "parent"), PARENTS.items(), ids="|".join)
def test_references_between_feeds_hold(child, parent, true_world):
    values = true_world.feeds[child[0]][child[1]].dropna()
    assert len(values)
    assert values.isin(true_world.feeds[parent[0]][parent[1]]).all()


@pytest.mark.parametrize("key", WORLD_FEEDS)
def test_nothing_is_known_before_its_record_exists_or_after_the_world_ends(key, true_world):
    table = true_world.feeds[key]
    end = pd.Timestamp(true_world.parameters.end_date)
    assert table["_created"].notna().all()
    assert (table["_created"] <= end).all()
    for reveal in true_world.reveals[key]:
        known = table[reveal.when].notna()
        assert (table.loc[known, reveal.when].dt.normalize() >= table.loc[known, "_created"]).all(), reveal.when


@pytest.mark.parametrize("key", WORLD_FEEDS)
def test_every_code_with_a_reference_list_is_on_it(key, true_world, contracts):
    reference_dir = Settings.from_environment().reference_dir
    for column in contracts[key].columns:
        if not column.code_list:
            continue
        listed = pd.read_csv(reference_dir / f"{column.code_list}.csv", dtype="str", keep_default_na=False)
        allowed = set(listed.iloc[:, 0]) | (set(listed.iloc[:, 1]) if column.code_list == "trial_outcomes" else set())
        used = true_world.feeds[key][column.name].dropna().astype("str").str.split(";").explode()
        assert set(used) <= allowed, f"{column.name}: {sorted(set(used) - allowed)[:5]}"


def test_every_concluded_charge_has_exactly_one_live_final_result(true_world, reference):
    finals = live_final_results(true_world.feeds, reference)
    assert finals["offence_id"].is_unique
    closed = true_world.feeds["hmcts/cases"].query("case_status == 'CLOSED' and merged_into_case_id.isna()")
    defendants = true_world.feeds["hmcts/defendants"]
    charged = true_world.feeds["hmcts/offences"]
    concluded = charged[
        charged["defendant_id"].isin(defendants.loc[defendants["case_id"].isin(closed["case_id"]), "defendant_id"])
    ]
    assert concluded["offence_id"].isin(finals["offence_id"]).all()


def test_amended_and_deleted_results_are_part_of_the_world(true_world):
    results = true_world.feeds["hmcts/results"]
    deleted = results[results["is_deleted"] == "Y"]
    assert len(deleted) > 20
    assert deleted["amended_at"].notna().all()
    amended = results[results["amended_at"].notna() & (results["is_deleted"] == "N")]
    assert len(amended) > 20
    changed = (amended["duration_value"] != amended["_first_duration_value"]) | (
        amended["amount_gbp"] != amended["_first_amount_gbp"]
    )
    assert changed.all()


def test_results_are_given_on_their_hearings_day_and_after_the_charge(true_world):
    results = true_world.feeds["hmcts/results"].merge(true_world.feeds["hmcts/hearings"], on="hearing_id")
    assert (results["result_date"] == results["hearing_date"]).all()
    dated = results.merge(true_world.feeds["hmcts/offences"], on="offence_id")
    assert (dated["offence_start_date"] <= dated["charge_date"]).all()
    assert (dated["charge_date"] <= dated["result_date"]).all()


def test_cases_are_received_before_their_first_hearing(true_world):
    feeds = true_world.feeds
    listed = feeds["hmcts/hearing_defendants"].merge(feeds["hmcts/hearings"], on="hearing_id")
    first = listed.groupby("defendant_id")["hearing_date"].min()
    cases = feeds["hmcts/defendants"].merge(feeds["hmcts/cases"], on="case_id")
    assert (cases["received_date"] <= first.reindex(cases["defendant_id"]).fillna(pd.Timestamp.max).to_numpy()).all()


def test_merged_cases_lead_to_a_case_that_was_not_merged(true_world):
    cases = true_world.feeds["hmcts/cases"]
    into = cases.set_index("case_id")["merged_into_case_id"].dropna()
    assert len(into) > 10
    merged = cases[cases["merged_into_case_id"].notna()]
    assert (merged["case_status"] == "CLOSED").all()
    assert (merged["closed_date"] > merged["received_date"]).all()
    steps, current = 0, into
    while len(current):
        steps += 1
        assert steps < 5, "a chain of mergers runs in a circle"
        current = current.map(into).dropna()


def test_backlog_is_already_there_when_the_window_starts(true_world):
    cases = true_world.feeds["hmcts/cases"].query("merged_into_case_id.isna()")
    start = pd.Timestamp(true_world.parameters.window_start)
    assert (cases["received_date"] < start).sum() > 300
    earlier = cases[cases["received_date"] < start]
    assert (earlier["closed_date"].isna() | (earlier["closed_date"] >= start)).all()
