"""What dbt makes of the project, compiled once per test process and engine."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Engine
from tests.transform.dbt_runs import compile_inline, compile_project, scratch_settings


class Compilation:
    """The project as dbt compiles it for one engine, in a folder of its own. Neither needs a database nor Spark."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.engine = engine
        self.settings = scratch_settings(folder, engine)
        self.target_path = self.settings.build_dir / "dbt_target"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """dbt's manifest with every model, test and analysis compiled."""
        return compile_project(self.settings, self.target_path)

    def inline(self, sql: str) -> str:
        """The SQL a text with macro calls compiles to."""
        return compile_inline(self.settings, sql, self.target_path)

    def compiled(self, *resource_types: str) -> dict[str, str]:
        """Compiled SQL of the project's own resources of these types, by name."""
        return {
            node["name"]: node["compiled_code"]
            for node in self.manifest["nodes"].values()
            if node["resource_type"] in resource_types and node["package_name"] == "justice"
        }


@pytest.fixture(scope="session")
def spark(dbt_folder: Path) -> Compilation:
    """The project compiled for Spark."""
    return Compilation(dbt_folder / "spark", Engine.SPARK)


@pytest.fixture(scope="session")
def on_duckdb(dbt_folder: Path) -> Compilation:
    """The project compiled for DuckDB."""
    return Compilation(dbt_folder, Engine.DUCKDB)
