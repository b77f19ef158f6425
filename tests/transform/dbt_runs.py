"""Calls dbt for tests: a build on a small hand-written warehouse, a compilation for either engine.

Belongs here: running dbt and reading what it made. Does not belong here: assertions.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestration.settings import Engine, Settings
from orchestration.transform.dbt import dbt_arguments, dbt_environment, dbt_environment_set, parsed_project
from orchestration.transform.dbt_run import dbt_results

NO_DATABASE = ("--no-introspect", "--no-populate-cache")
"""What lets dbt compile without a connection, so that neither Spark nor Java is needed."""


def run_dbt(settings: Settings, *arguments: str, target_path: Path) -> list[dict[str, Any]]:
    """Runs dbt on DuckDB, as a build does; gives what it says of each seed, model and test, and fails if one failed.

    Leaves `run_results.json` in the target path.
    """
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    with dbt_environment_set(settings):
        command = [*arguments, "--quiet", *dbt_arguments(settings, target_path)]
        results_file = target_path / "run_results.json"
        return list(dbt_results(parsed_project(settings), command, results_file=results_file))


def compile_inline(settings: Settings, sql: str, target_path: Path) -> str:
    """The SQL a text with macro calls compiles to, for the settings' engine."""
    printed = _compile(settings, "--output", "json", "--inline", sql, target_path=target_path)
    compiled: str = json.loads(printed[printed.index("{") :])["compiled"]
    return compiled


def _compile(settings: Settings, *arguments: str, target_path: Path) -> str:
    """What dbt prints of a compilation, in a process of its own: the kept project is of one engine."""
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).with_name("dbt")), "compile", "--quiet", *NO_DATABASE, *arguments]
    command += dbt_arguments(settings, target_path)
    environment = {**dbt_environment(settings), "WAREHOUSE_SPARK_METHOD": "thrift"}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise AssertionError(f"dbt {' '.join(command[1:])} failed:\n{(finished.stdout + finished.stderr)[-6000:]}")
    return finished.stdout


def compile_project(settings: Settings, target_path: Path) -> dict[str, Any]:
    """dbt's manifest after compiling every model and test for the settings' engine."""
    _compile(settings, target_path=target_path)
    manifest: dict[str, Any] = json.loads((target_path / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def scratch_settings(folder: Path, engine: Engine = Engine.DUCKDB) -> Settings:
    """Settings of a warehouse in a folder of its own."""
    return Settings.from_environment(data_dir=folder / "data", landing_dir=folder / "landing", engine=engine)
