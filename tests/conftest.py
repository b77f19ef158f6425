"""Fixtures every test may use, and how the run is divided over its processes.

The small world is simulated and built once per run, by the process that asks first. Tests of one file run one after
another in one process, unless they name a group of their own; what builds most begins first. A test that builds, or
reads what was built, is marked `build` by the keys it uses.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from orchestration.transform.dbt import prepare_manifest
from tests.recorded import Recorded, compare
from tests.support import Warehouse, World, made_once

SMALL_WORLD = {"defendants": 700, "months": 9, "seed": 7, "single_justice_share": 0.4}
"""Nine months to October 2026: the change of sentencing law on 22 March 2026 lies inside."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record` rewrites the snapshots that tests compare with."""
    parser.addoption("--record", action="store_true", help="record what is found as what is expected from now on")


@pytest.fixture
def recorded(request: pytest.FixtureRequest) -> Recorded:
    """Compares with a snapshot, or records it (`--record`)."""

    def compared(path: Path, found: dict[str, object]) -> None:
        compare(path, found, test=request.node.nodeid.partition("@")[0], record=request.config.getoption("--record"))

    return compared


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks what builds a warehouse or runs dbt, and groups a file's tests where they name no group."""
    fixtures: set[str] = set(getattr(item, "fixturenames", ()))
    has_group = item.get_closest_marker("xdist_group") is not None
    if "keys_dir" in fixtures:
        item.add_marker(pytest.mark.build)
    if "dbt_folder" in fixtures:
        item.add_marker(pytest.mark.dbt)
    if not has_group:
        item.add_marker(pytest.mark.xdist_group(item.path.relative_to(item.config.rootpath).as_posix()))
    elif "keys_dir" in fixtures:
        item.add_marker(pytest.mark.own_build)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Builds of a world of their own first, then what reads the shared one, what runs dbt, what is slow, the rest."""
    order = ("own_build", "build", "dbt", "slow")
    items.sort(key=lambda item: next((place for place, mark in enumerate(order) if item.get_closest_marker(mark)), 9))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says last of all what was not run, and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        why = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
        terminalreporter.section("not run", sep="-")
        for reason, tests in why.most_common():
            terminalreporter.line(f"{tests} {'test' if tests == 1 else 'tests'}: {reason}")


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

    def make(folder: Path) -> None:
        settings = Settings.from_environment()
        simulate(
            WorldParameters(**SMALL_WORLD),
            folder / "landing",
            folder / "truth",
            load_feed_contracts(settings.contracts_dir),
            settings.reference_dir,
        )

    folder = made_once(tmp_path_factory, "world", make)
    return World(folder / "landing", folder / "truth")


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One pseudonym key for every warehouse of a run, so that their content can be compared."""
    return made_once(tmp_path_factory, "keys", Path.mkdir)


@pytest.fixture(scope="session")
def built(world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The small world built and published from all its deliveries at once. Every test of a run reads it: a test that
    changes anything of it does so in a copy (`Warehouse.copy`)."""

    def make(folder: Path) -> None:
        Warehouse.at(folder, world.landing_dir, keys_dir).run()

    return Warehouse.at(made_once(tmp_path_factory, "built", make), world.landing_dir, keys_dir)


@pytest.fixture(scope="session")
def dbt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for everything a test has dbt do on DuckDB, so that dbt parses the project once for all of it."""
    folder: Path = tmp_path_factory.mktemp("dbt")
    return folder


@pytest.fixture(scope="session")
def manifest() -> Path:
    """dbt's manifest of the project as it is now."""
    return prepare_manifest(Settings.from_environment())
