"""How much memory DuckDB may take: a share of the machine or a size, and the database is really held to it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.memory import limit_in_bytes, memory_limit, memory_of_machine
from orchestration.settings import PROJECT_ROOT
from orchestration.transform.dbt import dbt_environment
from tests.transform.dbt_runs import scratch_settings


@pytest.mark.parametrize(
    ("stated", "bytes_"),
    [
        ("100%", 8_000_000_000),
        ("60%", 4_800_000_000),
        ("1 %", 80_000_000),
        ("4GB", 4_000_000_000),
        ("4 gib", 4_294_967_296),
        ("1.5GB", 1_500_000_000),
        ("512MiB", 536_870_912),
    ],
)
def test_a_limit_is_a_share_of_what_there_is_or_a_size(stated: str, bytes_: int) -> None:
    assert limit_in_bytes(stated, 8_000_000_000) == bytes_


@pytest.mark.parametrize("stated", ["", "0%", "101%", "-5%", "4", "4 bananas", "GB", "0GB", "1KB", "60 percent", "-1"])
def test_what_is_no_limit_is_refused_with_what_to_write(stated: str) -> None:
    with pytest.raises(ValueError, match=r"WAREHOUSE_MEMORY_LIMIT.*such as 60%, or to a size, such as 4GB"):
        limit_in_bytes(stated, 8_000_000_000)


def test_the_least_limit_holds() -> None:
    assert memory_limit("100%", "64MiB") == "64MiB"
    assert memory_limit("3GiB", "2GiB") == "2048MiB"
    assert memory_of_machine() > 2**28


def test_dbts_database_is_held_to_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its profile is rendered: what dbt sets on the connection is what was stated, and it is less than DuckDB's."""
    monkeypatch.setenv("WAREHOUSE_MEMORY_LIMIT", "256MiB")
    environment = dbt_environment(scratch_settings(tmp_path))
    profile: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "dbt_project" / "profiles.yml").read_text())
    stated = profile["justice"]["outputs"]["duckdb"]["settings"]["memory_limit"]
    from dbt.clients.jinja import get_rendered

    limit = get_rendered(stated, {"env_var": environment.get})
    with closing(duckdb.connect()) as connection:
        connection.execute(f"set memory_limit = '{limit}'")
        assert connection.execute("select current_setting('memory_limit')").fetchall() == [("256.0 MiB",)]
