"""Dagster's event log is the same whether its engines and connections are kept for a run or not."""

from pathlib import Path

import sqlalchemy
from dagster import (
    AssetKey,
    DagsterInstance,
    Definitions,
    MaterializeResult,
    asset,
    define_asset_job,
    in_process_executor,
)
from sqlalchemy.pool import NullPool

from orchestration.console.event_log import KeptConnection, cheap_event_log
from orchestration.console.run import prepare_dagster_home
from orchestration.settings import Settings


@asset
def counted() -> MaterializeResult[None]:
    return MaterializeResult(metadata={"rows": 7})


def test_what_a_run_wrote_is_there_for_whoever_reads_it_afterwards(tmp_path: Path) -> None:
    home = tmp_path / "dagster"
    prepare_dagster_home(Settings.from_environment(dagster_home=home))
    job = define_asset_job("job", executor_def=in_process_executor)
    written = {}
    for name in ("kept", "plain"):
        with DagsterInstance.from_config(str(home)) as books:
            definition = Definitions(assets=[counted], jobs=[job]).resolve_job_def("job")
            if name == "kept":
                with cheap_event_log(home):
                    result = definition.execute_in_process(instance=books)
            else:
                result = definition.execute_in_process(instance=books)
        assert result.success
        with DagsterInstance.from_config(str(home)) as books:
            written[name] = [record.dagster_event_type for record in books.all_logs(result.run_id)]
            latest = books.get_latest_materialization_event(AssetKey("counted"))
            assert latest is not None and latest.run_id == result.run_id
    assert written["kept"] == written["plain"]


def test_a_connection_is_kept_for_one_user_at_a_time(tmp_path: Path) -> None:
    def raw(connection: sqlalchemy.Connection) -> object:
        return connection.connection.dbapi_connection

    with cheap_event_log(tmp_path):
        engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'log.db'}", poolclass=NullPool)
        with engine.connect() as first:
            kept = raw(first)
            assert isinstance(kept, KeptConnection)
            first.execute(sqlalchemy.text("create table t (x int)"))
            first.commit()
            with engine.connect() as second:
                assert not isinstance(raw(second), KeptConnection)
            first.execute(sqlalchemy.text("insert into t values (1)"))  # never committed
        with engine.connect() as third:
            assert raw(third) is kept
            assert third.execute(sqlalchemy.text("select count(*) from t")).scalar_one() == 0
            assert third.execute(sqlalchemy.text("pragma synchronous")).scalar_one() == 0


def test_a_database_elsewhere_is_opened_as_ever(tmp_path: Path) -> None:
    with cheap_event_log(tmp_path / "dagster"):
        engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'other.db'}")
        with engine.connect() as connection:
            assert not isinstance(connection.connection.dbapi_connection, KeptConnection)
