"""`warehouse contracts try`: one screen, an exit code, and the same for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.settings import Settings
from tests.quality.test_tried_files import AS_WRITTEN, HEADERS, custody_file


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["contracts", "try", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_a_file_that_would_be_let_in_ends_well(tmp_path: Path) -> None:
    code, said = run(str(custody_file(tmp_path)))
    assert code == 0
    assert said.splitlines() == ["police/custody_records: 1 file, 24 rows", "  1 let in"]


def test_one_screen_says_what_would_not_be_let_in_and_what_would_mend_it(tmp_path: Path) -> None:
    written = dict(AS_WRITTEN) | {"surname": lambda n: "Okonkwo"}
    first = custody_file(tmp_path, headers=HEADERS, **written)
    code, said = run(str(first))
    assert code == 1
    lines = said.splitlines()
    short = [line.replace(str(tmp_path), "") for line in lines]
    assert max(map(len, short)) <= 80 and len(lines) <= 48
    assert lines[0] == "police/custody_records: 1 file, 24 rows"
    assert "everything would be let in" in " ".join(said.split())
    assert "feeds/police/custody_records.site.yaml" in said
    assert "headers: [Custody Ref]" in said and "Okonkwo" not in said


def test_a_program_is_told_everything(tmp_path: Path) -> None:
    path = custody_file(tmp_path, name="x.csv", disposal=lambda n: "ZED" if n < 4 else "CAUTION")
    stranger = tmp_path / "street.csv"
    stranger.write_text("Crime ID,Month,Longitude,Latitude,Crime type\n", encoding="utf-8")
    code, said = run(str(path), str(stranger), "--format", "json")
    assert code == 1
    custody, unknown = json.loads(said)
    assert (custody["feed"], custody["let_in"], custody["let_in_with_additions"]) == (
        "police/custody_records", False, False,
    )  # fmt: skip
    assert custody["files"][0]["rows_set_aside"] == 4
    assert custody["set_aside"][0]["values"] == [{"value": "ZED", "rows": 4}]
    assert custody["questions"][0]["value"] == "ZED"
    assert unknown["feed"] is None and unknown["nearest"]["feed"] == "police/stop_search"


def test_a_file_of_another_system_is_tried_by_its_mappings(tmp_path: Path) -> None:
    path = tmp_path / "jail_stays_20260731.csv"
    path.write_text("person_id,in_custody,out_custody\n7,2026-03-01 09:30:00,\n8,1 July 2026,\n", encoding="utf-8")
    code, said = run(str(path))
    assert code == 1
    assert "prison/prisoners: 1 file, 2 rows\n  1 let in\n" in said
    assert "prison/custody_spells: 1 file, 2 rows\n  1 let in less some rows\n" in said
    assert "9 AAAA 9999" in said and ".site.yaml" not in said


def test_mistakes_of_the_caller_are_named(tmp_path: Path) -> None:
    path = str(custody_file(tmp_path))
    assert run(path, "--feed", "police/custody")[0] == 2
    assert run(path, "--format", "xml")[0] == 2
    with pytest.raises(FileNotFoundError, match="nowhere"):
        CliRunner().invoke(app, ["contracts", "try", str(tmp_path / "nowhere.csv")], catch_exceptions=False)


def test_published_searches_would_be_let_in() -> None:
    folder = Settings.from_environment().realdata_dir / "stop_search_other"
    if not folder.is_dir():
        pytest.skip("no real public files: set WAREHOUSE_REALDATA_DIR")
    files = sorted(map(str, folder.glob("*.csv")))
    code, said = run(*files)
    assert code == 0, said
    assert f"police/stop_search: {len(files)} files" in said
