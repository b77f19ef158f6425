"""The simulated world has the shape of the published figures: every target of the calibration table holds."""

from __future__ import annotations

import pytest

from orchestration.simulation.calibration_measures import Measures, measure
from orchestration.simulation.calibration_targets import TARGETS, Target


@pytest.fixture(scope="module")
def measures(true_world, reference) -> Measures:
    return measure(true_world, reference)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.measure)
def test_simulated_figure_lies_in_its_band(target: Target, measures: Measures):
    value = measures[target.measure]
    assert target.low <= value <= target.high, f"{target.measure} is {value:.3f}; official: {target.official}"


def test_no_figure_has_two_targets():
    names = [target.measure for target in TARGETS]
    assert len(names) == len(set(names))


def test_custody_falls_and_suspension_rises_at_the_change_of_law(true_world):
    sentenced = true_world.truth["sentencing"]
    crown = sentenced[sentenced["court_ou_code"].str.startswith("C")]
    suspended = (crown["disposal_type"] == "suspended_sentence").groupby(crown["regime_at_conviction"]).mean()
    assert suspended["from_2026_03_22"] > suspended["pre_2026_03_22"]
