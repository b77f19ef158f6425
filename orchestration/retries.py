"""Faults that pass by themselves, and trying a step again after one.

Belongs here: which errors are transient, how often and how long to wait. Does not belong here: anything about data. A
rule that is broken, a file that cannot be read, a table that does not balance fails at once: asking again changes
nothing and hides it.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
from dagster import RetryRequested

MAX_RETRIES = 3

FIRST_WAIT_SECONDS = 2.0
"""Each further wait is three times the one before: 2, 6 and 18 seconds outlast a backup or a virus scanner's look."""

TRANSIENT_ERRNOS = frozenset(
    {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ETXTBSY, errno.ESTALE, errno.ETIMEDOUT, errno.EMFILE, errno.ENFILE}
)
"""The operating system asks to come back later. A full disk (ENOSPC) is not among them: it stays full until somebody
makes room, and then the run is started again; nor is a failing one (EIO), a missing file or a missing permission."""

_DUCKDB_LOCK = ("could not set lock on file", "conflicting lock is held")
_SQLITE_LOCK = ("database is locked", "database table is locked")


def is_transient(error: BaseException) -> bool:
    """Whether an error, or one it was raised from, is a lock held by another process or a passing shortage.

    DuckDB and dbt have one kind of error for many faults; of theirs only those whose text speaks of a lock count.
    """
    from dagster_dbt.errors import DagsterDbtError  # three seconds of imports that only a fault needs

    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        text = str(current).lower()
        if isinstance(current, OSError) and current.errno in TRANSIENT_ERRNOS:
            return True
        if isinstance(current, duckdb.IOException | DagsterDbtError) and any(words in text for words in _DUCKDB_LOCK):
            return True
        if isinstance(current, sqlite3.OperationalError) and any(words in text for words in _SQLITE_LOCK):
            return True
        current = current.__cause__
    return False


def wait_before(retry: int) -> float:
    """Seconds to wait before a retry, counted from 0."""
    return FIRST_WAIT_SECONDS * 3.0**retry


@contextmanager
def transient_faults_retried(retries_so_far: int, report: Callable[[str], object]) -> Iterator[None]:
    """Asks Dagster to run the step again if the body ends in a transient fault; any other error passes unchanged.

    Args:
        retries_so_far: of this step in this run (`context.retry_number`).
        report: receives a line that says what happened and how long the wait is.

    Raises:
        RetryRequested: the fault was transient. After `MAX_RETRIES` of them Dagster fails the step with it.
    """
    try:
        yield
    except Exception as error:
        if not is_transient(error):
            raise
        wait = wait_before(retries_so_far)
        if retries_so_far < MAX_RETRIES:
            report(f"{error} Trying again in {wait:g} s (retry {retries_so_far + 1} of {MAX_RETRIES}).")
        raise RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=wait) from error
