"""`warehouse fetch` as a person at a terminal sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from tests.ingest.police_service import Service, playing
from tests.ingest.test_fetching import RECORDS


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the command says to the person."""
    lines: list[str] = []
    monkeypatch.setattr("orchestration.console.fetch_commands.note", lines.append)
    return lines


def test_months_are_told_one_by_one_and_counted(tmp_path: Path, said: list[str]) -> None:
    command = ["fetch", "stop-search", "--force", "kent", "--from", "2024-09", "--to", "2024-10"]
    with playing(Service({("kent", "2024-09"): RECORDS})) as service:
        where = ["--landing", str(tmp_path), "--address", service.address]
        assert CliRunner().invoke(app, [*command, *where]).exit_code == 0
        assert said[:3] == [
            "  kent 2024-09: 4 records, 2024-09-kent-stops.jsonl",
            "  kent 2024-10: the service has no record of it",
            "Fetched 4 records in 1 file; 0 there before, 1 of which the service has nothing, 0 failed.",
        ]
        said.clear()
        service.troubles["kent", "2024-10"] = [(400, {}, b"")]
        assert CliRunner().invoke(app, [*command, *where]).exit_code == 1
    assert said[0] == "  kent 2024-09: there already"
    assert said[-1] == "Run the command again: it asks only for what is missing."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--force", "metropolitain", "--from", "2024-09"], "did you mean metropolitan"),
        (["--force", "kent", "--from", "09-2024"], "write it as YYYY-MM"),
        (["--force", "kent", "--from", "2024-10", "--to", "2024-09"], "is before"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is(arguments: list[str], words: str) -> None:
    outcome = CliRunner().invoke(app, ["fetch", "stop-search", *arguments], env={"COLUMNS": "200"})
    assert outcome.exit_code == 2
    assert words in " ".join(outcome.output.split())
