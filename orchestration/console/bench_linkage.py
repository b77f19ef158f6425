"""Times linkage on made-up person records of several sizes, and what one more percent of records costs afterwards.

Belongs here: staging the records, timing each linkage in a process of its own, and what the curve says of larger sizes.
Does not belong here: making the records (`bench_people`), the pipeline as a whole (`bench`), training, which is a
command of its own.

Each linkage has its own process on at most two cores, so that its peak is its own and a larger machine does not flatter
it. Starting Python and loading libraries is not timed; reading the records and writing links, state and history is.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import duckdb
import numpy as np

from orchestration.console.bench_gate import peak_mib
from orchestration.console.bench_people import write_people
from orchestration.linkage import load_model, run_linkage
from orchestration.linkage.matching.linking import MEMORY_LIMIT
from orchestration.linkage.tables import INPUT_TABLE
from orchestration.reporter import Reporter
from orchestration.settings import Settings

SIZES = (125_000, 250_000, 500_000, 1_000_000)
"""Records of each measurement."""

CORES = 2
"""At most so many are used."""

LATER_SHARE = 0.01
"""Share of the records that are delivered later, and linked to those there are."""

STATED_RECORDS = 10_000_000
"""Size whose cost is stated from the measured curve."""


@dataclass(frozen=True)
class LinkageTime:
    """One linkage.

    Attributes:
        records: that there are.
        new: of them, those that were not linked before.
        pairs: compared.
        persons: found.
        seconds: by the clock.
        pair_seconds: of them, those of blocking and scoring.
        peak_mib: largest resident memory of its process.
    """

    records: int
    new: int
    pairs: int
    persons: int
    seconds: float
    pair_seconds: float
    peak_mib: float

    def line(self) -> str:
        """The linkage as a line of a table."""
        what = f"{self.records:,} records" if self.new == self.records else f"{self.new:,} more"
        return (
            f"{what:<24}{self.persons:>11,} persons{self.pairs:>13,} pairs{self.seconds:8.1f} s{self.peak_mib:8.0f} MiB"
        )


@dataclass(frozen=True)
class Curve:
    """A cost by number of records: `constant + linear * records + square * records ** 2`, none of them negative.

    `largest_miss` is how far a measurement is from it at most, as a share of it.
    """

    constant: float
    linear: float
    square: float
    largest_miss: float

    @classmethod
    def through(cls, points: Sequence[tuple[float, float]], powers: Sequence[int]) -> Curve:
        """The curve of these powers (0, 1, 2) nearest to points (records, cost); a miss is a share of the cost.

        Powers that would come out negative are left out, the lowest first.
        """
        records, costs = (np.array(values, dtype=float) for values in zip(*points, strict=True))
        terms = np.stack([records**power for power in powers], axis=1) / costs[:, None]
        weights = np.linalg.lstsq(terms, np.ones(len(costs)), rcond=None)[0]
        if min(weights) < 0 and len(powers) > 1:
            return cls.through(
                points, [powers[n] for n in range(len(powers)) if n != int(np.flatnonzero(weights < 0)[0])]
            )
        found = dict(zip(powers, weights.tolist(), strict=True))
        misses = np.abs(terms @ weights - 1)
        return cls(found.get(0, 0.0), found.get(1, 0.0), found.get(2, 0.0), float(misses.max()))

    def at(self, records: float) -> float:
        """The cost of so many records."""
        return self.constant + self.linear * records + self.square * records**2


@dataclass(frozen=True)
class LinkageBenchmark:
    """Linkages of all records, smallest first, and for each that of a later delivery."""

    whole: tuple[LinkageTime, ...]
    later: tuple[LinkageTime, ...]

    def lines(self) -> list[str]:
        """The result as text: both linkages of each size, then what the curves say of `STATED_RECORDS`."""
        lines = [f"linkage of person records, at most {CORES} cores; 'more' are linked to those there are"]
        for whole, later in zip(self.whole, self.later, strict=True):
            lines += [whole.line(), later.line()]
        if len({item.records for item in self.whole}) > 1:
            lines += [
                _stated("all records", self.whole),
                _stated(f"{LATER_SHARE:.0%} more", self.later),
            ]
        return lines


def _stated(what: str, times: Sequence[LinkageTime]) -> str:
    """What the measured curves say of `STATED_RECORDS`, and how well they fit.

    Pairs are those within people, which grow with the records, and those by chance, which grow with their square.
    Blocking and scoring cost so much for each pair; everything else costs so much for each record.
    """
    pairs = Curve.through([(item.records, item.pairs) for item in times], [1, 2])
    rest = Curve.through([(item.records, item.seconds - item.pair_seconds) for item in times], [0, 1])
    memory = Curve.through([(item.records, item.peak_mib) for item in times], [0, 1])
    each_pair = times[-1].pair_seconds / times[-1].pairs
    minutes = (rest.at(STATED_RECORDS) + each_pair * pairs.at(STATED_RECORDS)) / 60
    return (
        f"{STATED_RECORDS:,} records, {what}: {minutes:.1f} min by extrapolation, not measured: "
        f"{pairs.at(STATED_RECORDS):,.0f} pairs ({pairs.linear:.2g} for each record and {pairs.square:.2g} for its "
        f"square, within {pairs.largest_miss:.0%} of every count) at {each_pair * 1e6:.0f} microseconds, and "
        f"{rest.constant:.1f} s with {rest.linear * 1e6:.0f} microseconds for each record (within "
        f"{rest.largest_miss:.0%}); memory {memory.at(STATED_RECORDS) / 1024:.1f} GiB (within "
        f"{memory.largest_miss:.0%}) if nothing were spilled; DuckDB's part is held to {MEMORY_LIMIT}"
    )


def run_linkage_benchmark(settings: Settings, *, sizes: Sequence[int], seed: int, report: Reporter) -> LinkageBenchmark:
    """Makes the records under `<data>/bench/`, unless they are there, and times both linkages of each size.

    Args:
        settings: of the warehouse; its own data folder is left alone but for `bench/`.
        sizes: records of each measurement.
        seed: of the records.
        report: receives what is being done.
    """
    folder = settings.data_dir / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    whole, later = [], []
    for size in sorted(sizes):
        people = folder / f"people-{size}-{seed}.parquet"
        if not people.is_file():
            report(f"making {size:,} person records (not timed) ...")
            write_people(people, size, seed, load_model())
        here = replace(settings, data_dir=folder / "linkage-data")
        shutil.rmtree(here.data_dir, ignore_errors=True)
        stage(here, people, earlier_only=True)
        report(f"linking {size:,} records ...")
        whole.append(_in_own_process(here))
        stage(here, people, earlier_only=False)
        report(f"linking {LATER_SHARE:.0%} more ...")
        later.append(_in_own_process(here))
        shutil.rmtree(here.data_dir)
    return LinkageBenchmark(tuple(whole), tuple(later))


def stage(settings: Settings, people: Path, *, earlier_only: bool) -> None:
    """Puts the records where linkage looks for them: those of a file, or those of it that are delivered first."""
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    which = f"where case_number >= {LATER_SHARE}" if earlier_only else ""
    with duckdb.connect(str(settings.build_database)) as connection:
        connection.execute(f"create schema if not exists {INPUT_TABLE.partition('.')[0]}")
        connection.execute(
            f"create or replace table {INPUT_TABLE} as "
            f"select * exclude (case_number) from read_parquet('{str(people).replace(chr(39), chr(39) * 2)}') {which}"
        )


def time_linkage(settings: Settings) -> LinkageTime:
    """Links in this process and measures it."""
    model = load_model()
    started = time.monotonic()
    summary = run_linkage(settings, model)
    return LinkageTime(
        records=summary.records,
        new=summary.changes.total if summary.changes else summary.records,
        pairs=summary.pairs_scored,
        persons=summary.persons,
        seconds=time.monotonic() - started,
        pair_seconds=summary.seconds["block"] + summary.seconds["score"],
        peak_mib=peak_mib(),
    )


def _in_own_process(settings: Settings) -> LinkageTime:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_keep_to_cores) as process:
        return process.submit(time_linkage, settings).result()


def _keep_to_cores() -> None:
    """Holds this process to `CORES` cores, where the system lets it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
