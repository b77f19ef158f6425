"""One call from parameters to a landing folder and the truth beside it.

Belongs here: `simulate`, and keeping landing and truth apart. Does not belong here: the world (`world.py`) or how it is
delivered (`deliveries.py`, `encounters.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import pandas as pd

from orchestration.contracts import FeedContract
from orchestration.reporter import Reporter
from orchestration.simulation.deliveries import write_deliveries
from orchestration.simulation.delivery_files import DeliveryParameters, deliveries_table, write_atomically
from orchestration.simulation.dirt_plan import DirtParameters
from orchestration.simulation.disagreements import with_disagreements
from orchestration.simulation.encoding import to_parquet_table
from orchestration.simulation.encounters import (
    STOP_ACCOUNT_FEED,
    STOP_SEARCH_FEED,
    read_forces,
    stop_accounts,
    write_stop_searches,
)
from orchestration.simulation.errors import SimulationError
from orchestration.simulation.model import CREATED_COLUMN, World, WorldParameters
from orchestration.simulation.world import simulate_world


@dataclass(frozen=True)
class SimulationSummary:
    """What a simulation wrote.

    Attributes:
        out_dir, truth_dir: where.
        records: feed -> records of the world (searches for police/stop_search).
        not_simulated: feeds under contract of which the simulated world knows nothing.
        files: files written, manifests not counted.
        rows: rows in them, all versions.
        injected_errors: wrong values delivered.
        disagreements: records one agency never entered or entered wrongly, so that another agency's contradict them.
        late_records: records that came one or two deliveries late.
        seconds_world, seconds_deliveries: time taken by each half.
    """

    out_dir: Path
    truth_dir: Path
    records: dict[str, int]
    not_simulated: tuple[str, ...]
    files: int
    rows: int
    injected_errors: int
    disagreements: int
    late_records: int
    seconds_world: float
    seconds_deliveries: float

    def sentence(self) -> str:
        """The summary in words, for a person at a terminal."""
        return (
            f"Simulated {sum(self.records.values()):,} records of {len(self.records)} feeds; wrote {self.rows:,} rows "
            f"in {self.files:,} files to {self.out_dir}, with {self.injected_errors:,} errors on purpose, "
            f"{self.disagreements:,} records that contradict another agency's and {self.late_records:,} late records; "
            f"the truth is in {self.truth_dir}. "
            f"{self.seconds_world + self.seconds_deliveries:.0f} s."
            + (f" Not simulated, so nothing is delivered: {', '.join(self.not_simulated)}." * bool(self.not_simulated))
        )


def simulate(
    parameters: WorldParameters,
    out_dir: Path,
    truth_dir: Path,
    contracts: Mapping[str, FeedContract],
    reference_dir: Path,
    dirt: DirtParameters | None = None,
    deliveries: DeliveryParameters | None = None,
    overwrite: bool = False,
    progress: Reporter = lambda message: None,
) -> SimulationSummary:
    """Make a world, write its agencies' deliveries under `out_dir` and what really happened under `truth_dir`.

    The same parameters give the same bytes. A process killed half-way leaves fewer files, never half a file.

    Args:
        parameters: size, window and seed; its `reference_dir` is replaced by `reference_dir`.
        out_dir: landing folder; must be empty or missing, unless `overwrite`.
        truth_dir: folder for the truth tables (Parquet); must not be inside the landing folder, nor the other way.
        contracts: all feed contracts, by key.
        reference_dir: folder with the reference lists.
        dirt: how much each system gets wrong; the usual amount if not given.
        deliveries: how many files come late, twice or broken; the usual amount if not given.
        overwrite: remove the feeds' folders under `out_dir`, and the tables in `truth_dir`, first.
        progress: called with a line of text after each step.

    Raises:
        SimulationError: landing and truth are inside each other.
        FileExistsError: `out_dir` is not empty and `overwrite` is false.
    """
    out_dir, truth_dir = out_dir.absolute(), truth_dir.absolute()
    _refuse_unsafe_folders(out_dir, truth_dir, overwrite)
    if overwrite:
        _clear(out_dir, truth_dir, contracts)
    started = perf_counter()
    world = simulate_world(replace(parameters, reference_dir=reference_dir))
    simulated = perf_counter()
    progress(f"world: {sum(len(frame) for frame in world.feeds.values()):,} records in {simulated - started:.1f} s")
    dirt = dirt or DirtParameters()
    world, disagreements = with_disagreements(world, dirt, parameters.seed)
    forces = read_forces(reference_dir)
    accounts = stop_accounts(parameters, forces, parameters.seed)
    world = with_feed(world, STOP_ACCOUNT_FEED, accounts)
    delivered = write_deliveries(world, contracts, out_dir, dirt, parameters.seed, deliveries, progress)
    searches = write_stop_searches(contracts[STOP_SEARCH_FEED], parameters, forces, out_dir, parameters.seed)
    progress(f"{STOP_SEARCH_FEED}: {len(searches)} files, {sum(file.rows for file in searches):,} rows")
    files = [*delivered.files, *searches]
    _write_truth(
        truth_dir,
        world.truth
        | {
            "deliveries": deliveries_table(files),
            "injected_errors": delivered.injected_errors,
            "disagreements": disagreements,
            "late_records": delivered.late_records,
        },
    )
    records = {key: int(frame[CREATED_COLUMN].notna().sum()) for key, frame in world.feeds.items()}
    records[STOP_SEARCH_FEED] = sum(file.rows for file in searches)
    return SimulationSummary(
        out_dir=out_dir,
        truth_dir=truth_dir,
        records=records,
        not_simulated=tuple(key for key in contracts if key not in records),
        files=sum(file.sha256 != "" for file in files),
        rows=sum(file.rows for file in files),
        injected_errors=len(delivered.injected_errors),
        disagreements=len(disagreements),
        late_records=len(delivered.late_records),
        seconds_world=simulated - started,
        seconds_deliveries=perf_counter() - simulated,
    )


def with_feed(world: World, key: str, frame: pd.DataFrame) -> World:
    """`world` with one more feed, nothing of which changes after its creation."""
    return replace(world, feeds=world.feeds | {key: frame}, reveals=world.reveals | {key: ()})


def _refuse_unsafe_folders(out_dir: Path, truth_dir: Path, overwrite: bool) -> None:
    if truth_dir == out_dir or out_dir in truth_dir.parents or truth_dir in out_dir.parents:
        raise SimulationError(
            f"the truth ({truth_dir}) and the landing folder ({out_dir}) must not be inside each other: the pipeline "
            "reads the landing folder and must never see the truth. Choose two folders side by side."
        )
    if not overwrite and out_dir.exists() and any(out_dir.iterdir()):
        raise FileExistsError(
            f"{out_dir} is not empty; deliveries of two simulations must not mix. "
            "Choose another folder, or overwrite it on purpose (--overwrite)."
        )


def _clear(out_dir: Path, truth_dir: Path, contracts: Mapping[str, FeedContract]) -> None:
    """Remove what an earlier simulation wrote, and nothing else."""
    for contract in contracts.values():
        shutil.rmtree(out_dir / contract.agency / contract.feed, ignore_errors=True)
    for table in truth_dir.glob("*.parquet"):
        table.unlink()


def _write_truth(truth_dir: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        write_atomically(truth_dir / f"{name}.parquet", to_parquet_table(table))


__all__ = ["SimulationSummary", "simulate", "with_feed"]
