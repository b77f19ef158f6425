"""A world of the size the calibration is stated for, made once per test process."""

from __future__ import annotations

import pytest

from orchestration.settings import Settings
from orchestration.simulation.model import World as SimulatedWorld
from orchestration.simulation.model import WorldParameters
from orchestration.simulation.reference import Reference, load_reference
from orchestration.simulation.world import simulate_world


@pytest.fixture(scope="session")
def reference() -> Reference:
    return load_reference(Settings.from_environment().reference_dir)


@pytest.fixture(scope="session")
def true_world() -> SimulatedWorld:
    """11,200 defendants over 24 months: about 1,000 Crown Court cases and 600 people remanded."""
    return simulate_world(WorldParameters(defendants=11_200, reference_dir=Settings.from_environment().reference_dir))
