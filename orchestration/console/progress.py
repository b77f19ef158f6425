"""Progress of a run at the terminal: one line per stage, made from Dagster's own events.

Belongs here: the stages and how they are shown. Does not belong here: what a run did, as a value (`run`).
"""

import logging
import resource
import sys
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dagster import DagsterEvent, DagsterEventType, InitLoggerContext, logger
from rich.console import Console
from rich.status import Status

STAGES = (
    ("raw__", "read what agencies landed"),
    ("gate__", "gate each delivery by its contract"),
    ("gate__ledger", "balance rows received and rows gated"),
    ("dbt_staging", "stage: type, map, normalise identifiers"),
    ("linkage__", "link people across agencies"),
    ("dbt_marts", "conform and count"),
    ("published__", "audit and publish"),
)
"""Step-key prefixes in the order they run, and what a person would call them. The longest prefix that fits counts."""


GATE = "gate__"

PROGRESS = "progress"
"""What the logger is called among those of a job."""

_RUN_ENDS = frozenset({DagsterEventType.RUN_SUCCESS, DagsterEventType.RUN_FAILURE, DagsterEventType.RUN_CANCELED})


def stage_of(step: str | None) -> str | None:
    """The prefix in `STAGES` a step belongs to; None for a step of no stage, or no step."""
    fitting = [prefix for prefix, _ in STAGES if step and step.startswith(prefix)]
    return max(fitting, key=len, default=None)


@dataclass
class StageProgress:
    """What has happened in one stage so far. `seconds` is wall time from its first step to its last, `cpu_seconds` what
    this process and those it has ended used in it."""

    title: str
    started: float = 0.0
    seconds: float = 0.0
    cpu_started: float = 0.0
    cpu_seconds: float = 0.0
    steps: int = 0
    built: int = 0
    checked: int = 0
    failed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The finished stage in one line."""
        done = f"{self.built} tables" if self.built > self.steps else f"{self.steps} step{'s' * (self.steps != 1)}"
        checks = f", {self.checked} checks" if self.checked else ""
        return f"{self.title:<42} {done + checks:<26} {self.seconds:6.1f} s"


class ProgressHandler(logging.Handler):
    """Turns Dagster's log records into one line per stage; a failure is printed whole."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.DEBUG)
        self.console = console
        self.stages = {prefix: StageProgress(title) for prefix, title in STAGES}
        self.current: str | None = None
        self._status: Status | None = None
        self._refusing: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Handles one record of the run."""
        meta: dict[str, Any] = getattr(record, "dagster_meta", None) or {}
        step = meta.get("step_key")
        event = meta.get("dagster_event")
        if isinstance(event, DagsterEvent) and event.event_type in _RUN_ENDS:
            self._finish_stage()
        stage = stage_of(step)
        if stage is None or step is None:
            return
        if isinstance(event, DagsterEvent):
            self._handle_event(stage, step, event)
        elif record.levelno == logging.INFO and self._status:
            self._status.update(f"{self.stages[stage].title}: {meta.get('orig_message', '')}"[:110])

    def _handle_event(self, stage: str, step: str, event: DagsterEvent) -> None:
        progress = self.stages[stage]
        kind = event.event_type
        if kind is DagsterEventType.STEP_START:
            if stage != self.current:
                self._finish_stage()
                self.current = stage
                progress.started, progress.cpu_started = time.monotonic(), cpu_seconds()
                self._status = self.console.status(progress.title)
                self._status.start()
        elif kind is DagsterEventType.ASSET_MATERIALIZATION:
            progress.built += 1
        elif kind is DagsterEventType.ASSET_CHECK_EVALUATION:
            progress.checked += 1
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed:
                where = f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}"
                progress.failed.append(where)
                self._refusing.add(step)
                self._print(f"  [yellow]![/] not passed: {where}")
        elif kind is DagsterEventType.STEP_SUCCESS:
            self._count(progress)
        elif kind is DagsterEventType.STEP_FAILURE and stage == GATE and step in self._refusing:
            self._count(progress)  # the gate has done its work: it refused something, and has said so
        elif kind is DagsterEventType.STEP_FAILURE:
            self._finish_stage()
            self._print(f"  [red]✗[/] {step} failed")

    def _count(self, progress: StageProgress) -> None:
        progress.steps += 1
        progress.seconds = time.monotonic() - progress.started
        progress.cpu_seconds = cpu_seconds() - progress.cpu_started

    def _finish_stage(self) -> None:
        if self._status:
            self._status.stop()
            self._status = None
        if self.current and self.stages[self.current].steps:
            self._print(f"  [green]✓[/] {self.stages[self.current].line()}")
        self.current = None

    def _print(self, text: str) -> None:
        self.console.print(text, highlight=False, soft_wrap=True)


@logger({}, description="One line per stage on standard error.")
def progress_logger(init_context: InitLoggerContext) -> logging.Logger:
    """The logger `warehouse run` uses."""
    run_logger = logging.Logger("warehouse.progress", logging.DEBUG)
    run_logger.addHandler(_handler_of(init_context.run_id or ""))
    return run_logger


def stage_cpu_seconds(run_id: str) -> dict[str, float]:
    """CPU seconds of each stage of a run of this process, by its prefix in `STAGES`."""
    return {prefix: stage.cpu_seconds for prefix, stage in _handler_of(run_id).stages.items()}


def cpu_seconds() -> float:
    """CPU time of this process, all its threads, and of the processes it started that have ended."""
    used = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


@lru_cache(maxsize=4)
def _handler_of(run_id: str) -> ProgressHandler:
    """One handler for each run: Dagster makes a run's logger twice, for the run's own events and for its steps'."""
    return ProgressHandler(Console(file=sys.stderr))
