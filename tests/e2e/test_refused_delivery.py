"""A delivery is refused, one feed is late, one never comes: the rest is built, published, and says so."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from orchestration.contracts import load_feed_contracts
from orchestration.quality.gate_files import gate_path
from tests.support import Warehouse, World

pytestmark = pytest.mark.xdist_group("e2e")

REFUSED = "hmcts/offences/offences_20260503.csv"
"""Empty in the simulated world; its corrected redelivery, `_2`, is held back here."""


@pytest.fixture(scope="module")
def ended(
    world: World, keys_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, subprocess.CompletedProcess[str]]:
    """The warehouse, and how the command that built it ended."""
    folder = tmp_path_factory.mktemp("refused")
    landing = folder / "landing"
    shutil.copytree(world.landing_dir, landing)
    assert (landing / REFUSED).stat().st_size == 0
    for correction in landing.glob(f"{REFUSED.removesuffix('.csv')}_2*"):
        correction.unlink()
    shutil.rmtree(landing / "police" / "stop_account")
    for late in sorted((landing / "laa" / "representation_orders").glob("*"))[-6:]:  # a file and its manifest a month
        late.unlink()
    warehouse = Warehouse.at(folder, landing, keys_dir)
    return warehouse, warehouse.command("run", check=False)


def last_run(warehouse: Warehouse, job: str) -> DagsterRun:
    with DagsterInstance.from_config(str(warehouse.settings.dagster_home)) as instance:
        return instance.get_runs(RunsFilter(job_name=job), limit=1)[0]


def test_it_is_published_and_the_refusal_is_said(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    warehouse, finished = ended
    assert finished.returncode == 0, finished.stderr
    assert "Published" in finished.stderr
    sentence = 'hmcts/offences: offences_20260503.csv is refused by HMC-OFF-FILE-EMPTY_FILE "The file is not of zero'
    assert sentence in finished.stderr
    assert f"refused, outstanding: {sentence}" in warehouse.command("status").stdout


def test_the_run_that_received_failed_and_the_build_did_not(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]],
) -> None:
    warehouse, _ = ended
    assert last_run(warehouse, "receive_deliveries").status is DagsterRunStatus.FAILURE
    assert last_run(warehouse, "build_warehouse").status is DagsterRunStatus.SUCCESS


def test_every_other_feed_was_gated(ended: tuple[Warehouse, subprocess.CompletedProcess[str]]) -> None:
    warehouse, _ = ended
    for contract in load_feed_contracts(warehouse.settings.contracts_dir).values():
        deliveries = pq.read_table(gate_path(contract, warehouse.settings, "deliveries")).to_pylist()
        rejected = [row["file_name"] for row in deliveries if row["verdict"] == "rejected"]
        assert bool(deliveries) == (contract.key != "police/stop_account"), contract.key
        assert rejected == (["offences_20260503.csv"] if contract.key == "hmcts/offences" else []), contract.key


def test_a_build_that_fails_says_why_and_what_was_refused_and_publishes_nothing(
    ended: tuple[Warehouse, subprocess.CompletedProcess[str]], keys_dir: Path, tmp_path: Path
) -> None:
    """A row lost from a quarantine file: neither that feed's gate nor the ledger may let it pass."""
    warehouse, _ = ended
    shutil.copytree(warehouse.settings.data_dir, tmp_path / "data", symlinks=True)
    broken = Warehouse.at(tmp_path, warehouse.settings.landing_dir, keys_dir)
    spells = load_feed_contracts(broken.settings.contracts_dir)["prison/custody_spells"]
    path = gate_path(spells, broken.settings, "quarantined_rows")
    pq.write_table(pq.read_table(path).slice(1), path)
    before = broken.settings.published_dir.resolve()

    finished = broken.command("run", check=False)

    assert finished.returncode == 1
    assert broken.settings.published_dir.resolve() == before
    lines = finished.stderr.splitlines()
    assert any(line.startswith("gate__ledger: ") and "prison/custody_spells custody_spells_" in line for line in lines)
    assert any(line.startswith("could not be received: gate__prison__custody_spells: ") for line in lines)
    assert any(line.startswith("refused: hmcts/offences: offences_20260503.csv") for line in lines)
    assert "Nothing was published" in finished.stderr
