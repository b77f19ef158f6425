"""Each counting rule against the worked examples pinned beside the models (dbt unit tests)."""

from __future__ import annotations

from pathlib import Path

from tests.support import Warehouse
from tests.transform.dbt_runs import run_dbt


def test_every_worked_example_comes_out(built: Warehouse, tmp_path: Path) -> None:
    settings = built.copy(tmp_path / "copy").settings
    examples = run_dbt(settings, "test", "--select", "test_type:unit", target_path=tmp_path)
    assert {example["data"]["status"] for example in examples} == {"pass"}
