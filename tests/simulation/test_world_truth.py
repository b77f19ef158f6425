"""The truth follows the official rules: heaviest penalty, consecutive terms, age on the day."""

from __future__ import annotations

import pandas as pd
import pytest

from orchestration.simulation.truth import age_bands, months_of


@pytest.mark.parametrize(
    ("born", "on", "band"),
    [
        ("2008-03-22", "2026-03-21", "10-17"),
        ("2008-03-22", "2026-03-22", "18-20"),
        ("2004-02-29", "2025-02-28", "18-20"),
        ("2004-02-29", "2025-03-01", "21-24"),
        ("1966-06-01", "2026-06-01", "60+"),
        ("1986-07-01", "2026-06-30", "30-39"),
    ],
)
def test_age_band_changes_on_the_birthday(born, on, band):
    assert age_bands(pd.Series([pd.Timestamp(born)]), pd.Series([pd.Timestamp(on)])).tolist() == [band]


def test_lengths_in_months_follow_the_published_factors():
    values = pd.Series([3.0, 18.0, 12.0, 100.0])
    units = pd.Series(["Y", "M", "W", "D"])
    assert months_of(values, units).round(4).tolist() == [36.0, 18.0, round(84 / 30.4375, 4), round(100 / 30.4375, 4)]


@pytest.fixture(scope="module")
def given(true_world, reference) -> pd.DataFrame:
    """Live conviction results with their charge, recomputed here from the clean feeds by plain Python."""
    feeds = true_world.feeds
    results = feeds["hmcts/results"].query("is_deleted == 'N' and result_type == 'F'")
    results = results[results["cjs_result_code"].isin(reference.severity_rank)]
    table = results.merge(feeds["hmcts/offences"], on="offence_id").merge(
        feeds["hmcts/hearings"][["hearing_id", "court_ou_code"]], on="hearing_id"
    )
    table["rank"] = table["cjs_result_code"].map(reference.severity_rank)
    table["disposal"] = table["cjs_result_code"].map(reference.disposal_type)
    table["months"] = months_of(table["duration_value"], table["duration_unit"])
    return table


def test_principal_offence_has_the_most_severe_disposal_at_the_true_court(true_world, given):
    truth = true_world.truth["sentencing"].set_index("defendant_id")
    sentenced = given[given["defendant_id"].isin(truth.index)]
    best = sentenced.groupby("defendant_id")["rank"].min()
    for defendant, charges in sentenced[sentenced["defendant_id"].duplicated(keep=False)].groupby("defendant_id"):
        true = truth.loc[defendant]
        assert true["disposal_type"] in set(charges.loc[charges["rank"] == best[defendant], "disposal"])
        principal = charges[charges["cjs_offence_code"] == true["principal_offence_code"]]
        assert true["court_ou_code"] in set(principal["court_ou_code"])
        assert true["sentence_date"] in set(principal["result_date"])


def test_effective_length_adds_consecutive_terms_only(true_world, given):
    truth = true_world.truth["sentencing"].set_index("defendant_id")
    custody = given[(given["disposal"] == "determinate_custody") & given["months"].notna()]
    several = custody[custody["defendant_id"].duplicated(keep=False) & custody["defendant_id"].isin(truth.index)]
    checked = 0
    for defendant, terms in several.groupby("defendant_id"):
        true = truth.loc[defendant]
        if true["disposal_type"] != "determinate_custody":
            continue
        longest = terms["months"].max()
        follows = terms.loc[terms["consecutive"] == "Y", "months"].sum()
        assert true["custody_length_months"] == pytest.approx(longest)
        assert true["effective_length_months"] == pytest.approx(longest + follows)
        checked += 1
    assert checked > 50


def test_life_and_non_custodial_sentences_have_no_length(true_world):
    truth = true_world.truth["sentencing"]
    timed = truth["custody_length_months"].notna()
    assert set(truth.loc[timed, "disposal_type"]) <= {"determinate_custody"}
    assert truth.loc[truth["disposal_type"] == "determinate_custody", "custody_length_months"].notna().all()


def test_a_defendant_is_sentenced_once_and_only_when_every_charge_is_concluded(true_world):
    truth = true_world.truth["sentencing"]
    assert truth["defendant_id"].is_unique
    cases = true_world.feeds["hmcts/cases"]
    live = cases[(cases["case_status"] == "LIVE") & ~cases["case_id"].isin(cases["merged_into_case_id"])]
    single = live[~live["receipt_type"].eq("APPEAL").fillna(False)]
    defendants = true_world.feeds["hmcts/defendants"]
    alone = defendants[~defendants["case_id"].duplicated(keep=False)]
    pending = alone.loc[alone["case_id"].isin(single["case_id"]), "defendant_id"]
    assert not truth["defendant_id"].isin(pending).any()
