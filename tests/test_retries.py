"""A lock or a passing shortage is tried again; a fault of data or of a rule never is."""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    DagsterEventType,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    asset,
    define_asset_job,
    in_process_executor,
)

from orchestration import retries
from orchestration.console.run import prepare_dagster_home
from orchestration.quality import ConservationError, GateError, ReferenceListError, RuleFault
from orchestration.resources import WRITER_POOL
from orchestration.retries import MAX_RETRIES, is_transient, transient_faults_retried, wait_before
from orchestration.settings import Settings
from tests.test_run_lock import held_elsewhere

HOLD_DATABASE = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_a_database_another_process_writes_is_a_transient_fault(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with held_elsewhere(HOLD_DATABASE, path), pytest.raises(duckdb.IOException) as caught:
        duckdb.connect(str(path))
    assert is_transient(caught.value)
    wrapped = RuntimeError("the step failed")
    wrapped.__cause__ = caught.value
    assert is_transient(wrapped)


def test_a_locked_event_log_is_a_transient_fault(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "s.db")) as first, closing(sqlite3.connect(tmp_path / "s.db")) as second:
        first.execute("create table t (x)")
        first.execute("begin exclusive")
        second.execute("pragma busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError) as caught:
            second.execute("select * from t")
    assert is_transient(caught.value)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EBUSY, errno.ESTALE, errno.EMFILE])
def test_what_the_system_asks_to_try_later_is_transient(number: int) -> None:
    assert is_transient(OSError(number, "later"))


def missing_file() -> None:
    duckdb.connect().execute("from read_parquet('/nowhere/at/all.parquet')")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EIO, "Input/output error"),
        FileNotFoundError(errno.ENOENT, "gone"),
        PermissionError(errno.EACCES, "no"),
        sqlite3.OperationalError("no such table: t"),
        ConservationError("database is locked is only what a file is named"),
        GateError("a/b", [RuleFault("A-B-001", "could not set lock on file")], ["f.csv"], "a/b.odcs.yaml"),
        ReferenceListError("no list"),
        ValueError("could not set lock on file"),
    ],
)
def test_data_rules_and_lasting_faults_are_not(error: Exception) -> None:
    assert not is_transient(error)


def test_a_file_that_is_not_there_is_not_transient_though_duckdb_calls_it_by_the_same_name() -> None:
    with pytest.raises(duckdb.IOException) as caught:
        missing_file()
    assert not is_transient(caught.value)


def failing(times: int, error: Callable[[], Exception]) -> tuple[AssetsDefinition, list[int]]:
    """An asset of the writers' pool whose body fails so often, and the tries it has made."""
    tries: list[int] = []

    @asset(pool=WRITER_POOL)
    def unlucky(context: AssetExecutionContext) -> None:
        with transient_faults_retried(context.retry_number, context.log.warning):
            tries.append(context.retry_number)
            if len(tries) <= times:
                raise error()

    return unlucky, tries


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DagsterInstance]:
    """Books as `warehouse run` keeps them, one writer at a time; no waiting between tries."""
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.0)
    settings = Settings.from_environment(dagster_home=tmp_path / "dagster")
    prepare_dagster_home(settings)
    with DagsterInstance.from_config(str(settings.dagster_home)) as books:
        yield books


def execute(unlucky: AssetsDefinition, instance: DagsterInstance) -> ExecuteInProcessResult:
    job = define_asset_job("job", executor_def=in_process_executor)
    definitions = Definitions(assets=[unlucky], jobs=[job])
    return definitions.resolve_job_def("job").execute_in_process(instance=instance, raise_on_error=False)


def locked() -> Exception:
    return OSError(errno.EBUSY, "the file is in use")


def test_a_step_that_meets_a_lock_twice_succeeds_the_third_time(instance: DagsterInstance) -> None:
    unlucky, tries = failing(2, locked)
    result = execute(unlucky, instance)
    assert result.success
    assert tries == [0, 1, 2]
    waits = [event for event in result.all_events if event.event_type is DagsterEventType.STEP_UP_FOR_RETRY]
    assert len(waits) == 2


def test_a_lock_that_stays_fails_the_step_with_its_own_words(instance: DagsterInstance) -> None:
    unlucky, tries = failing(99, locked)
    result = execute(unlucky, instance)
    assert not result.success
    assert len(tries) == MAX_RETRIES + 1
    failure = next(event for event in result.all_events if event.event_type is DagsterEventType.STEP_FAILURE)
    assert "the file is in use" in str(failure.step_failure_data.error)


def test_a_fault_of_data_is_tried_once(instance: DagsterInstance) -> None:
    unlucky, tries = failing(1, lambda: ConservationError("a row is missing"))
    assert not execute(unlucky, instance).success
    assert tries == [0]


def test_each_wait_is_longer_than_the_last() -> None:
    assert [wait_before(retry) for retry in range(MAX_RETRIES)] == [2.0, 6.0, 18.0]
