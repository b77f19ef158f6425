"""One run of dbt in this process, its results handed on as they come.

Belongs here: running a command on the kept project beside the caller's thread, stopping it, its log and its results.
Does not belong here: where the project is kept (`dbt`), what Dagster makes of a result (`assets`).

dbt formats each of some 9,000 messages of a build for its terminal and its file before it asks whether anybody reads
them, and writes the whole manifest out after every command: together a fifth of its time. So its own writing is off;
its log and its `run_results.json` are written here, and the manifest is the kept one (`dbt.write_manifest`).
"""

from __future__ import annotations

import ctypes
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from logging import INFO, Formatter, LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.transform.dbt import DbtError, load_dbt

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

_RESULTS = frozenset({"LogSeedResult", "LogModelResult", "LogTestResult"})

_LOGGED = frozenset({"info", "warn", "error"})
_LOG_BYTES = 10 * 1024 * 1024
_WRITES_NOTHING = ("--log-level", "none", "--log-level-file", "none", "--no-write-json")

_IS_OVER_SECONDS = 1.0
"""What dbt has left to do after its last word."""

_STOP_SECONDS = 60.0
"""How long a stopped run may take to end: its nodes at work are interrupted, none is begun."""


def dbt_results(
    project: Manifest, arguments: Sequence[str], *, log_file: Path | None = None, results_file: Path | None = None
) -> Iterator[dict[str, Any]]:
    """Runs a dbt command; yields what dbt logs of each seed, model and test that has ended, at that moment.

    The caller's thread only waits, so that a signal reaches it at once. If the caller ends early, for that or another
    reason, dbt is stopped first: whoever goes on finds no dbt at work, and the database closed.

    Args:
        project: the parsed project; dbt notes in it what it compiles, so each run needs one of its own.
        arguments: the command and its options.
        log_file: gets what dbt says of the run, ten megabytes of it and as much of what went before.
        results_file: gets dbt's `run_results.json`, also of a run that failed.

    Yields:
        dbt's structured log records (`info`, `data`), as its JSON log has them.

    Raises:
        DbtError: a node failed, or the command did; after the results of all nodes.
    """
    runner = load_dbt()
    from dbt_common.events.functions import msg_to_dict

    said: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    errors: list[str] = []
    outcomes: list[dbtRunnerResult] = []

    def work() -> None:
        try:
            with _log(log_file) as write:

                def hear(message: Any) -> None:
                    if message.info.level in _LOGGED:
                        write(f"{message.info.level:<5} {message.info.msg}")
                    if message.info.level == "error":
                        errors.append(message.info.msg)
                    if message.info.name in _RESULTS:
                        said.put(msg_to_dict(message))

                outcome = runner(project, [hear]).invoke([*arguments, *_WRITES_NOTHING])
            outcomes.append(outcome)
            results: Any = outcome.result  # None, where dbt got as far as no node
            if results_file and hasattr(results, "write"):
                results_file.parent.mkdir(parents=True, exist_ok=True)
                results.write(str(results_file))
        finally:
            said.put(None)

    thread = threading.Thread(target=work, name="dbt")
    thread.start()
    try:
        while (record := said.get()) is not None:
            yield record
    finally:
        _end(thread)
        _let_go()
    if not outcomes or not outcomes[0].success:
        if outcomes and outcomes[0].exception:
            errors.append(str(outcomes[0].exception))
        raise DbtError("\n\n".join([f"'dbt {arguments[0]}' failed.", *dict.fromkeys(errors)]))


@contextmanager
def _log(path: Path | None) -> Iterator[Callable[[str], None]]:
    """Writes lines with their time to a file that is turned over when it is full; to nowhere without one."""
    if path is None:
        yield lambda line: None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(Formatter("%(asctime)s %(message)s"))
    try:
        yield lambda line: handler.emit(LogRecord("dbt", INFO, "", 0, "%s", (line,), None))
    finally:
        handler.close()


def _end(thread: threading.Thread) -> None:
    """Waits for a run that is over; stops one that is not, as dbt knows it: by a keyboard interrupt in its own thread,
    which hears of it when a node ends, and by cancelling what its nodes are executing."""
    from dbt.adapters.factory import FACTORY

    thread.join(_IS_OVER_SECONDS)
    if thread.is_alive() and thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(KeyboardInterrupt))
        adapters: Any = FACTORY.adapters
        for adapter in adapters.values():
            if adapter.is_cancelable():
                adapter.cancel_open_connections()
    thread.join(_STOP_SECONDS)


def _let_go() -> None:
    """Closes the database: dbt keeps a connection for its next command, and nobody else could read the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import FACTORY

    adapters: Any = FACTORY
    connections: Any = DuckDBConnectionManager
    adapters.reset_adapters()
    connections.close_all_connections()
