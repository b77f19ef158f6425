"""Loading the Dagster definitions touches nothing outside the project, and the asset graph is the agreed one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import (
    AssetsDefinition,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    RunRequest,
    RunStatusSensorDefinition,
    build_run_status_sensor_context,
)
from dagster._core.execution.api import create_execution_plan
from dagster._core.test_utils import create_run_for_test

from orchestration.contracts import load_feed_contracts
from orchestration.settings import PROJECT_ROOT
from tests.recorded import Recorded

LOAD_WATCHED = """
import json, os, sys
opened, contacted = set(), []
WATCHED = {
    "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "sqlite3.connect", "os.listdir", "os.scandir",
}

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.add(os.path.realpath(os.fsdecode(arguments[0])))
    elif event in WATCHED:
        contacted.append((event, str(arguments[0])))

import duckdb
def refuse(*arguments, **named):
    contacted.append(("duckdb.connect", str(arguments)))
    raise RuntimeError("loading definitions opened a database")
# Libraries are imported first: what they read of their own is not ours to judge.
import dagster, dagster_dbt, great_expectations, splink, pandas, pyarrow.parquet, rich.console
import splink.internals
duckdb.connect = refuse
sys.addaudithook(watch)
import orchestration.definitions
print(json.dumps({"opened": sorted(opened), "contacted": contacted}))
"""


@pytest.fixture(scope="module")
def loading(manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(elsewhere),
        "WAREHOUSE_LANDING_DIR": str(elsewhere / "landing"),
        "WAREHOUSE_DATA_DIR": str(elsewhere / "data"),
    }
    finished = subprocess.run(
        [sys.executable, "-c", LOAD_WATCHED], capture_output=True, text=True, check=False, env=environment
    )
    assert finished.returncode == 0, finished.stderr
    found: dict[str, list[str]] = json.loads(finished.stdout.splitlines()[-1])
    assert not list(elsewhere.iterdir()), "loading wrote files"
    return found


def test_loading_opens_no_file_outside_the_project_and_python(loading: dict[str, list[str]]) -> None:
    allowed = [PROJECT_ROOT, Path(sys.prefix), Path(sys.base_prefix), Path("/proc"), Path("/dev"), Path("/etc")]
    allowed.append(Path("/usr/share/zoneinfo"))  # the system's time zones: the schedule runs on London time
    roots = tuple(os.path.realpath(path) + os.sep for path in allowed)
    strangers = [path for path in loading["opened"] if not path.startswith(roots)]
    assert strangers == []


def test_loading_opens_no_landing_or_data_file(loading: dict[str, list[str]]) -> None:
    data = tuple(str(PROJECT_ROOT / folder) + os.sep for folder in ("landing", "data"))
    assert [path for path in loading["opened"] if path.startswith(data)] == []


def test_loading_contacts_no_network_database_or_process(loading: dict[str, list[str]]) -> None:
    listing = {"os.listdir", "os.scandir"}
    contacts = [item for item in loading["contacted"] if item[0] not in listing]
    assert contacts == []
    ours = tuple(os.path.realpath(path) for path in (PROJECT_ROOT, sys.prefix, sys.base_prefix))
    listed = [os.path.realpath(item[1]) for item in loading["contacted"] if item[0] in listing]
    assert [path for path in listed if not path.startswith(ours)] == []


def asset_graph() -> dict[str, list[str]]:
    from orchestration.definitions import defs

    graph = defs.resolve_asset_graph()
    return {
        key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
        for key in sorted(graph.get_all_asset_keys())
    }


def test_the_asset_graph_is_the_recorded_one(manifest: Path, recorded: Recorded) -> None:
    recorded(Path(__file__).with_name("asset_graph.json"), dict(asset_graph()))


def test_a_landing_file_leads_to_every_mart(manifest: Path) -> None:
    graph = asset_graph()

    def ancestors(key: str) -> set[str]:
        found: set[str] = set()
        waiting = [key]
        while waiting:
            for parent in graph[waiting.pop()]:
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found

    marts = [key for key in graph if key.startswith("marts/")]
    assert marts
    for mart in marts:
        assert any(parent.startswith("landing/") for parent in ancestors(mart)), mart
    assert set(marts) <= ancestors("published/analyst_database")


def test_every_feed_has_its_landing_raw_and_gate(manifest: Path) -> None:
    graph = asset_graph()
    feeds = {key.removeprefix("landing/") for key in graph if key.startswith("landing/")}
    assert feeds == set(load_feed_contracts(PROJECT_ROOT / "data_contracts"))
    for feed in feeds:
        assert graph[f"raw/{feed}"] == [f"landing/{feed}"]
        assert graph[f"gate/{feed}"] == [f"raw/{feed}"]


def test_receiving_is_what_the_schedule_and_the_sensor_start_and_building_follows(manifest: Path) -> None:
    from orchestration.definitions import defs

    schedule = defs.resolve_schedule_def("nightly")
    assert (schedule.job_name, schedule.cron_schedule, schedule.execution_timezone) == (
        "receive_deliveries", "0 2 * * *", "Europe/London",
    )  # fmt: skip
    assert defs.resolve_sensor_def("new_deliveries").job_name == "receive_deliveries"
    for name in ("build_after_receiving", "build_after_refusals"):
        assert [target.job_name for target in defs.resolve_sensor_def(name).targets] == ["build_warehouse"]


def steps_of(job: str) -> set[str]:
    from orchestration.definitions import defs

    return {node.name for node in defs.resolve_job_def(job).nodes}


def test_the_two_jobs_share_no_step_and_leave_none_out(manifest: Path) -> None:
    from orchestration.definitions import defs

    received, built = steps_of("receive_deliveries"), steps_of("build_warehouse")
    assert {step.split("__")[0] for step in received} == {"raw", "gate"}
    assert built == {
        "gate__ledger", "dbt_staging", "linkage__person_links", "dbt_marts", "published__analyst_database",
    }  # fmt: skip
    assert not received & built
    every = {item.node_def.name for item in defs.assets or () if isinstance(item, AssetsDefinition)}
    assert received | built == every


def test_a_build_balances_the_ledger_before_anything_else(manifest: Path) -> None:
    from orchestration.definitions import defs

    plan = create_execution_plan(defs.resolve_job_def("build_warehouse"))
    first, second, *_ = plan.get_steps_to_execute_by_level()
    assert [step.key for step in first] == ["gate__ledger"]
    assert [step.key for step in second] == ["dbt_staging"]


def test_every_gate_has_a_check_that_blocks(manifest: Path) -> None:
    from orchestration.definitions import defs

    graph = defs.resolve_asset_graph()
    gates = {key for key in graph.get_all_asset_keys() if key.path[0] == "gate" and key.path[-1] != "ledger"}
    checks = {check: graph.get_check_spec(check) for check in graph.asset_check_keys if check.asset_key in gates}
    assert {check.asset_key for check in checks} == gates
    assert all(spec.blocking and spec.name == "deliveries_accepted" for spec in checks.values())


@pytest.mark.parametrize(
    ("name", "status", "event"),
    [
        ("build_after_receiving", DagsterRunStatus.SUCCESS, DagsterEventType.RUN_SUCCESS),
        ("build_after_refusals", DagsterRunStatus.FAILURE, DagsterEventType.RUN_FAILURE),
    ],
)
def test_the_end_of_receiving_asks_for_one_build_whether_it_succeeded_or_failed(
    manifest: Path, name: str, status: DagsterRunStatus, event: DagsterEventType
) -> None:
    from orchestration.definitions import defs

    sensor = defs.resolve_sensor_def(name)
    with DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, job_name="receive_deliveries", status=status)
        context = build_run_status_sensor_context(
            sensor_name=name,
            dagster_event=DagsterEvent(event.value, "receive_deliveries"),
            dagster_instance=instance,
            dagster_run=run,
        )
        first, second = sensor(context), sensor(context)
    assert isinstance(first, RunRequest) and isinstance(second, RunRequest)
    assert first.run_key == second.run_key == f"after-{run.run_id}"


def test_a_cancelled_run_is_followed_by_nothing(manifest: Path) -> None:
    from orchestration.definitions import defs

    watched = {sensor._run_status for sensor in defs.sensors or () if isinstance(sensor, RunStatusSensorDefinition)}
    assert watched == {DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE}


def test_every_step_is_in_the_one_pool_of_writers(manifest: Path) -> None:
    from orchestration.definitions import defs

    for job in ("receive_deliveries", "build_warehouse"):
        for node in defs.resolve_job_def(job).nodes:
            assert node.definition.pool == "warehouse_writer", node.name
