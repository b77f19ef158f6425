"""Settings: the environment decides, an option wins over it, a mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT, Engine, Settings


def test_an_option_wins_over_the_environment_and_the_environment_over_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("WAREHOUSE_LANDING_DIR", raising=False)
    assert Settings.from_environment().landing_dir == PROJECT_ROOT / "landing"
    monkeypatch.setenv("WAREHOUSE_LANDING_DIR", str(tmp_path / "a"))
    assert Settings.from_environment().landing_dir == tmp_path / "a"
    assert Settings.from_environment(landing_dir=tmp_path / "b").landing_dir == tmp_path / "b"
    assert Settings.from_environment(landing_dir=None).landing_dir == tmp_path / "a"


def test_the_environment_round_trips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings.from_environment(data_dir=tmp_path, keys_dir=tmp_path / "k", dagster_home=tmp_path / "d")
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.from_environment() == settings


def test_an_unknown_engine_or_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_ENGINE", "oracle")
    with pytest.raises(ValueError, match=r"oracle.*duckdb, spark"):
        Settings.from_environment()
    monkeypatch.setenv("WAREHOUSE_ENGINE", Engine.DUCKDB)
    monkeypatch.setenv("WAREHOUSE_PAGES", "later")
    with pytest.raises(ValueError, match=r"later.*on, off"):
        Settings.from_environment()
    monkeypatch.setenv("WAREHOUSE_PAGES", "off")
    assert not Settings.from_environment().pages
    assert Settings.from_environment(pages=True).as_environment()["WAREHOUSE_PAGES"] == "on"
    monkeypatch.setenv("WAREHOUSE_MEMORY_LIMIT", "much")
    with pytest.raises(ValueError, match=r"WAREHOUSE_MEMORY_LIMIT is 'much'.*60%.*4GB"):
        Settings.from_environment()
    monkeypatch.setenv("WAREHOUSE_MEMORY_LIMIT", "2GB")
    assert Settings.from_environment().memory_limit == "2GB"
    assert Settings.from_environment(memory_limit="50%").as_environment()["WAREHOUSE_MEMORY_LIMIT"] == "50%"
    with pytest.raises(TypeError, match="landig_dir"):
        Settings.from_environment(landig_dir="x")


def test_keys_never_live_in_the_data_directory() -> None:
    settings = Settings.from_environment()
    assert settings.data_dir not in settings.keys_dir.parents
