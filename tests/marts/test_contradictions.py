"""Contradictions between agencies: every one that was made is reported, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from orchestration.simulation import DeliveryParameters, DirtParameters, WorldParameters, simulate
from tests.marts.contradictions import RULE_OF_KIND, Recovery, recover, unexplained
from tests.support import Warehouse, World

ONLY_DISAGREEMENTS = replace(
    DirtParameters.zero(), **(dict.fromkeys(RULE_OF_KIND, 0.35) | {"legal_aid_without_case": 1.0})
)
"""Agencies that contradict each other and make no error otherwise; of the rarest kind all there can be."""


@pytest.fixture(scope="module")
def contradicting(tmp_path_factory: pytest.TempPathFactory, keys_dir) -> Recovery:
    """A world whose agencies are right apart from what they were made to contradict each other in, as reported."""
    folder = tmp_path_factory.mktemp("contradicting")
    settings = Settings.from_environment()
    world = World(folder / "landing", folder / "truth")
    simulate(
        WorldParameters(defendants=1_400, months=12, seed=21),
        world.landing_dir,
        world.truth_dir,
        load_feed_contracts(settings.contracts_dir),
        settings.reference_dir,
        ONLY_DISAGREEMENTS,
        DeliveryParameters.plain(),
    )
    warehouse = Warehouse.at(folder / "warehouse", world.landing_dir, keys_dir, pages=False)
    warehouse.run()
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
