"""The three definitions of time on remand in the small world: each told out by itself, and why each pair differs."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.marts.truth_remand_definitions import (
    compare_first_movement_to_sentence,
    court_clock_days,
    parliamentary_days,
)
from tests.marts.truth_remand_outcomes import built_rows
from tests.support import Warehouse, World

PAIRS = {
    "legal_status_against_court_clock": ("days_legal_status", "days_court_clock"),
    "legal_status_against_parliamentary": ("days_legal_status", "days_parliamentary"),
    "court_clock_against_parliamentary": ("days_court_clock", "days_parliamentary"),
}


@pytest.fixture(scope="module")
def definitions(built: Warehouse) -> pd.DataFrame:
    return built_rows(built.settings.data_dir, "select * from marts.remand_definitions")


def test_the_court_clock_comes_out_again_day_by_day(built: Warehouse, definitions: pd.DataFrame) -> None:
    days, never_stopped = court_clock_days(built.settings.data_dir)
    ours = definitions[definitions["defendant_id"].notna()].set_index("defendant_id")
    expected = days.reindex(ours.index)
    pd.testing.assert_series_equal(
        ours["days_court_clock"].astype("float64"), expected.astype("float64"), check_names=False
    )
    assert set(ours.index[ours["is_clock_open"]]) == never_stopped & set(ours.index)
    assert expected.notna().sum() >= 20


def test_the_parliamentary_rule_comes_out_again(built: Warehouse, definitions: pd.DataFrame) -> None:
    ours = definitions[definitions["defendant_id"].notna()].set_index("defendant_id")
    expected = parliamentary_days(built.settings.data_dir).reindex(ours.index)
    pd.testing.assert_series_equal(
        ours["days_parliamentary"].astype("float64"), expected.astype("float64"), check_names=False
    )
    assert expected.notna().sum() >= 5


def test_sentenced_admissions_run_from_the_true_entry_to_the_true_sentence(built: Warehouse, world: World) -> None:
    comparison = compare_first_movement_to_sentence(built.settings.data_dir, world.truth_dir)
    assert comparison.unexplained.empty, comparison.unexplained.T.to_string()
    assert comparison.exact >= 0.8 * comparison.compared > 0, comparison.explained


def test_prison_days_are_those_of_the_episodes(built: Warehouse, definitions: pd.DataFrame) -> None:
    episodes = built_rows(built.settings.data_dir, "select remand_episode_id, days_net from marts.remand_episodes")
    ours = definitions.set_index("remand_episode_id")["days_legal_status"].dropna()
    pd.testing.assert_series_equal(
        ours.sort_index().astype("int64"),
        episodes.set_index("remand_episode_id")["days_net"].sort_index(),
        check_names=False,
    )


@pytest.mark.parametrize("pair", PAIRS)
def test_a_pair_is_the_same_exactly_where_its_days_are(definitions: pd.DataFrame, pair: str) -> None:
    """Where both count the person to the end, equal days are called the same, and unequal ones never are."""
    first, second = PAIRS[pair]
    both = definitions[definitions[first].notna() & definitions[second].notna()]
    both = both[~both[pair].isin(["clock_not_stopped", "clock_never_started", "no_prison_record"])]
    counted = both[both["outcome"] == "immediate_custody"] if "parliamentary" in pair else both
    assert ((counted[pair] == "same") == (counted[first] == counted[second])).all()
    assert len(counted) > 0


@pytest.mark.parametrize("pair", PAIRS)
def test_hardly_any_difference_is_unexplained(definitions: pd.DataFrame, pair: str) -> None:
    assert (definitions[pair] == "unexplained").mean() <= 0.02


def test_the_last_day_is_the_whole_difference_where_it_is_the_reason(definitions: pd.DataFrame) -> None:
    rows = definitions[definitions["legal_status_against_court_clock"] == "last_day_counted"]
    assert len(rows) > 0
    assert (rows["days_court_clock"] - rows["days_legal_status"] == rows["last_days_counted"]).all()


def test_people_found_not_guilty_are_what_the_parliamentary_rule_leaves_out(definitions: pd.DataFrame) -> None:
    acquitted = definitions[definitions["outcome"] == "acquitted"]
    assert acquitted["days_parliamentary"].isna().all()
    assert acquitted["days_legal_status"].sum() > 0
    assert set(acquitted["legal_status_against_parliamentary"]) == {"not_sentenced_to_custody"}
