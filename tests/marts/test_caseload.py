"""The open caseload and its flow on the small simulated world, errors and all, against counts made in pandas."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from orchestration.settings import Settings
from orchestration.simulation import WorldParameters
from orchestration.simulation.world import simulate_world
from tests.conftest import SMALL_WORLD
from tests.marts.court_records import Case, Feeds, cases_of, delivered_feeds
from tests.marts.truth_caseload import (
    CELL,
    FLOW_KEY,
    caseload_cells,
    compare_open_defendants,
    flow,
    open_defendants,
    query,
)
from tests.support import Warehouse, World

MOVEMENTS_IN = ["receipts", "reopened", "sent_in", "allocated_in", "transfers_in", "warrants_executed", "corrections"]
MOVEMENTS_OUT = ["disposals", "sent_out", "allocated_out", "transfers_out", "warrants_issued"]


@pytest.fixture(scope="module")
def caseload(built: Warehouse) -> pd.DataFrame:
    return query(built.settings.data_dir, "select * from marts.open_caseload")


@pytest.fixture(scope="module")
def movements(built: Warehouse) -> pd.DataFrame:
    """Rows of courts, without their totals."""
    return query(built.settings.data_dir, "select * from marts.caseload_flow where court_code <> 'ALL'")


@pytest.fixture(scope="module")
def delivered(built: Warehouse) -> list[Case]:
    """Cases as the courts delivered them."""
    return cases_of(delivered_feeds(built.settings.data_dir))


@pytest.fixture(scope="module")
def true_feeds() -> Feeds:
    """Court records of the small world before anybody's errors."""
    reference_dir = Settings.from_environment().reference_dir
    return simulate_world(replace(WorldParameters(**SMALL_WORLD), reference_dir=reference_dir)).feeds


def test_the_open_caseload_is_what_the_courts_delivered(caseload: pd.DataFrame, delivered: list[Case]) -> None:
    days = [pd.Timestamp(day) for day in sorted(caseload["snapshot_date"].unique())]
    expected = caseload_cells(open_defendants(delivered, days))
    assert len(expected) > 1000
    ours = caseload.set_index(CELL)[list(expected.columns)].sort_index()
    pd.testing.assert_frame_equal(ours, expected, check_dtype=False, check_index_type=False)
    for reason in ("awaiting_first_hearing", "awaiting_plea", "awaiting_trial", "awaiting_sentence"):
        assert reason in set(caseload["open_reason"]), f"nobody is {reason}: the rule is not tested"


def test_the_open_caseload_is_what_really_happened(built: Warehouse, world: World, true_feeds: Feeds) -> None:
    """Against records no agency has made an error in: every difference is in a case with a record at fault."""
    comparison = compare_open_defendants(built.settings.data_dir, world.truth_dir, true_feeds)
    assert comparison.unexplained.empty, comparison.unexplained.T.to_string()
    assert comparison.compared > 500
    assert comparison.exact >= 0.9 * comparison.compared, comparison.explained


def test_people_are_counted_once_in_a_row(built: Warehouse, caseload: pd.DataFrame, delivered: list[Case]) -> None:
    days = [pd.Timestamp(day) for day in sorted(caseload["snapshot_date"].unique())]
    links = query(
        built.settings.data_dir,
        "select record_key, person_id from conformed.person_records where agency = 'hmcts' and feed = 'defendants'",
    ).set_index("record_key")["person_id"]
    live = open_defendants(delivered, days)
    person = live["defendant_id"].map(links).mask(live["is_organisation"])
    expected = person.groupby([live[column] for column in CELL]).nunique().sort_index()
    ours = caseload.set_index(CELL)["persons"].sort_index()
    pd.testing.assert_series_equal(ours, expected, check_dtype=False, check_names=False, check_index_type=False)


def test_cases_flow_as_the_courts_delivered(movements: pd.DataFrame, delivered: list[Case]) -> None:
    months = [pd.Timestamp(month) for month in sorted(movements["month"].unique())]
    expected = flow(delivered, months, pd.Timestamp(movements["data_as_of"].iloc[0]))
    ours = movements.set_index(FLOW_KEY)[list(expected.columns)].sort_index()
    pd.testing.assert_frame_equal(ours, expected, check_dtype=False, check_index_type=False)
    # Nothing is allocated: in the small world every record says where its case was sent.
    for what in ("receipts", "disposals", "sent_in", "warrants_issued", "warrants_executed"):
        assert movements[what].sum() > 0, f"no {what} in the small world: the rule is not tested"


def test_the_opening_caseload_leads_to_the_closing_one(movements: pd.DataFrame) -> None:
    came, left = movements[MOVEMENTS_IN].sum(axis=1), movements[MOVEMENTS_OUT].sum(axis=1)
    assert (movements["opening"] + came - left == movements["closing"]).all()
    assert (movements["residual"] == 0).all()
    nation = movements.groupby("month")[[*MOVEMENTS_IN, *MOVEMENTS_OUT, "moves_without_transfer"]].sum()
    for name in ("sent", "allocated", "transfers"):
        assert (nation[f"{name}_in"] == nation[f"{name}_out"]).all(), "a case that moves leaves one court for another"
    assert (nation["moves_without_transfer"] == 0).all()


def test_each_month_opens_with_what_the_month_before_closed_with(movements: pd.DataFrame) -> None:
    last = movements["month"].max()
    closing = movements[(movements["closing"] > 0) & (movements["month"] < last)]
    carried = closing.assign(month=closing["month"] + pd.offsets.MonthBegin(1)).set_index(FLOW_KEY)["closing"]
    opening = movements[movements["opening"] > 0].set_index(FLOW_KEY)["opening"]
    pd.testing.assert_series_equal(opening.sort_index(), carried.sort_index(), check_names=False)


def test_totals_are_the_sums_of_their_courts_and_lead_from_opening_to_closing(
    built: Warehouse, movements: pd.DataFrame
) -> None:
    totals = query(built.settings.data_dir, "select * from marts.caseload_flow where court_code = 'ALL'")
    counted = ["opening", *MOVEMENTS_IN, *MOVEMENTS_OUT, "closing", "official_receipts"]
    of_each = totals.set_index(["month", "jurisdiction"])[counted].sort_index()
    both = movements.assign(jurisdiction="ALL")
    expected = pd.concat([movements, both]).groupby(["month", "jurisdiction"])[counted].sum()
    pd.testing.assert_frame_equal(of_each, expected, check_dtype=False, check_index_type=False)
    came, left = totals[MOVEMENTS_IN].sum(axis=1), totals[MOVEMENTS_OUT].sum(axis=1)
    assert (totals["opening"] + came - left == totals["closing"]).all()
    crown = movements[movements["jurisdiction"] == "C"]
    # A case sent, or an appeal: what the series counts as received by the Crown Court.
    assert (crown["official_receipts"] == crown["sent_in"] + crown["receipts"]).all()
    assert crown["official_receipts"].sum() > crown["receipts"].sum()


def test_receipts_less_disposals_do_not_make_the_open_caseload(movements: pd.DataFrame) -> None:
    """Warrants take cases out and bring them back: the reason why the flow has to be told."""
    nation = movements.groupby("month")[["opening", "receipts", "disposals", "closing"]].sum()
    assert (nation["closing"] - nation["opening"] != nation["receipts"] - nation["disposals"]).any()
