"""Options of `warehouse run` reach the build."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.console import run
from orchestration.linkage.matching.state import STATE_FILE, forget


class Stopped(Exception):
    """Raised in place of a build."""


@pytest.mark.parametrize(("options", "full"), [([], False), (["--full-linkage"], True)])
def test_full_linkage_is_asked_for_only_by_its_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], full: bool
) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "a.csv").touch()
    asked = []

    def build(settings: object, **given: object) -> None:
        asked.append(given)
        raise Stopped

    monkeypatch.setattr(run, "run_build", build)
    result = CliRunner().invoke(app, ["run", "--landing", str(landing), "--data", str(tmp_path / "data"), *options])
    assert isinstance(result.exception, Stopped)
    assert asked == [{"full_linkage": full}]


def test_forgetting_removes_the_state_and_nothing_else(tmp_path: Path) -> None:
    for name in (STATE_FILE, "person_links.parquet"):
        (tmp_path / name).touch()
    forget(tmp_path)
    forget(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["person_links.parquet"]
