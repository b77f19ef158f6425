"""Custody time limits of the small world: told out day by day, and against the days people were really held untried."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from tests.marts.truth_remand_outcomes import built_rows
from tests.marts.truth_time_limits import FIGURES, compare_untried_custody, limits_day_by_day
from tests.support import Warehouse, World


@pytest.fixture(scope="module")
def limits(built: Warehouse) -> pd.DataFrame:
    """The mart, days as dates and missing values as None."""
    table = built_rows(built.settings.data_dir, "select * from marts.custody_time_limits").set_index("charge_id")
    for column in table.columns[table.dtypes.map(pd.api.types.is_datetime64_any_dtype)]:
        table[column] = [None if pd.isna(day) else day.date() for day in table[column]]
    return table.astype(object).where(table.notna(), None)


def test_every_limit_comes_out_again_day_by_day(built: Warehouse, limits: pd.DataFrame) -> None:
    expected = limits_day_by_day(built.settings.data_dir)
    assert len(expected) >= 40
    assert set(expected.index) == set(limits.index)
    expected = expected.astype(object).where(expected.notna(), None)
    for figure in FIGURES:
        ours, theirs = limits[figure].sort_index(), expected[figure].sort_index()
        different = [charge for charge in ours.index if ours[charge] != theirs[charge]]
        assert not different, f"{figure}: {[(ours[one], theirs[one]) for one in different[:5]]}"


def test_days_towards_the_limit_are_the_days_really_held_untried(built: Warehouse, world: World) -> None:
    comparison = compare_untried_custody(built.settings.data_dir, world.truth_dir)
    assert comparison.unexplained.empty, comparison.unexplained.T.to_string()
    assert comparison.compared >= 20
    assert comparison.exact >= 0.85 * comparison.compared, comparison.explained


def test_every_status_that_runs_is_told_apart(limits: pd.DataFrame) -> None:
    """A limit extended is not one that lapsed, and no day after its end is within it."""
    as_of: date = limits["data_as_of"].iloc[0]
    running = limits[limits["status"] != "stopped"]
    extended = running[running["status"] == "extended"]
    lapsed = running[running["status"] == "lapsed"]
    within = running[running["status"] == "within"]
    assert len(within) > 0
    assert (within["original_expiry_date"] >= as_of).all()
    assert (extended["extended_to"] >= as_of).all()
    for charge in lapsed.itertuples():
        assert max(charge.original_expiry_date, charge.extended_to or charge.original_expiry_date) < as_of
        assert charge.days_past_limit > 0
    past = limits[limits["days_past_original"] > 0]
    assert (past["days_past_limit"] < past["days_past_original"]).any(), "nobody was held beyond a limit and extended"


def test_the_court_and_the_calculation_agree_in_the_crown_court(limits: pd.DataFrame) -> None:
    crown = limits[(limits["stage"] == "crown") & limits["recorded_expiry_date"].notna()]
    agree = [
        ours == theirs
        for ours, theirs in zip(crown["recorded_expiry_date"], crown["calculated_expiry_date"], strict=True)
    ]
    assert sum(agree) >= 0.95 * len(agree) > 0
