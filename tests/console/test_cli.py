"""The command as a newcomer meets it: help that teaches, errors that say what to do, exit codes."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from orchestration import cli
from orchestration.contracts import load_feed_contracts
from tests.support import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse.at(tmp_path, tmp_path / "landing", tmp_path / "keys")


def test_help_names_every_command_and_where_to_start(warehouse: Warehouse) -> None:
    text = warehouse.command("--help").stdout
    for name in ("run", "simulate", "status", "sql", "questions", "serve", "bench", "contracts"):
        assert f" {name} " in text
    assert "warehouse simulate" in text


def test_run_without_deliveries_says_where_to_put_them(warehouse: Warehouse) -> None:
    finished = warehouse.command("run", check=False)
    assert finished.returncode == 1
    assert "warehouse simulate" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_sql_before_the_first_run_names_the_command(warehouse: Warehouse) -> None:
    finished = warehouse.command("sql", "select 1", check=False)
    assert finished.returncode == 1
    assert "warehouse run" in finished.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("report", "prison"), 1, "warehouse run"),
        (("report", "prisons"), 2, "probation"),
        (("report", "--feed", "prison/spells"), 2, "prison/custody_spells"),
        (("report", "laa", "--feed", "prison/custody_spells"), 2, "not a feed of"),
    ],
)
def test_a_report_that_cannot_be_opened_says_what_to_do(
    warehouse: Warehouse, arguments: tuple[str, ...], code: int, says: str
) -> None:
    finished = warehouse.command(*arguments, check=False)
    assert finished.returncode == code
    assert says in finished.stderr
    assert "Traceback" not in finished.stderr


def test_every_expected_error_is_one_and_stands_where_it_is_said_to() -> None:
    """They are named and not imported; a name that is no longer one would end in a traceback."""
    for module, names in cli.EXPECTED_ERRORS.items():
        for name in names:
            error = getattr(importlib.import_module(module), name)
            assert issubclass(error, Exception)
            assert (error.__module__, error.__qualname__) == (module, name)


def test_an_error_nobody_expected_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class SurpriseError(LookupError):
        pass

    def surprised() -> None:
        raise SurpriseError("nobody knew")

    monkeypatch.setattr(cli, "app", surprised)
    with pytest.raises(SurpriseError, match="nobody knew"):
        cli.main()


def test_an_unknown_format_lists_the_known_ones(warehouse: Warehouse) -> None:
    finished = warehouse.command("sql", "select 1", "--format", "xlsx", check=False)
    assert finished.returncode == 2
    assert "parquet" in finished.stderr


def test_status_before_anything_arrived_lists_every_feed(warehouse: Warehouse) -> None:
    text = warehouse.command("status").stdout
    feeds = load_feed_contracts(warehouse.settings.contracts_dir)
    assert [line.split()[0] for line in text.splitlines() if "never delivered" in line] == list(feeds)
    assert "nothing is published" in text


def test_simulate_refuses_to_mix_two_worlds(warehouse: Warehouse) -> None:
    stray = warehouse.settings.landing_dir / "police" / "stop_account" / "mine.csv"
    stray.parent.mkdir(parents=True)
    stray.write_text("keep me")
    finished = warehouse.command("simulate", "--defendants", "60", "--months", "1", check=False)
    assert finished.returncode == 1
    assert "--overwrite" in finished.stderr
    assert stray.read_text() == "keep me"


def test_a_built_warehouse_answers_at_the_terminal(built: Warehouse) -> None:
    rows = json.loads(
        built.command("sql", "select sum(searches) as n from marts.stop_search", "--format", "json").stdout
    )
    assert rows[0]["n"] > 0
    assert "published" in built.command("status").stdout
    listed = built.command("questions").stdout
    first = listed.split()[0]
    answered = built.command("questions", first)
    assert "select" in answered.stdout
    assert "never quote" in answered.stderr


def test_output_pipes(built: Warehouse) -> None:
    csv = built.command("sql", "select court_code from marts.court_sentencing limit 3", "--format", "csv").stdout
    assert csv.splitlines()[0] == '"court_code"'
    assert len(csv.splitlines()) == 4
