"""The same parameters give the same world; the number of defendants is exactly the number asked for."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from orchestration.settings import Settings
from orchestration.simulation.model import WorldParameters
from orchestration.simulation.sampling import Streams
from orchestration.simulation.world import simulate_world

pytestmark = pytest.mark.slow


def world_of(defendants: int, months: int = 12, seed: int = 5, **more):
    reference_dir = Settings.from_environment().reference_dir
    return simulate_world(
        WorldParameters(defendants=defendants, months=months, seed=seed, reference_dir=reference_dir, **more)
    )


def test_same_seed_gives_the_same_tables_value_for_value():
    first, second = world_of(400), world_of(400)
    for tables in ("feeds", "truth"):
        for name, table in getattr(first, tables).items():
            pd.testing.assert_frame_equal(table, getattr(second, tables)[name], obj=name)


def test_another_seed_gives_other_people():
    assert set(world_of(200).truth["persons"]["pnc_id"].dropna()) != set(
        world_of(200, seed=6).truth["persons"]["pnc_id"].dropna()
    )


@pytest.mark.parametrize(("defendants", "months"), [(1, 1), (7, 24), (333, 3), (1_000, 24)])
def test_world_has_exactly_the_defendants_asked_for(defendants: int, months: int):
    world = world_of(defendants, months)
    assert len(world.feeds["hmcts/defendants"]) == defendants
    assert set(world.feeds) == set(world.reveals)


def test_share_of_single_justice_cases_is_a_parameter():
    cases = world_of(600, single_justice_share=0.0).feeds["hmcts/cases"]
    assert not (cases["initiation_code"] == "J").any()


def test_streams_are_independent_by_name():
    assert Streams(1).named("a").random() == Streams(1).named("a").random()
    assert Streams(1).named("a").random() != Streams(1).named("b").random()


@pytest.mark.parametrize(
    "wrong",
    [{"defendants": 0}, {"defendants": 5, "months": 0}, {"defendants": 5, "end_date": date(2026, 10, 30)},
     {"defendants": 5, "single_justice_share": 1.0}],
)  # fmt: skip
def test_parameters_no_world_can_be_made_from_are_refused(wrong):
    with pytest.raises(ValueError, match="is "):
        WorldParameters(**wrong)


def test_missing_reference_list_says_which_and_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="WAREHOUSE_REFERENCE_DIR"):
        simulate_world(WorldParameters(defendants=5, reference_dir=tmp_path))
