"""The marts against what really happened, in two worlds beside the small one: another without any error, and one with
twice the usual errors. Seeds differ, so no rule is fitted to one world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from orchestration.simulation import DirtParameters, WorldParameters, simulate
from orchestration.simulation.world import simulate_world
from tests.marts import test_court_business as court_business
from tests.marts.comparisons import Comparison, compare_remand_episodes, compare_sentences
from tests.marts.truth_bail import compare_bail_decisions, compare_bail_spells
from tests.marts.truth_caseload import compare_open_defendants
from tests.marts.truth_credit import compare_sentence_credit
from tests.marts.truth_remand_definitions import compare_first_movement_to_sentence
from tests.marts.truth_remand_outcomes import compare_remand_outcomes
from tests.marts.truth_time_limits import compare_untried_custody
from tests.support import Warehouse, World

CLEAN = (WorldParameters(defendants=600, months=9, seed=20_110, single_justice_share=0.4), DirtParameters.zero())
DIRTIER = (WorldParameters(defendants=600, months=9, seed=30_412, single_justice_share=0.4), DirtParameters().scaled(2))

Built = tuple[Warehouse, World, WorldParameters]


def compare_open_caseload(data_dir: Path, truth_dir: Path, *, parameters: WorldParameters) -> Comparison:
    """The open caseload against the world's records before anybody's errors."""
    reference_dir = Settings.from_environment().reference_dir
    feeds = simulate_world(replace(parameters, reference_dir=reference_dir)).feeds
    return compare_open_defendants(data_dir, truth_dir, feeds)


COMPARISONS: dict[str, tuple[Callable[..., Comparison], float]] = {
    "remand_episodes": (compare_remand_episodes, 0.75),
    "remand_outcomes": (compare_remand_outcomes, 0.75),
    "remand_definitions": (compare_first_movement_to_sentence, 0.75),
    "custody_time_limits": (compare_untried_custody, 0.75),
    "bail_decisions": (compare_bail_decisions, 0.95),
    "bail_spells": (compare_bail_spells, 0.9),
    "sentences": (compare_sentences, 0.9),
    "sentence_credit": (compare_sentence_credit, 0.75),
    "open_caseload": (compare_open_caseload, 0.8),
}
"""What is compared, and the least share that is exact with twice the usual errors; the rest must be explained."""


WORLDS = [
    pytest.param(parameters, id=name, marks=pytest.mark.xdist_group(f"{name} world"))
    for name, parameters in (("clean", CLEAN), ("dirtier", DIRTIER))
]


@pytest.fixture(scope="module", params=WORLDS)
def built_world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keys_dir: Path
) -> tuple[Built, bool]:
    """A simulated world, built; and whether it is free of errors."""
    parameters, dirt = request.param
    folder = tmp_path_factory.mktemp("world")
    settings = Settings.from_environment()
    world = World(folder / "landing", folder / "truth")
    simulate(
        parameters,
        world.landing_dir,
        world.truth_dir,
        load_feed_contracts(settings.contracts_dir),
        settings.reference_dir,
        dirt,
    )
    warehouse = Warehouse.at(folder / "warehouse", world.landing_dir, keys_dir, pages=False)
    warehouse.run()
    return (warehouse, world, parameters), request.param is CLEAN


@pytest.mark.parametrize("mart", COMPARISONS)
def test_a_mart_is_exact_or_each_difference_has_its_error(built_world: tuple[Built, bool], mart: str) -> None:
    (warehouse, world, parameters), is_clean = built_world
    compare, least = COMPARISONS[mart]
    if compare is compare_open_caseload:
        compare = partial(compare, parameters=parameters)
    comparison = compare(warehouse.settings.data_dir, world.truth_dir)
    assert comparison.compared >= 10
    assert comparison.unexplained.empty, comparison.unexplained.T.to_string()
    assert comparison.exact >= (1.0 if is_clean else least) * comparison.compared, comparison.explained


def test_court_figures_are_those_of_their_defendants(built_world: tuple[Built, bool]) -> None:
    """Dates that are missing or in the wrong order are left out of a court's figures and of its defendants' alike."""
    (warehouse, _, _), _ = built_world
    court_business.test_court_figures_are_those_of_their_defendants(warehouse)
