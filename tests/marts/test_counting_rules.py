"""Each counting rule against the worked examples pinned beside the models (dbt unit tests)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Warehouse
from tests.transform.dbt_runs import run_dbt

pytestmark = pytest.mark.xdist_group("e2e")


def test_every_worked_example_comes_out(built: Warehouse, tmp_path: Path) -> None:
    printed = run_dbt(built.settings, "test", "--select", "test_type:unit", target_path=tmp_path)
    assert "ERROR=0" in printed
    assert "PASS=0 " not in printed, "no unit test was run"
