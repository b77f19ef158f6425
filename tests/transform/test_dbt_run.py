"""dbt inside this process: its results as they come, its faults in its own words, nothing left behind."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from orchestration.transform.dbt import DbtError, load_dbt
from orchestration.transform.dbt_run import dbt_results

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = """
name: tiny
version: "1.0"
profile: tiny
model-paths: [models]
models:
  tiny:
    +materialized: table
"""
PROFILE = """
tiny:
  target: here
  outputs:
    here: {{type: duckdb, path: '{folder}/tiny.duckdb', threads: 2}}
"""
TESTS = """
models:
  - name: first
    columns: [{name: x, data_tests: [unique]}]
  - name: wrong
    columns: [{name: x, data_tests: [not_null]}]
"""
MODELS = {
    "first": "select 1 as x",
    "second": "select x + 1 as x from {{ ref('first') }}",
    "wrong": "select cast(null as integer) as x from {{ ref('first') }}",
    "broken": "select no_such_column from {{ ref('first') }}",
    "endless": "select count(*) as x from range(100000000) as a, range(100000000) as b, {{ ref('first') }}",
}


@pytest.fixture(scope="module")
def options(dbt_folder: Path) -> list[str]:
    """Where dbt finds the tiny project."""
    folder = dbt_folder / "tiny"
    folder.mkdir()
    (folder / "models").mkdir()
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE.format(folder=folder))
    (folder / "models" / "models.yml").write_text(TESTS)
    for name, sql in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    places = {"project-dir": "", "profiles-dir": "", "target-path": "target", "log-path": "logs"}
    return [text for option, place in places.items() for text in (f"--{option}", str(folder / place))]


@pytest.fixture
def project(options: list[str]) -> Manifest:
    parsed = load_dbt()().invoke(["--quiet", "parse", *options]).result
    from dbt.contracts.graph.manifest import Manifest

    assert isinstance(parsed, Manifest)
    return parsed


def build(options: list[str], *models: str) -> list[str]:
    return ["build", *options, "--select", *models]


def ended(results: list[dict[str, Any]]) -> dict[str, str]:
    return {item["data"]["node_info"]["node_name"]: item["data"]["node_info"]["node_status"] for item in results}


def tables(options: list[str]) -> set[str]:
    """What the database holds, opened as another step would."""
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{Path(options[1]) / 'tiny.duckdb'}' as tiny (read_only)")
        return {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}


def test_every_result_comes_and_the_database_is_let_go(options: list[str], project: Manifest) -> None:
    results = list(dbt_results(project, build(options, "first", "second")))
    assert ended(results) == {"first": "success", "second": "success", "unique_first_x": "pass"}
    assert {"first", "second"} <= tables(options)


def test_a_fault_is_told_in_dbts_words_after_all_results(options: list[str], project: Manifest) -> None:
    results = []
    with pytest.raises(DbtError) as caught:
        for result in dbt_results(project, build(options, "first", "second", "broken", "wrong")):
            results.append(result)
    statuses = ended(results)
    assert statuses["second"] == "success"
    assert statuses["broken"] == "error"
    assert statuses["not_null_wrong_x"] == "fail"
    assert 'Referenced column "no_such_column" not found' in str(caught.value)
    assert "not_null_wrong_x" in str(caught.value)
    assert "second" in tables(options)


def test_a_run_left_early_is_stopped_and_leaves_nothing_at_work(options: list[str], project: Manifest) -> None:
    results = dbt_results(project, build(options, "first", "endless"))
    assert ended([next(results)]) == {"first": "success"}
    started = time.monotonic()
    results.close()
    assert time.monotonic() - started < 30
    assert not [thread for thread in threading.enumerate() if thread.name == "dbt"]
    assert "endless" not in tables(options)


def test_options_that_make_no_sense_are_a_fault(options: list[str], project: Manifest) -> None:
    with pytest.raises(DbtError, match="No such option"):
        list(dbt_results(project, [*build(options, "first"), "--no-such-option"]))
