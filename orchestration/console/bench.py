"""Times the pipeline on a simulated world, stage by stage, says how much memory it took at its peak, and times the
questions on what it published."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from orchestration.console.progress import STAGES, stage_of
from orchestration.console.query import published_connection, run_query
from orchestration.console.run import RunReport, run_build
from orchestration.contracts import load_feed_contracts
from orchestration.reporter import Reporter
from orchestration.settings import Settings
from orchestration.simulation import WorldParameters, simulate
from orchestration.transform.questions import Question, load_questions


@dataclass(frozen=True)
class Benchmark:
    """Seconds of each stage, of the whole run, and the largest resident memory of the run and of dbt, in MiB.

    The two peaks are of two processes that are alive together, so their sum bounds the memory needed. `questions` are
    the seconds each takes on what was published, slowest first.
    """

    stages: tuple[tuple[str, float], ...]
    total_seconds: float
    peak_mib: float
    peak_dbt_mib: float
    questions: tuple[tuple[str, float], ...]

    def lines(self) -> list[str]:
        """The result as text, one stage a line."""
        rows = [f"{title:<44}{seconds:8.1f} s" for title, seconds in self.stages]
        other = self.total_seconds - sum(seconds for _, seconds in self.stages)
        return [
            *rows,
            f"{'start-up and orchestration':<44}{other:8.1f} s",
            f"{'whole pipeline':<44}{self.total_seconds:8.1f} s",
            f"{'peak memory, pipeline process':<44}{self.peak_mib:8.0f} MiB",
            f"{'peak memory, dbt process':<44}{self.peak_dbt_mib:8.0f} MiB",
            *(f"{'question ' + name:<60}{seconds * 1000:8.0f} ms" for name, seconds in self.questions),
        ]


def benchmark(settings: Settings, run: Callable[[Settings], RunReport] = run_build) -> Benchmark:
    """Runs the build once on what `settings.landing_dir` holds and measures it."""
    started = time.monotonic()
    report = run(settings)
    total = time.monotonic() - started
    stages = tuple(
        (title, sum(timing.seconds for timing in report.timings if stage_of(timing.step) == prefix))
        for prefix, title in STAGES
    )
    return Benchmark(
        stages=stages,
        total_seconds=total,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        peak_dbt_mib=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        questions=time_questions(settings),
    )


def time_questions(settings: Settings) -> tuple[tuple[str, float], ...]:
    """Every question's name and the median of three answers' seconds, slowest first, on the published database."""
    with published_connection(settings) as connection:

        def seconds(question: Question) -> float:
            started = time.monotonic()
            run_query(connection, question.sql)
            return time.monotonic() - started

        timed = [(item.name, median(seconds(item) for _ in range(3))) for item in load_questions(settings)]
    return tuple(sorted(timed, key=lambda item: -item[1]))


def run_benchmark(settings: Settings, *, defendants: int, months: int, seed: int, report: Reporter) -> Benchmark:
    """Simulates a world under `<data>/bench/` unless the same one is there, and times a build of it from nothing."""
    folder = settings.data_dir / "bench"
    world = folder / f"world-{defendants}-{months}-{seed}"
    if not (world / "complete").exists():
        report(f"simulating {defendants:,} defendants over {months} months (not timed) ...")
        simulate(
            WorldParameters(defendants=defendants, months=months, seed=seed),
            world / "landing",
            world / "truth",
            load_feed_contracts(settings.contracts_dir),
            settings.reference_dir,
            overwrite=True,
        )
        (world / "complete").touch()
    bench_settings = replace(settings, landing_dir=world / "landing", data_dir=folder / "data")
    if bench_settings.data_dir.exists():
        shutil.rmtree(bench_settings.data_dir)
    return benchmark(bench_settings)
