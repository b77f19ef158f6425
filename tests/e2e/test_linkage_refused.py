"""A linkage that is less right than recorded is not published; readers keep the last publication."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import Warehouse, World

pytestmark = pytest.mark.xdist_group("linkage refused")

WITH_A_SPOILED_MODEL = """
import sys
from dataclasses import replace
from orchestration.cli import main
from orchestration.linkage import assets, load_model

shipped = load_model()
spoiled = replace(shipped, thresholds=replace(shipped.thresholds, accept=30.0))
assets.load_adopted = lambda models_dir: spoiled
sys.argv = ["warehouse", "run"]
main()
"""


@pytest.fixture(scope="module")
def refused(
    built: Warehouse, world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, subprocess.CompletedProcess[str]]:
    """A published warehouse, built again with a model that misses links, and what that run said."""
    folder = tmp_path_factory.mktemp("refused")
    shutil.copytree(built.settings.data_dir, folder / "data", symlinks=True)
    warehouse = Warehouse.at(folder, world.landing_dir, keys_dir)
    finished = subprocess.run(
        [sys.executable, "-c", WITH_A_SPOILED_MODEL],
        env=warehouse.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return warehouse, finished


def test_the_run_fails_and_says_what_fell_and_what_to_do(
    refused: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    _, finished = refused
    said = " ".join((finished.stdout + finished.stderr).split())
    assert finished.returncode == 1, said
    assert "recall of pairs is 0." in said
    assert "warehouse linkage check" in said
    assert "Nothing was published; what was published before stays." in said


def test_readers_keep_the_last_publication(
    built: Warehouse, refused: tuple[Warehouse, subprocess.CompletedProcess[str]]
) -> None:
    warehouse, _ = refused
    assert warehouse.settings.published_dir.resolve().name == built.settings.published_dir.resolve().name
    assert warehouse.fingerprints() == built.fingerprints()
