"""What the models make of a world of edges, worked out by hand from the counting rules.

A duration is the number of whole calendar days from the first day to the last, the same day 0; of an interval the first
day counts and the last does not. The extract, 30 June 2026, is also the last day of a quarter.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.transform.dbt_runs import run_dbt
from tests.transform.edge_world import PROCEEDINGS, day, deliveries, person_links
from tests.transform.small_warehouse import SmallWarehouse

pytestmark = pytest.mark.xdist_group("dbt")

SUBJECTS = ("path:models/marts/remand", "path:models/marts/sentencing", "path:models/marts/courts")
Q1, Q2 = date(2026, 1, 1), date(2026, 4, 1)


@pytest.fixture(scope="module")
def warehouse(dbt_folder: Path) -> SmallWarehouse:
    """Every remand, prison, bail, court and sentencing model, and the disposals out of court, on the edge world."""
    warehouse = SmallWarehouse(dbt_folder / "edges")
    for feed, extract_date, rows in deliveries():
        warehouse.deliver(feed, extract_date, rows)
    warehouse.write()
    warehouse.link(person_links())
    warehouse.build(*(f"+{subject}" for subject in SUBJECTS), "+conformed_out_of_court_disposals")
    return warehouse


def by_key(warehouse: SmallWarehouse, table: str, *columns: str, where: str = "true") -> dict[str, tuple[Any, ...]]:
    """Columns of a table of defendants' facts, by the proceeding's key."""
    rows = warehouse.query(f"select defendant_id, {', '.join(columns)} from {table} where {where}")
    assert len({row[0] for row in rows}) == len(rows), f"{table} holds a defendant twice"
    return {row[0].removesuffix("-1"): row[1:] for row in rows}


def durations(warehouse: SmallWarehouse, measure: str, *columns: str) -> dict[date, tuple[Any, ...]]:
    """National figures of a measure, by quarter."""
    rows = warehouse.query(
        f"select quarter, {', '.join(columns)} from marts.remand_durations "
        f"where measure = '{measure}' and geography_level = 'national' and breakdown = 'all'"
    )
    return {row[0]: row[1:] for row in rows}


def test_the_world_is_what_it_says() -> None:
    assert len({one.key for one in PROCEEDINGS}) == len(PROCEEDINGS) == 17
    assert len({one.name for one in PROCEEDINGS}) == 15


def test_each_remand_has_the_days_of_its_spells(warehouse: SmallWarehouse) -> None:
    columns = ("days_untried", "days_convicted_unsentenced", "days_bail_gap", "is_open", "entry_date", "exit_date")
    assert by_key(warehouse, "conformed.remand_proceedings", *columns) == {
        "LEFT": (28, 0, 0, False, day(3, 3), day(3, 31)),
        "STAYS": (29, 0, 0, False, day(3, 3), day(4, 1)),
        # 28 days to the transfer and 42 from it make one spell of 70; the day of conviction begins the next, of 14.
        "MOVED": (70, 14, 0, False, day(2, 3), day(4, 28)),
        "TWINA": (10, 0, 0, False, day(3, 10), day(3, 20)),
        "KEPT": (29, 0, 0, True, day(6, 1), None),
        # The release of 1 July has not come: held, with no day on bail.
        "AHEAD": (29, 0, 0, True, day(6, 1), None),
        "LIMIT": (70, 0, 0, False, day(3, 3), day(5, 12)),
        "BEYOND": (71, 0, 0, False, day(3, 3), day(5, 13)),
        "TODAY": (70, 0, 0, True, day(4, 21), None),
        "CLEARED": (28, 0, 0, False, day(3, 3), day(3, 31)),
    }


def test_how_a_remand_ended_and_how_it_found_its_proceeding(warehouse: SmallWarehouse) -> None:
    found = by_key(warehouse, "conformed.remand_proceedings", "exit_reason", "outcome", "is_completed", "link_method")
    assert found["MOVED"] == ("sentenced", "immediate_custody", True, "ptiurn")
    assert found["CLEARED"] == ("acquitted", "acquitted", True, "ptiurn")
    assert found["KEPT"] == (None, "non_custodial", True, "ptiurn")
    assert found["AHEAD"] == (None, "pending", False, "ptiurn")
    # Both of TWIN's proceedings began on one day and were live on all ten: the lower id has the spell, once.
    assert found["TWINA"] == ("bail", "pending", False, "person_and_dates")


def test_the_stock_is_who_sleeps_in_prison_on_the_last_night_of_a_quarter(warehouse: SmallWarehouse) -> None:
    """31 March: STAYS, LIMIT and BEYOND for 28 days, MOVED for 56; LEFT and CLEARED went that day. 30 June: KEPT and
    AHEAD for 29 days, TODAY for 70. Fifty-six days are not over 56, nor are seventy over 70."""
    found = durations(warehouse, "stock_elapsed", "n", "mean_days", "share_over_56", "share_over_70")
    assert found == {Q1: (4, 35, 0, 0), Q2: (3, pytest.approx(128 / 3, abs=1e-6), pytest.approx(1 / 3, abs=1e-6), 0)}


def test_spells_count_in_the_quarter_they_ended_in(warehouse: SmallWarehouse) -> None:
    """First quarter: LEFT and CLEARED, 28 days each, on its last day, and TWIN, 10. Second: STAYS 29, MOVED 70 untried
    and 14 convicted, LIMIT 70, BEYOND 71. AHEAD's has not ended."""
    found = durations(warehouse, "completed_spell", "n", "mean_days", "median_days", "share_over_70")
    assert found == {Q1: (3, 22, 28, 0), Q2: (5, pytest.approx(50.8), 70, pytest.approx(0.2))}


def test_proceedings_count_when_completed_and_left(warehouse: SmallWarehouse) -> None:
    """CLEARED on the last day of the first quarter, MOVED in the second; KEPT's days still grow, completed or not."""
    assert durations(warehouse, "net_proceeding", "n", "mean_days") == {Q1: (1, 28), Q2: (1, 84)}


def test_a_cohort_is_followed_to_the_extract(warehouse: SmallWarehouse) -> None:
    """Of seven who came in the first quarter six stayed beyond 10 days, four beyond 28, three beyond 29, two beyond 70:
    half had left by day 29. Of the three of the second nobody had left, AHEAD least of all: followed for 70 days, all
    stayed, and of later days nothing is known."""
    columns = ("n", "median_days", "share_over_56", "share_over_70", "share_over_112")
    assert durations(warehouse, "entry_cohort_km", *columns) == {
        Q1: (7, 29, pytest.approx(3 / 7, abs=1e-6), pytest.approx(2 / 7, abs=1e-6), 0),
        Q2: (3, None, 1, 1, None),
    }


def test_every_remanded_defendant_has_one_outcome(warehouse: SmallWarehouse) -> None:
    found = by_key(warehouse, "marts.remand_outcomes", "evidence", "outcome", "is_without_immediate_custody")
    assert found["CLEARED"] == ("prison_and_court", "acquitted", True)
    assert found["KEPT"] == ("prison_and_court", "non_custodial", True)
    assert found["MOVED"] == ("prison_and_court", "immediate_custody", False)
    assert found["TWINA"] == ("prison_only", "pending", None)
    assert found["BAILED"] == ("court_only", "pending", None), "remanded on 31 March, and no prison has a record of it"
    assert found["TWICE"] == ("court_only", "pending", None), "remanded that morning, whatever came after"
    assert "TWINB" not in found and len(found) == 12


def test_the_courts_clock_counts_the_day_of_release_and_not_that_of_sentence(warehouse: SmallWarehouse) -> None:
    """LEFT: 3 to 31 March, both counted, are 29 days against 28 nights. MOVED: 3 February to 27 April, the day before
    sentence, are 84, as in the prison. KEPT: 1 to 10 June are 10, against 29 nights, 20 of them after the fine."""
    columns = ("days_legal_status", "days_court_clock", "legal_status_against_court_clock")
    found = by_key(warehouse, "marts.remand_definitions", *columns)
    assert found["LEFT"] == (28, 29, "last_day_counted")
    assert found["MOVED"] == (84, 84, "same")
    assert found["KEPT"] == (29, 10, "held_after_completion")
    assert found["AHEAD"] == (29, None, "clock_never_started")


def test_a_custody_time_limit_ends_with_its_last_day(warehouse: SmallWarehouse) -> None:
    """An offence triable either way, 70 days. LIMIT was held for 70: none too many. BEYOND for 71: one. TODAY's limit
    runs out at the end of the extract's day. MOVED pleaded guilty on day 70, which stopped the clock. BAILED, held by
    the court since 31 March, is 21 of 91 days past it."""
    columns = ("status", "days_in_custody", "days_past_original", "original_expiry_date")
    found = by_key(warehouse, "marts.custody_time_limits", *columns)
    assert found["LIMIT"] == ("stopped", 70, 0, day(5, 12))
    assert found["BEYOND"] == ("stopped", 71, 1, day(5, 12))
    assert found["TODAY"] == ("within", 70, 0, day(6, 30))
    assert found["MOVED"] == ("stopped", 70, 0, day(4, 14))
    assert found["BAILED"] == ("lapsed", 91, 21, day(6, 9))
    assert found["KEPT"] == ("stopped", 9, 0, day(8, 10))


def test_prison_says_of_a_limit_that_the_person_is_held(warehouse: SmallWarehouse) -> None:
    found = by_key(warehouse, "marts.custody_time_limits", "prison_legal_status")
    assert found["AHEAD"] == found["TODAY"] == found["KEPT"] == ("untried",)
    assert found["MOVED"] == ("sentenced",)
    assert found["LIMIT"] == found["BAILED"] == ("not_held",)


def test_bail_lasts_from_the_decision_to_the_next_one(warehouse: SmallWarehouse) -> None:
    """TWICE was remanded and bailed on 31 March: of a day's decisions bail stands. The others were let out when their
    custody ended; acquitted CLEARED is on no bail, and AHEAD's release has been decided by no court."""
    columns = ("bail_type", "end_reason", "start_date", "end_date", "days_on_bail")
    assert by_key(warehouse, "marts.bail_spells", *columns) == {
        "BAILED": ("conditional_bail", "remanded_in_custody", day(2, 3), day(3, 31), 56),
        "LEFT": ("unconditional_bail", "still_on_bail", day(3, 31), None, 91),
        "STAYS": ("unconditional_bail", "still_on_bail", day(4, 1), None, 90),
        "LIMIT": ("unconditional_bail", "still_on_bail", day(5, 12), None, 49),
        "BEYOND": ("unconditional_bail", "still_on_bail", day(5, 13), None, 48),
        "TWICE": ("conditional_bail", "still_on_bail", day(3, 31), None, 91),
    }


def test_an_offence_on_bail_is_later_than_its_first_day_and_no_later_than_its_last(warehouse: SmallWarehouse) -> None:
    """Of BAILED's three offences that of 3 February is what bail may have been given for, that of 1 April came when
    bail was over; that of 31 March counts."""
    found = by_key(warehouse, "marts.bail_spells", "offences_charged", "has_offence_on_bail", "offences_proven")
    assert found["BAILED"] == (1, True, 0)
    assert {value for key, value in found.items() if key != "BAILED"} == {(0, False, 0)}


def test_every_decision_to_remand_is_one_of_the_marts(warehouse: SmallWarehouse) -> None:
    """Custody eleven times (MOVED twice, of which the second renews), bail six; nobody but LEFT was given a reason."""
    found = warehouse.query(
        "select decision = 'custody', is_new_refusal, exception_code, count(*) from marts.bail_decisions group by all"
    )
    assert sorted(found) == [
        (False, False, "NOT_APPLICABLE", 6),
        (True, False, "NOT_STATED", 1),
        (True, True, "FTS", 1),
        (True, True, "NOT_STATED", 10),
    ]


def test_releases_before_charge_end_at_the_extract(warehouse: SmallWarehouse) -> None:
    """NEWEST was released on the day of the extract: open, for 0 days. TOCOME will be the day after: not counted.
    DECIDED was charged after 28 days, which are not over 28."""
    found = warehouse.query(
        "select quarter, spells, still_released, charged, ended_mean_days, share_over_28 from marts.pre_charge_bail "
        "where force_code = 'ALL' and release_type = 'pre_charge_bail'"
    )
    assert found == [(Q2, 2, 1, 1, 28, 0)]


def test_a_caution_a_week_apart_in_two_systems_is_one(warehouse: SmallWarehouse) -> None:
    found = warehouse.query("select recorded_in, disposal_kind, disposal_date from conformed.out_of_court_disposals")
    assert found == [("both", "caution", day(3, 17))]


@pytest.mark.parametrize(
    ("when", "cases", "persons"),
    [
        # In February MOVED and BAILED.
        (date(2026, 2, 28), 2, 2),
        # LEFT, STAYS, LIMIT, BEYOND, TWICE, and TWIN in two cases besides; CLEARED was acquitted on the very day.
        (date(2026, 3, 31), 9, 8),
        # BAILED's second case and TODAY came; MOVED was sentenced on the 28th.
        (date(2026, 4, 30), 10, 8),
        (date(2026, 5, 31), 10, 8),
        # AHEAD came; KEPT came and was fined.
        (date(2026, 6, 30), 11, 9),
    ],
)
def test_a_case_is_open_until_the_day_it_ends(warehouse: SmallWarehouse, when: date, cases: int, persons: int) -> None:
    found = warehouse.query(
        "select cases, defendants, persons from marts.counting_unit_bridge "
        f"where snapshot_date = '{when}' and jurisdiction = 'ALL' and court_code = 'ALL'"
    )
    assert found == [(cases, cases, persons)]
    summed = warehouse.query(f"select sum(cases) from marts.open_caseload where snapshot_date = '{when}'")
    assert summed == [(cases,)]


def test_the_caseload_of_a_month_is_the_last_ones_and_what_came_less_what_went(warehouse: SmallWarehouse) -> None:
    found = warehouse.query(
        "select month(month), opening, receipts, disposals, closing, residual from marts.caseload_flow "
        "where court_code <> 'ALL' order by month"
    )
    assert found == [
        (2, 0, 2, 0, 2, 0),
        # Eleven came: LEFT, STAYS, TWIN twice, LIMIT, BEYOND, TWICE, CLEARED, ADULT, YOUTH, EVE; the last four went.
        (3, 2, 11, 4, 9, 0),
        (4, 9, 2, 1, 10, 0),
        (5, 10, 0, 0, 10, 0),
        (6, 10, 2, 1, 11, 0),
    ]


def test_remand_status_at_a_month_end_is_that_of_the_last_hearing(warehouse: SmallWarehouse) -> None:
    """31 March: LEFT was bailed that day, BAILED remanded that day, TWICE heard twice (the later hearing bailed);
    STAYS, LIMIT, BEYOND and MOVED are held; of TWIN's two cases nothing was recorded."""
    found = warehouse.query(
        "select remand_status, sum(cases) from marts.open_caseload where snapshot_date = '2026-03-31' group by all"
    )
    assert dict(found) == {"custody": 5, "unconditional_bail": 1, "conditional_bail": 1, "unknown": 2}


def test_age_and_law_are_those_of_the_day_of_sentence(warehouse: SmallWarehouse) -> None:
    """YOUTH and ADULT were born on one day, 22 March 2008, and sentenced on the day before they were eighteen and on
    the birthday; the law changed on that same 22 March 2026. EVE was sentenced the day before it did."""
    found = by_key(warehouse, "conformed.disposals", "age_band", "regime", "sentence_date")
    assert found["YOUTH"][0] == "10-17"
    assert found["ADULT"] == ("18-20", "from_2026_03_22", day(3, 22))
    assert found["EVE"] == ("30-39", "pre_2026_03_22", day(3, 21))
    counted = warehouse.query("select quarter, sum(defendants_sentenced) from marts.court_sentencing group by 1")
    assert dict(counted) == {Q1: 3, Q2: 2}, "CLEARED was not sentenced; MOVED and KEPT were, in the second quarter"


def test_credit_is_the_days_held_before_sentence(warehouse: SmallWarehouse) -> None:
    """MOVED: 6 months are 183 days (6 x 30.4375, rounded); 84 were served on remand and credited; release is due on the
    day of sentence, which is 0 days later."""
    columns = ("term_days", "days_on_remand", "credit_less_days_on_remand", "days_to_release")
    flags = ("is_term_served_on_remand", "is_release_due_at_sentence")
    found = by_key(warehouse, "marts.sentence_credit", *columns, *flags)
    assert found["MOVED"] == (183, 84, 0, 0, False, True)
    assert found["KEPT"][:2] == (None, 29), "a fine has no term, and the days were served all the same"


def test_nothing_that_stops_a_build_stops_this_one(warehouse: SmallWarehouse, tmp_path: Path) -> None:
    select = ("path:models/marts/remand", "custody_spells", "remand_spells", "remand_segments", "remand_proceedings")
    assert run_dbt(
        warehouse.settings, "test", "--exclude-resource-type", "unit_test", "--select", *select, target_path=tmp_path
    )
