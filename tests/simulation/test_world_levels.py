"""A large world has the levels of the published figures, within bands as wide as chance in it and no wider."""

from __future__ import annotations

import pandas as pd
import pytest

from orchestration.settings import Settings
from orchestration.simulation.model import World, WorldParameters
from orchestration.simulation.world import simulate_world
from tests.seeds.lists import rows
from tests.simulation import large_world as count

pytestmark = pytest.mark.slow

PRESUMPTION = "suspended_sentence_2_from_2026"
"""The row of the list of changes of law from which short terms are presumed suspended."""

DEFENDANTS = 100_000
"""About 2,500 people in prison, 2,000 trials and 800 remanded by magistrates: three standard errors are the bands."""


@pytest.fixture(scope="module")
def large_world() -> World:
    """The default world, only larger; nothing is built of it."""
    return simulate_world(
        WorldParameters(defendants=DEFENDANTS, reference_dir=Settings.from_environment().reference_dir)
    )


def test_convicted_and_unsentenced_are_a_third_of_those_on_remand(large_world: World) -> None:
    """34%: 5,828 of 17,023 at 31 December 2024 (OMSQ)."""
    assert 0.30 < count.convicted_unsentenced_share_of_remand(large_world) < 0.38


def test_one_prisoner_in_seven_is_recalled(large_world: World) -> None:
    """14% of the prison population (OMSQ)."""
    assert 0.12 < count.recalled_share_of_prisoners(large_world) < 0.16


def test_women_are_one_prisoner_in_twenty_five(large_world: World) -> None:
    """4% of the prison population (OMSQ)."""
    assert 0.03 < count.women_share_of_prisoners(large_world) < 0.05


def test_single_justice_is_more_than_half_of_receipts(large_world: World) -> None:
    """55-60% of magistrates' receipts (CCSQ)."""
    assert 0.55 <= count.single_justice_share_of_receipts(large_world) <= 0.60


def test_a_crown_defendant_has_four_hearings(large_world: World) -> None:
    """4.05 hearings for each defendant dealt with, Q4 2025 (CCSQ)."""
    assert 3.85 < count.crown_hearings_per_defendant(large_world) < 4.2


def test_one_out_of_court_disposal_in_six_is_formal(large_world: World) -> None:
    """18%: 42,474 of 240,486, outcome 22 among them, year ending March 2026 (Home Office outcomes)."""
    assert 0.165 < count.formal_share_of_out_of_court_disposals(large_world) < 0.195


def test_crown_trials_go_ahead_and_fail_as_published(large_world: World) -> None:
    """Effective 41%, ineffective 22-26%, counted at the first listing (CCSQ)."""
    shares = count.crown_trials(large_world)
    assert 0.38 < shares["EFFECTIVE"] < 0.44
    assert 0.22 <= shares["INEFFECTIVE"] <= 0.26


def test_a_third_of_those_remanded_by_magistrates_get_no_custody(large_world: World) -> None:
    """33% of 22,300 in 2018 were convicted and not sent to prison; so counted until the presumption to suspend."""
    [presumption] = {row["in_force_from"] for row in rows("regimes") if row["regime_id"] == PRESUMPTION}
    share = count.remanded_by_magistrates_non_custodial_share(large_world, pd.Timestamp(presumption))
    assert 0.28 < share < 0.38


def test_the_crown_court_backlog_grows_by_eight_in_a_hundred_a_year(large_world: World) -> None:
    """74,106 cases open at the end of 2024, 80,203 a year later (CCSQ Q4 2025)."""
    assert 0.05 < count.crown_open_growth(large_world) < 0.11
