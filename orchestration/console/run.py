"""Runs the Dagster build job in this process: the same job the schedule runs."""

from __future__ import annotations

import logging
import os
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
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
from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.engine.interfaces import DBAPIConnection

from orchestration.run_lock import build_lock
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transform.dbt import prepare_manifest
from orchestration.triggers import BUILD_JOB

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
    """What a finished run did: its Dagster id, step times, failed checks (`asset: check`), models and tests run."""

    run_id: str
    timings: tuple[StepTiming, ...]
    failed_checks: tuple[str, ...]
    assets: int
    checks: int


def prepare_dagster_home(settings: Settings) -> None:
    """Makes `DAGSTER_HOME` with a `dagster.yaml` that lets one writer and one run go at a time."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    path = settings.dagster_home / "dagster.yaml"
    if not path.exists():
        path.write_text(_DAGSTER_YAML, encoding="utf-8")


def load_definitions(settings: Settings) -> Definitions:
    """The Dagster definitions, after making sure dbt's manifest fits the project."""
    prepare_manifest(settings)
    from orchestration.definitions import defs

    return defs


def run_build(settings: Settings, *, show_progress: bool = True, wait_seconds: float = 0.0) -> RunReport:
    """Runs the whole build in this process.

    Args:
        settings: the warehouse to build.
        show_progress: one line per stage on standard error.
        wait_seconds: how long to wait if another run is at work on the same data directory.

    Raises:
        AlreadyRunningError: another run is at work.
        FileNotFoundError: a reference list is missing.
        RunFailedError: a step failed.
    """
    require_reference_lists(settings)
    os.environ.update(settings.as_environment())
    prepare_dagster_home(settings)
    # Says so at once if another run is at work; the run itself takes the lock again and holds it.
    with build_lock(settings.data_dir, wait_seconds=wait_seconds), DagsterInstance.get() as instance:
        end_killed_runs(instance)
    definitions = load_definitions(settings)
    loggers = {"progress": {}} if show_progress else {"console": {"config": {"log_level": "CRITICAL"}}}
    with (
        _quiet_libraries(),
        _unsynced_event_log(),
        DagsterInstance.get() as instance,
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),  # dbt's own lines; they are kept in its log
    ):
        result = definitions.resolve_job_def(BUILD_JOB).execute_in_process(
            instance=instance, raise_on_error=False, run_config={"loggers": loggers}
        )
    if not result.success:
        raise RunFailedError(_failure(result))
    return _report(result)


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
    for record in instance.get_runs(RunsFilter(job_name=BUILD_JOB, statuses=[DagsterRunStatus.STARTED])):
        instance.report_run_failed(record, "The process of this run was killed.")
    for run_id in instance.event_log_storage.get_concurrency_run_ids():
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def _report(result: ExecuteInProcessResult) -> RunReport:
    timings, failed, assets, checks = [], [], 0, 0
    for event in result.all_events:
        step = event.step_key or ""
        if event.event_type is DagsterEventType.STEP_SUCCESS:
            timings.append(StepTiming(step, event.step_success_data.duration_ms / 1000))
        elif event.event_type is DagsterEventType.ASSET_MATERIALIZATION:
            assets += 1
        elif event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
            checks += 1
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed:
                failed.append(f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}")
    return RunReport(result.run_id, tuple(timings), tuple(failed), assets, checks)


def _failure(result: ExecuteInProcessResult) -> str:
    lines = []
    for event in result.all_events:
        if event.event_type in {DagsterEventType.STEP_FAILURE, DagsterEventType.PIPELINE_FAILURE}:
            lines += _reasons(event)
    checks = [
        f"check failed: {event.asset_check_evaluation_data.asset_key.to_user_string()}: "
        f"{event.asset_check_evaluation_data.check_name}"
        for event in result.all_events
        if event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION and not event.asset_check_evaluation_data.passed
    ]
    return "\n".join([*dict.fromkeys(lines + checks), "Nothing was published; what was published before stays."])


def _reasons(event: DagsterEvent) -> list[str]:
    if event.event_type is DagsterEventType.STEP_FAILURE:
        error = event.step_failure_data.error
        cause = error
        while cause and cause.cause:
            cause = cause.cause
        return [f"{event.step_key}: {cause.message.strip() if cause else 'failed'}"]
    return []


@contextmanager
def _unsynced_event_log() -> Iterator[None]:
    """Lets the operating system decide when Dagster's event log reaches the disk.

    Dagster opens, commits and syncs its SQLite files for every event: some 30 of 95 seconds of a small build. The log
    survives a killed process all the same; only a power cut could cost its last events, and no figure rests on them.
    """

    def relax(connection: DBAPIConnection, record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("pragma synchronous = off")

    sqlalchemy_event.listen(Engine, "connect", relax)
    try:
        yield
    finally:
        sqlalchemy_event.remove(Engine, "connect", relax)


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
