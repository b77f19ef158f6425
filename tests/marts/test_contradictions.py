"""Contradictions between agencies: every one that was made is reported, and nothing else is."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.marts.contradictions import RULE_OF_KIND, Recovery, recover, unexplained
from tests.support import Warehouse, World


@pytest.fixture(scope="module")
def contradicting(disagreeing: tuple[Warehouse, World]) -> Recovery:
    """What was made to disagree, and what is reported of it."""
    warehouse, world = disagreeing
    return recover(warehouse.settings.data_dir, world.truth_dir)


@pytest.mark.xdist_group("contradictions")
def test_every_kind_of_disagreement_was_made(contradicting: Recovery) -> None:
    made = contradicting.made.groupby("kind").size()
    assert set(made.index) == set(RULE_OF_KIND)
    assert made.sum() >= 200


@pytest.mark.xdist_group("contradictions")
def test_every_disagreement_is_reported(contradicting: Recovery) -> None:
    assert contradicting.missed.empty, contradicting.missed.to_string()


@pytest.mark.xdist_group("contradictions")
def test_nothing_is_reported_of_agencies_that_agree(contradicting: Recovery) -> None:
    assert contradicting.unfounded.empty, contradicting.unfounded.T.to_string()


@pytest.mark.xdist_group("contradictions")
def test_the_day_the_disagreement_is_about_is_the_day_reported(contradicting: Recovery) -> None:
    both = contradicting.made.merge(contradicting.reported, on=["rule", "true_person_id"], suffixes=("_made", ""))
    # a booking never entered is missed at every turn: remanded, and sentenced
    first = both.sort_values("event_date").drop_duplicates(["rule", "true_person_id"])
    apart = (pd.to_datetime(first["event_date"]) - first["event_date_made"]).dt.days
    assert (apart == 0).all(), first[apart != 0].T.to_string()


def test_with_every_agencys_dirt_each_report_and_each_miss_has_its_reason(built: Warehouse, world: World) -> None:
    data_dir = built.settings.data_dir
    recovery = recover(data_dir, world.truth_dir)
    for lines in (recovery.unfounded, recovery.missed):
        left = unexplained(lines, data_dir, world.truth_dir)
        assert left.empty, left.T.to_string()
