"""Times what happens to one large delivery before anything is built on it: landing to raw, and raw to verdict.

Belongs here: making the delivery once, timing each stage in a process of its own, and the lines that say so. Does not
belong here: what the delivery holds (`bench_delivery`), the pipeline as a whole (`bench`).

Each stage has its own process, so that its peak is its own. Starting Python and loading libraries is not timed: it
takes as long for one row as for a million.
"""

from __future__ import annotations

import re
import resource
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.console.bench_delivery import widest_feed, write_delivery
from orchestration.contracts import FeedContract, load_feed_contracts
from orchestration.ingest import ingest_feed, raw_folder
from orchestration.quality import gate_feed
from orchestration.quality.expectations import load_great_expectations
from orchestration.reporter import Reporter
from orchestration.settings import Settings
from orchestration.simulation import WorldParameters, simulate

GROWTH = 4
"""The larger delivery has this many times the rows: its peak shows whether memory grows with a delivery."""

_DEFENDANTS, _MONTHS = 5_000, 12
"""Two seconds of simulation give ten thousand custody records to multiply."""


class GateStage(StrEnum):
    """What is timed."""

    LANDING_TO_RAW = "landing to raw"
    RAW_TO_VERDICT = "raw to verdict"


@dataclass(frozen=True)
class StageTime:
    """One stage on one delivery: seconds by the clock, seconds of processor time, largest resident memory in MiB."""

    stage: str
    rows: int
    seconds: float
    cpu_seconds: float
    peak_mib: float

    @property
    def rows_per_second(self) -> float:
        """Rows by seconds of the clock."""
        return self.rows / self.seconds

    def line(self) -> str:
        """The stage as a line of a table."""
        return (
            f"{f'{self.stage}, {self.rows:,} rows':<44}{self.seconds:8.1f} s{self.cpu_seconds:8.1f} CPU s"
            f"{self.rows_per_second:12,.0f} rows/s{self.peak_mib:8.0f} MiB"
        )


@dataclass(frozen=True)
class GateBenchmark:
    """What the stages took, for each size of delivery."""

    feed: str
    columns: int
    rules: int
    stages: tuple[StageTime, ...]

    def lines(self) -> list[str]:
        """The result as text: a line for each stage and one for both together, for each size."""
        lines = [f"one delivery of {self.feed}: {self.columns} columns, {self.rules} rules"]
        for rows in dict.fromkeys(item.rows for item in self.stages):
            of_size = [item for item in self.stages if item.rows == rows]
            lines += [item.line() for item in [*of_size, together(of_size)]]
        return lines


def together(stages: Sequence[StageTime]) -> StageTime:
    """Stages of one delivery, one after the other."""
    return StageTime(
        stage=f"{stages[0].stage.split()[0]} to {stages[-1].stage.split()[-1]}",
        rows=stages[0].rows,
        seconds=sum(item.seconds for item in stages),
        cpu_seconds=sum(item.cpu_seconds for item in stages),
        peak_mib=max(item.peak_mib for item in stages),
    )


def run_gate_benchmark(settings: Settings, *, rows: int, seed: int, report: Reporter) -> GateBenchmark:
    """Makes two deliveries of the widest feed under `<data>/bench/`, unless they are there, and times both stages.

    Args:
        settings: of the warehouse; its own landing and data folders are left alone.
        rows: of the smaller delivery; the other has `GROWTH` times as many.
        seed: of the delivery's content.
        report: receives what is being done.

    Raises:
        RuntimeError: the gate refused a delivery, so nothing like the usual work was timed.
    """
    contract = widest_feed(list(load_feed_contracts(*settings.contract_folders).values()))
    folder = settings.data_dir / "bench"
    stages: list[StageTime] = []
    for size in (rows, rows * GROWTH):
        home = folder / f"gate-{size}-{seed}"
        if not (home / "complete").exists():
            report(f"making a delivery of {size:,} rows of {contract.key} (not timed) ...")
            template = template_rows(contract, settings, seed, folder)
            write_delivery(contract, template, size, seed, home / "landing" / contract.key / file_name(contract))
            (home / "complete").touch()
        here = replace(settings, landing_dir=home / "landing", data_dir=folder / "gate-data")
        shutil.rmtree(here.data_dir, ignore_errors=True)
        for stage in GateStage:
            report(f"{stage}, {size:,} rows ...")
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                stages.append(process.submit(time_stage, stage, contract, here, size).result())
        shutil.rmtree(here.data_dir)
    return GateBenchmark(contract.key, len(contract.columns), len(contract.all_rules), tuple(stages))


def time_stage(stage: GateStage, contract: FeedContract, settings: Settings, rows: int) -> StageTime:
    """Runs one stage in this process and measures it.

    Raises:
        RuntimeError: not all rows arrived, or the gate refused them.
    """
    if stage is GateStage.RAW_TO_VERDICT:
        load_great_expectations()
    started, used = time.monotonic(), _cpu_seconds()
    if stage is GateStage.LANDING_TO_RAW:
        arrived = ingest_feed(contract, settings).rows_received
    else:
        summary = gate_feed(contract, settings)
        arrived = summary.rows_received - summary.rows_rejected
    seconds, cpu_seconds = time.monotonic() - started, _cpu_seconds() - used
    if arrived != rows:
        raise RuntimeError(f"{contract.key}, {stage}: {arrived:,} rows of {rows:,}; was the delivery refused?")
    return StageTime(stage.value, rows, seconds, cpu_seconds, peak_mib())


def template_rows(contract: FeedContract, settings: Settings, seed: int, folder: Path) -> pa.Table:
    """The feed's rows in a small simulated world, as text under canonical names."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        here = replace(settings, landing_dir=Path(name) / "landing", data_dir=Path(name) / "data")
        contracts = load_feed_contracts(*settings.contract_folders)
        parameters = WorldParameters(defendants=_DEFENDANTS, months=_MONTHS, seed=seed)
        simulate(parameters, here.landing_dir, Path(name) / "truth", contracts, settings.reference_dir)
        ingest_feed(contract, here)
        tables = [pq.read_table(path) for path in sorted(raw_folder(contract, here).glob("*.parquet"))]
    return pa.concat_tables(tables, promote_options="default").select(list(contract.column_names))


def file_name(contract: FeedContract) -> str:
    """A name the contract understands; of a day long past, since a file is older than its writing."""
    body = re.sub(r"\[.*?\]", "", contract.delivery.file_name_pattern)
    for placeholder, value in {"<YYYYMMDD>": "20240131", "<YYYY-MM>": "2024-01", "<force-slug>": "bench"}.items():
        body = body.replace(placeholder, value)
    return f"{body}.{contract.delivery.kind}"


def peak_mib() -> float:
    """Largest resident memory of this process so far, in MiB.

    Linux is asked for the peak of the program that runs: `getrusage` adds the parent's, from before the program began.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"))
        if found:
            return int(found.group(1)) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
