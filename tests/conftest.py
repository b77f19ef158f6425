"""Fixtures every test may use. One small world is simulated and built once per test process."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from orchestration.transform.dbt import prepare_manifest
from tests.recorded import Recorded, compare
from tests.support import Warehouse, World

SMALL_WORLD = {"defendants": 700, "months": 9, "seed": 7}
"""Nine months to October 2026: the change of sentencing law on 22 March 2026 lies inside."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record` rewrites the snapshots that tests compare with."""
    parser.addoption("--record", action="store_true", help="record what is found as what is expected from now on")


@pytest.fixture
def recorded(request: pytest.FixtureRequest) -> Recorded:
    """Compares with a snapshot, or records it (`--record`)."""

    def compared(path: Path, found: dict[str, object]) -> None:
        compare(path, found, test=request.node.nodeid, record=request.config.getoption("--record"))

    return compared


@pytest.fixture(scope="session")
def reference_data_dir() -> Path:
    """National standing data to check facts against; tests that need it skip where it is absent."""
    path = Settings.from_environment().realdata_dir.parent / "reference_data"
    if not path.is_dir():
        pytest.skip(f"no national standing data at {path}")
    return path


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small simulated world, with every agency's dirt."""
    from orchestration.simulation import WorldParameters, simulate

    folder = tmp_path_factory.mktemp("world")
    settings = Settings.from_environment()
    simulate(
        WorldParameters(**SMALL_WORLD),
        folder / "landing",
        folder / "truth",
        load_feed_contracts(settings.contracts_dir),
        settings.reference_dir,
    )
    return World(folder / "landing", folder / "truth")


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One pseudonym key for every warehouse of a test session, so that their content can be compared."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def built(world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The small world built and published from all its deliveries at once."""
    warehouse = Warehouse.at(tmp_path_factory.mktemp("built"), world.landing_dir, keys_dir)
    warehouse.run()
    return warehouse


@pytest.fixture(scope="session")
def manifest() -> Path:
    """dbt's manifest of the project as it is now."""
    return prepare_manifest(Settings.from_environment())
