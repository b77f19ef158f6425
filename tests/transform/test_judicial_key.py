"""The key judicial officers are hashed under does not outlive its build."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pa_parquet
import pytest

from orchestration.transform.judicial_key import throwaway_judicial_key


def test_each_build_has_its_own_key_and_none_is_left_behind(tmp_path: Path) -> None:
    keys = []
    for _ in range(2):
        with throwaway_judicial_key(tmp_path) as path:
            keys += pa_parquet.read_table(path)["key"].to_pylist()
        assert not list(tmp_path.iterdir())
    assert len(set(keys)) == 2
    assert all(len(bytes.fromhex(key)) == 32 for key in keys)


def test_a_failed_build_leaves_no_key(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="dbt failed"), throwaway_judicial_key(tmp_path):
        raise RuntimeError("dbt failed")
    assert not list(tmp_path.iterdir())
