"""Trials, sittings and stages counted straight from what the courts delivered, in pandas, against the marts.

Belongs here: `trial_effectiveness`, `court_sittings` and the timeliness marts from delivered records. Does not belong
here: what the gate decides about a row (taken as given), what makes up a case after merges (dates of the record itself
are compared).
"""

from __future__ import annotations

from contextlib import closing

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.settings import PROJECT_ROOT
from tests.marts.delivered import newest_records
from tests.support import Warehouse

COURT = ["quarter", "court_code", "jurisdiction"]
GONE_AHEAD_OR_FAILED = ["EFFECTIVE", "CRACKED", "INEFFECTIVE"]


def mart(warehouse: Warehouse, name: str) -> pd.DataFrame:
    with closing(duckdb.connect(str(warehouse.settings.build_database), read_only=True)) as connection:
        return connection.execute(f"select * from marts.{name}").df()


def quarter_of(dates: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    return dates.dt.to_period("Q").dt.start_time


@pytest.fixture(scope="module")
def hearings(built: Warehouse) -> pd.DataFrame:
    """Hearings held by the last extract, in the words of the marts."""
    rows = newest_records(built.settings.data_dir, "hmcts/hearings", ["hearing_id"])
    courts = set(pd.read_csv(PROJECT_ROOT / "seeds" / "reference" / "courts.csv", dtype=str)["court_ou_code"])
    outcomes = pd.read_csv(
        PROJECT_ROOT / "seeds" / "reference" / "trial_outcomes.csv", dtype=str, keep_default_na=False
    )
    listed = set(zip(outcomes["outcome_class"], outcomes["outcome_code"], strict=True))
    day = pd.to_datetime(rows["hearing_date"])
    code = rows["trial_outcome_code"]
    known = [pair in listed for pair in zip(rows["trial_outcome_class"], code, strict=True)]
    table = pd.DataFrame(
        {
            "quarter": quarter_of(day),
            "court_code": rows["court_ou_code"].where(rows["court_ou_code"].isin(courts), "unknown"),
            "jurisdiction": rows["jurisdiction"],
            "outcome_class": rows["trial_outcome_class"].fillna("unknown"),
            "outcome_code": code.where(known, "unknown").mask(code.isna(), "unknown"),
            "is_trial": rows["listed_for_trial"] == "Y",
            "officer": rows["judicial_officer_id"],
            "minutes": pd.to_numeric(rows["sitting_minutes"], errors="coerce"),
        }
    )
    [as_of] = mart(built, "court_sittings")["data_as_of"].unique()
    return table[day <= as_of]


def test_trials_by_outcome_are_those_the_courts_delivered(built: Warehouse, hearings: pd.DataFrame) -> None:
    listings = hearings[hearings["is_trial"]]
    key = [*COURT, "outcome_class", "outcome_code"]
    expected = listings.groupby(key).size().sort_index()
    ours = mart(built, "trial_effectiveness").set_index(key)
    assert len(expected) > 20
    pd.testing.assert_series_equal(ours["listings"].sort_index(), expected, check_names=False)
    has_class = ours.index.get_level_values("outcome_class") != "unknown"
    assert (ours["trials"] == ours["listings"].where(has_class, 0)).all()


def test_effectiveness_rates_leave_vacated_trials_out(built: Warehouse, hearings: pd.DataFrame) -> None:
    counted = hearings[hearings["is_trial"] & hearings["outcome_class"].isin(GONE_AHEAD_OR_FAILED)]
    expected = (counted["outcome_class"] == "EFFECTIVE").groupby([counted[column] for column in COURT]).mean()
    ours = mart(built, "trial_effectiveness").groupby(COURT)["effective_rate"].agg(["min", "max"]).dropna()
    pd.testing.assert_series_equal(ours["min"], expected.sort_index(), check_names=False)
    pd.testing.assert_series_equal(ours["max"], expected.sort_index(), check_names=False)


def test_sittings_are_those_the_courts_delivered(built: Warehouse, hearings: pd.DataFrame) -> None:
    grouped = hearings.groupby(COURT)
    expected = pd.DataFrame(
        {
            "hearings": grouped.size(),
            "sitting_minutes": grouped["minutes"].sum().astype("int64"),
            "hearings_with_minutes": grouped["minutes"].count(),
            "judicial_officers": grouped["officer"].nunique(),
            "hearings_without_officer": grouped["officer"].agg(lambda officers: officers.isna().sum()),
        }
    )
    ours = mart(built, "court_sittings").set_index(COURT)[list(expected.columns)]
    pd.testing.assert_frame_equal(ours.sort_index(), expected.sort_index(), check_dtype=False)
    assert expected["judicial_officers"].max() > 1


def test_stages_run_between_the_dates_the_courts_delivered(built: Warehouse) -> None:
    """Of defendants with one charge: the offence that lasted longest is then the only one, whatever the rule."""
    data_dir = built.settings.data_dir
    offences = newest_records(data_dir, "hmcts/offences", ["offence_id"])
    single = offences[~offences["defendant_id"].duplicated(keep=False)].set_index("defendant_id")
    seen = newest_records(data_dir, "hmcts/hearing_defendants", ["hearing_id", "defendant_id"])
    held = newest_records(data_dir, "hmcts/hearings", ["hearing_id"]).set_index("hearing_id")["hearing_date"]
    first_listing = pd.to_datetime(seen["hearing_id"].map(held)).groupby(seen["defendant_id"]).min()
    ours = mart(built, "defendant_timeliness").set_index("defendant_id")
    ours = ours[ours.index.isin(single.index)]
    assert len(ours) > 100
    offence = pd.to_datetime(single["offence_start_date"]).reindex(ours.index)
    charge = pd.to_datetime(single["charge_date"]).reindex(ours.index)
    listing = first_listing.reindex(ours.index)
    completion = ours["completion_date"]
    expected = {
        "offence_to_charge": charge - offence,
        "charge_to_first_listing": listing - charge,
        "first_listing_to_completion": completion - listing,
        "offence_to_completion": completion - offence,
    }
    for stage, duration in expected.items():
        days = duration.dt.days.astype("float64")
        pd.testing.assert_series_equal(
            ours[f"days_{stage}"].astype("float64"), days.where(days >= 0), check_names=False, obj=stage
        )


def test_waiting_ends_with_a_trial_or_a_guilty_plea(built: Warehouse) -> None:
    """Recounted from the records: the first effective trial, day of a guilty plea, or hearing of a case sent for
    sentence or on appeal, in the Crown Court and by the day of completion."""
    data_dir = built.settings.data_dir
    ours = mart(built, "defendant_timeliness").set_index("defendant_id")
    offences = newest_records(data_dir, "hmcts/offences", ["offence_id"])
    guilty = set(
        zip(*(offences.loc[offences["plea"] == "G", name] for name in ("defendant_id", "plea_date")), strict=True)
    )
    cases = newest_records(data_dir, "hmcts/cases", ["case_id"]).set_index("case_id")
    seen = newest_records(data_dir, "hmcts/hearing_defendants", ["hearing_id", "defendant_id"])
    hearings = newest_records(data_dir, "hmcts/hearings", ["hearing_id"]).set_index("hearing_id")
    seen = seen.join(hearings, on="hearing_id", how="inner", rsuffix="_of_hearing")
    seen = seen[seen["defendant_id"].isin(ours.index)]
    by = pd.to_datetime(seen["defendant_id"].map(ours["completion_date"]))
    seen = seen[pd.to_datetime(seen["hearing_date"]) <= by]
    own_case = newest_records(data_dir, "hmcts/defendants", ["defendant_id"]).set_index("defendant_id")["case_id"]
    unmerged = own_case[~own_case.map(cases["merged_into_case_id"]).notna() & own_case.isin(cases.index)].index
    kind = seen["defendant_id"].map(own_case).map(cases["receipt_type"])
    pleaded = pd.Series(
        [pair in guilty for pair in zip(seen["defendant_id"], seen["hearing_date"], strict=True)], index=seen.index
    )
    is_main = (seen["trial_outcome_class"] == "EFFECTIVE") | pleaded | kind.isin(["COMMITTED_FOR_SENTENCE", "APPEAL"])
    main = seen[(seen["jurisdiction"] == "C") & is_main]
    first = pd.to_datetime(main["hearing_date"]).groupby(main["defendant_id"]).min()
    ours = ours[ours.index.isin(unmerged)]
    sent = pd.to_datetime(ours["case_id"].map(cases["sent_to_crown_date"]))
    days = (first.reindex(ours.index) - sent).dt.days.astype("float64")
    expected = days.where(days >= 0)
    assert expected.notna().sum() > 30
    found = ours["days_sending_to_main_hearing"].astype("float64")
    pd.testing.assert_series_equal(found, expected, check_names=False)
    assert np.allclose(ours["weeks_waiting"].dropna(), expected.dropna() / 7)
    counted = seen.groupby("defendant_id")["hearing_id"].nunique().reindex(ours.index).fillna(0)
    assert (ours["hearings"] == counted).all()


def test_court_figures_are_those_of_their_defendants(built: Warehouse) -> None:
    """Mean, median and percentiles by numpy from the defendants; the roll-ups from all of them, not from the courts."""
    defendants = mart(built, "defendant_timeliness")
    ours = mart(built, "court_timeliness")
    country = ours[(ours["court_code"] == "ALL") & (ours["offence_group"] == "all")]
    assert len(country) >= 10
    for row in country.itertuples():
        of_cell = defendants[(defendants["quarter"] == row.quarter) & (defendants["jurisdiction"] == row.jurisdiction)]
        is_apart = row.stage.startswith("single_justice_")
        of_cell = of_cell[of_cell["is_single_justice"] == is_apart]
        days = of_cell[f"days_{row.stage.removeprefix('single_justice_')}"].dropna().astype("float64").to_numpy()
        assert row.n == len(days)
        if len(days):
            figures = (row.mean_days, row.median_days, row.p10_days, row.p90_days)
            assert np.allclose(figures, [days.mean(), *np.percentile(days, [50, 10, 90])])
    parts = ours[(ours["court_code"] != "ALL") & (ours["offence_group"] != "all")]
    keys = ["quarter", "jurisdiction", "stage"]
    counts = ["defendants", "n", "negative_n", "missing_n"]
    pd.testing.assert_frame_equal(
        parts.groupby(keys)[counts].sum(), country.set_index(keys)[counts].sort_index(), check_dtype=False
    )


def test_a_bottleneck_is_measured_against_all_courts(built: Warehouse) -> None:
    stages = mart(built, "court_timeliness")
    country = stages[(stages["court_code"] == "ALL") & (stages["offence_group"] == "all")]
    medians = country.set_index(["quarter", "jurisdiction", "stage"])["median_days"]
    ours = mart(built, "bottlenecks")
    expected = medians.reindex(pd.MultiIndex.from_frame(ours[["quarter", "jurisdiction", "stage"]])).to_numpy()
    assert np.allclose(ours["national_median_days"], expected)
    slowest = ours[ours["rank_in_court"] == 1].set_index(COURT)["days_over_national_median"]
    assert (ours.groupby(COURT)["days_over_national_median"].max() == slowest.groupby(COURT).first()).all()


def test_representation_at_the_first_hearing_is_what_the_courts_delivered(built: Warehouse) -> None:
    """Unrepresented only where the court wrote NONE at the earliest appearance; blank is never unrepresented."""
    data_dir = built.settings.data_dir
    seen = newest_records(data_dir, "hmcts/hearing_defendants", ["hearing_id", "defendant_id"])
    held = newest_records(data_dir, "hmcts/hearings", ["hearing_id"]).set_index("hearing_id")["hearing_date"]
    people = newest_records(data_dir, "hmcts/defendants", ["defendant_id"]).set_index("defendant_id")
    cases = newest_records(data_dir, "hmcts/cases", ["case_id"]).set_index("case_id")
    seen["day"] = pd.to_datetime(seen["hearing_id"].map(held))
    seen = seen[seen["day"].notna() & seen["defendant_id"].isin(people.index)]
    case = seen["defendant_id"].map(people["case_id"])
    lead = cases["merged_into_case_id"]
    while case.map(lead).notna().any():
        case = case.map(lead).fillna(case)
    seen["case"] = case
    came = seen["attendance"].isin(["IN_PERSON", "BY_VIDEO"]).groupby(seen["case"]).transform("max").astype(bool)
    is_single_justice = (seen["case"].map(cases["initiation_code"]) == "J") & ~came
    is_person = seen["defendant_id"].map(people["defendant_type"]) == "P"
    first = seen[is_person & ~is_single_justice].sort_values(["day", "hearing_id"]).drop_duplicates("defendant_id")
    ours = mart(built, "representation")
    ours = ours[ours["stage"] == "first_hearing"]
    assert ours["defendants"].sum() == len(first) > 300
    assert ours["unrepresented"].sum() == (first["representation"] == "NONE").sum()
    recorded = first["representation"].notna() & (first["representation"] != "NONE")
    assert ours["represented"].sum() - ours["represented_by_order_alone"].sum() == recorded.sum()
    by_quarter = (first["representation"] == "NONE").groupby(quarter_of(first["day"])).sum()
    assert (ours.groupby("quarter")["unrepresented"].sum() == by_quarter).all()
