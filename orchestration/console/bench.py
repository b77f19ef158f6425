"""Times the pipeline on a simulated world, stage by stage, says how much memory it took at its peak, times the
questions on what it published, and names joins of its models that would grow out of hand."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from orchestration.console.bench_plans import growing_joins
from orchestration.console.progress import STAGES, cpu_seconds, stage_of
from orchestration.console.query import published_connection, run_query
from orchestration.console.run import RunReport, run_build
from orchestration.contracts import load_feed_contracts
from orchestration.reporter import Reporter
from orchestration.settings import Settings
from orchestration.simulation import WorldParameters, simulate
from orchestration.transform.questions import Question, load_questions

TARGET_CPU_SECONDS = 75
"""Of a build of the default world (10,000 defendants, 24 months) from nothing, on two cores that do nothing else."""

TARGET_SHARE_OF_PUBLICATION = 0.2


@dataclass(frozen=True)
class StageCost:
    """Wall and CPU seconds of one stage."""

    title: str
    seconds: float
    cpu_seconds: float

    def line(self, remark: str = "") -> str:
        """The stage in one line."""
        return f"{self.title:<44}{self.seconds:8.1f} s{self.cpu_seconds:8.1f} CPU s{remark}"


@dataclass(frozen=True)
class Benchmark:
    """Cost of each stage and of the whole run, and the largest resident memory of the process, in MiB.

    `questions` are the seconds each takes on what was published, slowest first; `growing_joins` the joins that compare
    many rows with many.
    """

    stages: tuple[StageCost, ...]
    whole: StageCost
    peak_mib: float
    questions: tuple[tuple[str, float], ...]
    growing_joins: tuple[str, ...]

    def lines(self) -> list[str]:
        """The result as text, one stage a line."""
        between = StageCost(
            "start-up and orchestration",
            self.whole.seconds - sum(stage.seconds for stage in self.stages),
            self.whole.cpu_seconds - sum(stage.cpu_seconds for stage in self.stages),
        )
        publication = self.stages[-1].cpu_seconds / self.whole.cpu_seconds
        return [
            *(stage.line() for stage in self.stages),
            between.line(),
            self.whole.line(f" (target: {TARGET_CPU_SECONDS} for the default world)"),
            f"{'publication, share of the whole':<44}{publication:8.0%} (target: {TARGET_SHARE_OF_PUBLICATION:.0%})",
            f"{'peak memory':<44}{self.peak_mib:8.0f} MiB",
            *(f"{'question ' + name:<60}{seconds * 1000:8.0f} ms" for name, seconds in self.questions),
            *(f"compares every row with every other: {join}" for join in self.growing_joins),
        ]


def benchmark(settings: Settings, run: Callable[[Settings], RunReport] = run_build) -> Benchmark:
    """Runs the build once on what `settings.landing_dir` holds and measures it."""
    started, cpu_started = time.monotonic(), cpu_seconds()
    report = run(settings)
    whole = StageCost("whole pipeline", time.monotonic() - started, cpu_seconds() - cpu_started)
    stages = tuple(
        StageCost(
            title,
            sum(timing.seconds for timing in report.timings if stage_of(timing.step) == prefix),
            report.cpu_seconds.get(prefix, 0.0),
        )
        for prefix, title in STAGES
    )
    return Benchmark(
        stages=stages,
        whole=whole,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        questions=time_questions(settings),
        growing_joins=tuple(growing_joins(settings)),
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
            load_feed_contracts(*settings.contract_folders),
            settings.reference_dir,
            overwrite=True,
        )
        (world / "complete").touch()
    bench_settings = replace(settings, landing_dir=world / "landing", data_dir=folder / "data")
    if bench_settings.data_dir.exists():
        shutil.rmtree(bench_settings.data_dir)
    return benchmark(bench_settings)
