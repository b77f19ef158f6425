"""One build at a time: a lock on the data directory, held by the process that runs the pipeline.

The terminal, the schedule and the sensor may all start a run; the build database takes one writer. A run that finds
another one at work waits for it, and says so. The lock is the operating system's (`flock`), so a killed run leaves
nothing behind to clean up. What runs inside a locked block may take the lock again: `warehouse run` holds it over two
Dagster runs, each of which asks for it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from orchestration.reporter import Reporter

_POLL_SECONDS = 0.5

_held: ContextVar[frozenset[Path]] = ContextVar("held_build_locks", default=frozenset())
"""Lock files held by the calling code. Another thread does not inherit it, and waits as another process would."""


class AlreadyRunningError(RuntimeError):
    """Another run held the lock for longer than the caller would wait."""


@contextmanager
def build_lock(data_dir: Path, *, wait_seconds: float, report: Reporter = lambda message: None) -> Iterator[None]:
    """Holds the one lock of a data directory; inside a block that holds it already, does nothing more.

    Args:
        data_dir: the warehouse's data directory.
        wait_seconds: how long to wait for another run to end.
        report: called once if there is a wait.

    Raises:
        AlreadyRunningError: the other run did not end in time.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir.resolve() / ".lock"
    if path in _held.get():
        yield
        return
    with path.open("a+", encoding="ascii") as file:
        deadline = time.monotonic() + wait_seconds
        waiting = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                if time.monotonic() >= deadline:
                    raise AlreadyRunningError(
                        f"Another run (process {holder}) is building {data_dir}. Wait for it to end, or stop it."
                    ) from None
                if not waiting:
                    report(f"waiting for another run (process {holder}) to end ...")
                    waiting = True
                time.sleep(_POLL_SECONDS)
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        _held.set(_held.get() | {path})
        try:
            yield
        finally:
            _held.set(_held.get() - {path})
            fcntl.flock(file, fcntl.LOCK_UN)
