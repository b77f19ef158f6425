"""Runs the two Dagster jobs in this process, one after the other: the same jobs the schedule and the sensors run.

Belongs here: running them, and what they did as a value. Does not belong here: showing it (`progress`, the command).
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from dagster import (
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    Definitions,
    ExecuteInProcessResult,
    RunsFilter,
)
from dagster._core.events import RunFailureReason

from orchestration.console.event_log import cheap_event_log
from orchestration.console.progress import PROGRESS, STAGES, progress_logger, stage_cpu_seconds
from orchestration.console.stopping import stopped_by_signals
from orchestration.jobs import BUILD_JOB, RECEIVE_JOB
from orchestration.known_on import mark, require_fitting
from orchestration.linkage.matching.state import forget
from orchestration.run_lock import build_lock
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transform.dbt import SHIPPED_LISTS, prepare_manifest, seed_path
from orchestration.transform.reference_lists import check_reference_lists

_DAGSTER_YAML = """\
# Written by the warehouse when the file is missing; edit it freely.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 60
"""


class RunFailedError(RuntimeError):
    """A step of the run failed; the message holds the step and the reason. What was published before stays."""


@dataclass(frozen=True)
class StepTiming:
    """Wall time of one Dagster step, seconds."""

    step: str
    seconds: float


@dataclass(frozen=True)
class RunReport:
    """What a run that published did, receiving and building together.

    Attributes:
        run_id: Dagster's id of the build.
        timings: steps that ended well, and gates that refused something.
        failed_checks: `asset: check`, those of the gates left out: they are in `refusals`.
        assets, checks: models and tables made, tests and checks run.
        refusals: deliveries refused and not yet corrected, or held because a rule cannot be asked, a sentence each.
        cpu_seconds: by stage (its prefix in `progress.STAGES`); nought where no progress was shown.
        faults: feeds that could not be received for another reason; they are built from what was received before.
    """

    run_id: str
    timings: tuple[StepTiming, ...]
    failed_checks: tuple[str, ...]
    assets: int
    checks: int
    refusals: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    cpu_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def checks_not_passed(self) -> int:
        """Checks that did not pass, the gates' among them."""
        return len(self.failed_checks) + len(self.refusals)


def prepare_dagster_home(settings: Settings) -> None:
    """Makes `DAGSTER_HOME` with a `dagster.yaml` that lets one writer and one run go at a time."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    path = settings.dagster_home / "dagster.yaml"
    if not path.exists():
        path.write_text(_DAGSTER_YAML, encoding="utf-8")


def load_definitions(settings: Settings) -> Definitions:
    """The Dagster definitions with the terminal's logger, after making sure dbt's manifest fits the project."""
    prepare_manifest(settings)
    from orchestration.definitions import warehouse_definitions

    return Definitions.merge(warehouse_definitions(settings), Definitions(loggers={PROGRESS: progress_logger}))


def run_build(
    settings: Settings, *, show_progress: bool = True, wait_seconds: float = 0.0, full_linkage: bool = False
) -> RunReport:
    """Receives and builds in this process, under one lock: nothing comes between the two runs.

    Args:
        settings: the warehouse to build.
        show_progress: one line per stage on standard error.
        wait_seconds: how long to wait if another run is at work on the same data directory.
        full_linkage: link all records, not only what is new since the last run.

    Raises:
        AlreadyRunningError: another run is at work.
        KnownOnError: the data folder is of another day than the settings.
        FileNotFoundError: a reference list is missing.
        ReferenceListsError: a reference list of the user's own does not fit.
        RunFailedError: a step of the build failed. A feed that could not be received does not stop the build.
        StoppedError: a signal stopped it.
    """
    require_reference_lists(settings)
    require_fitting(settings)
    mark(settings)
    os.environ.update(settings.as_environment())
    prepare_dagster_home(settings)
    with stopped_by_signals(), build_lock(settings.data_dir, wait_seconds=wait_seconds):
        with DagsterInstance.get() as instance:
            end_killed_runs(instance)
        if full_linkage:
            forget(settings.linkage_dir)
        definitions = load_definitions(settings)
        if seed_path(settings.reference_dir) != SHIPPED_LISTS:
            check_reference_lists(settings)
        with (
            _quiet_libraries(),
            cheap_event_log(settings.dagster_home),
            DagsterInstance.get() as instance,
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
            redirect_stdout(nowhere),  # dbt's own lines; they are kept in its log
        ):
            received = _execute(definitions, RECEIVE_JOB, instance, show_progress=show_progress)
            built = _execute(definitions, BUILD_JOB, instance, show_progress=show_progress)
            report = _report(received, built, _refusal_timings(instance, received))
    if not built.success:
        raise RunFailedError(_failure(report, built))
    return report


def _execute(
    definitions: Definitions, job: str, instance: DagsterInstance, *, show_progress: bool
) -> ExecuteInProcessResult:
    """Runs one job to its end, whether its steps succeed or fail.

    Raises:
        KeyboardInterrupt: a person stopped it; Dagster itself would only mark the run as failed.
    """
    loggers = {PROGRESS: {}} if show_progress else {"console": {"config": {"log_level": "CRITICAL"}}}
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance, raise_on_error=False, run_config={"loggers": loggers}
    )
    if any(
        event.event_type is DagsterEventType.RUN_FAILURE
        and event.job_failure_data.failure_reason is RunFailureReason.UNEXPECTED_TERMINATION
        for event in result.all_events
    ):
        raise KeyboardInterrupt
    return result


def require_reference_lists(settings: Settings) -> None:
    """Checks that a user's own folder of reference lists is whole, before anything is built on half of it.

    Raises:
        FileNotFoundError: lists are missing; the message names them.
    """
    shipped = PROJECT_ROOT / "seeds" / "reference"
    missing = sorted(path.name for path in shipped.glob("*.csv") if not (settings.reference_dir / path.name).is_file())
    if missing:
        raise FileNotFoundError(
            f"WAREHOUSE_REFERENCE_DIR ({settings.reference_dir}) lacks {', '.join(missing)}. "
            f"Copy what you do not replace from {shipped}; the columns must be the same."
        )


def end_killed_runs(instance: DagsterInstance) -> None:
    """Closes what killed builds left open in Dagster's books: runs still marked as going, pool slots still claimed.

    Without it the next build would wait for ever for a slot nobody holds. Call it with the build lock held: then no
    build is at work, and whatever looks so is dead.
    """
    for job in (RECEIVE_JOB, BUILD_JOB):
        for record in instance.get_runs(RunsFilter(job_name=job, statuses=[DagsterRunStatus.STARTED])):
            instance.report_run_failed(record, "The process of this run was killed.")
    for run_id in instance.event_log_storage.get_concurrency_run_ids():
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def _report(
    received: ExecuteInProcessResult, built: ExecuteInProcessResult, refusal_timings: Iterable[StepTiming]
) -> RunReport:
    timings, failed, assets, checks = list(refusal_timings), [], 0, 0
    refusing = _steps_with_failed_checks(received)
    for event in (*received.all_events, *built.all_events):
        step = event.step_key or ""
        if event.event_type is DagsterEventType.STEP_SUCCESS:
            timings.append(StepTiming(step, event.step_success_data.duration_ms / 1000))
        elif event.event_type is DagsterEventType.ASSET_MATERIALIZATION:
            assets += 1
        elif event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
            checks += 1
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed and step not in refusing:
                failed.append(f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}")
    costs = [stage_cpu_seconds(result.run_id) for result in (received, built)]
    reasons = _step_failures(received)
    faults = [f"{step}: {reason}" for step, reason in reasons.items() if step not in refusing]
    if not received.success and not reasons:
        faults += _run_failures(received)
    return RunReport(
        run_id=built.run_id,
        timings=tuple(timings),
        failed_checks=tuple(failed),
        assets=assets,
        checks=checks,
        refusals=tuple(line for step, reason in reasons.items() if step in refusing for line in reason.splitlines()),
        faults=tuple(faults),
        cpu_seconds={stage: sum(run[stage] for run in costs) for stage, _ in STAGES},
    )


def _refusal_timings(instance: DagsterInstance, received: ExecuteInProcessResult) -> tuple[StepTiming, ...]:
    """Times of the gates that refused something: for a step that fails Dagster reports no duration."""
    refusing = sorted(_steps_with_failed_checks(received))
    stats = instance.get_run_step_stats(received.run_id, refusing) if refusing else []
    return tuple(
        StepTiming(item.step_key, item.end_time - item.start_time)
        for item in stats
        if item.start_time is not None and item.end_time is not None
    )


def _steps_with_failed_checks(result: ExecuteInProcessResult) -> frozenset[str]:
    return frozenset(
        event.step_key or ""
        for event in result.all_events
        if event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION and not event.asset_check_evaluation_data.passed
    )


def _failure(report: RunReport, built: ExecuteInProcessResult) -> str:
    reasons = [f"{step}: {reason}" for step, reason in _step_failures(built).items()] or _run_failures(built)
    return "\n".join(
        [
            *reasons,
            *(f"check failed: {check}" for check in report.failed_checks),
            *(f"could not be received: {fault}" for fault in report.faults),
            *(f"refused: {refusal}" for refusal in report.refusals),
            "Nothing was published; what was published before stays.",
        ]
    )


def _step_failures(result: ExecuteInProcessResult) -> dict[str, str]:
    """Why each failed step failed, in the words of what went wrong first."""
    return {
        event.step_key or "": _reason(event)
        for event in result.all_events
        if event.event_type is DagsterEventType.STEP_FAILURE
    }


def _reason(event: DagsterEvent) -> str:
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description.strip()
    cause = data.error
    while cause and cause.cause:
        cause = cause.cause
    return cause.message.strip() if cause else "failed"


def _run_failures(result: ExecuteInProcessResult) -> list[str]:
    """Why a run failed that failed in no step: its resources could not be had."""
    return [
        event.message or "the run failed"
        for event in result.all_events
        if event.event_type is DagsterEventType.RUN_FAILURE
    ]


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keeps library chatter off the terminal; the records are in Dagster's event log all the same."""
    noisy = [logging.getLogger(name) for name in ("dagster", "great_expectations", "splink", "alembic")]
    levels = [item.level for item in noisy]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for item in noisy:
            item.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for item, level in zip(noisy, levels, strict=True):
                item.setLevel(level)
