"""`warehouse identifiers check`: canonical form, reason and exit code, for people and for programs.

The values are published ones (see `tests/transform/test_identifiers.py`, which has every vector).
"""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from orchestration.cli import app

pytestmark = pytest.mark.xdist_group("dbt")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["identifiers", "check", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_each_value_is_read_as_the_kind_it_is_valid_as() -> None:
    code, said = run("81/34U", "65656/91H", "97/0000/00/123456K", "97/1626/8395Q")
    assert code == 0
    assert [line.split() for line in said.splitlines()] == [
        ["value", "kind", "canonical", "reason"],
        ["81/34U", "pnc", "1981/0000034U", "valid"],
        ["65656/91H", "cro", "065656/91H", "valid"],
        ["97/0000/00/123456K", "asn", "9700000000000123456K", "valid"],
        ["97/1626/8395Q", "ccr", "97/1626/008395Q", "valid"],
    ]


def test_one_value_that_is_not_valid_fails_the_check_and_a_program_is_told_why() -> None:
    code, said = run("81/34U", "2004/0712343H", "1923/1234567AA", "", "--kind", "pnc", "--format", "json")
    assert code == 1
    assert json.loads(said) == [
        {"value": "81/34U", "kind": "pnc", "canonical": "1981/0000034U", "reason": "valid"},
        {"value": "2004/0712343H", "kind": "pnc", "canonical": None, "reason": "bad_check_letter"},
        {"value": "1923/1234567AA", "kind": "pnc", "canonical": None, "reason": "bad_format"},
        {"value": "", "kind": "pnc", "canonical": None, "reason": "missing"},
    ]


def test_a_value_of_no_kind_is_said_once_and_a_long_one_or_one_with_escapes_keeps_to_the_screen() -> None:
    code, said = run("TOTALLYINVALID", "000000/00Z", "2202XC0200000000021D", "\x1b[31m" + "9" * 200)
    assert code == 1
    rows = [line.split() for line in said.splitlines()[1:]]
    assert rows[0] == ["TOTALLYINVALID", "-", "-", "bad_format"]
    assert ["000000/00Z", "cro", "-", "placeholder"] in rows
    assert ["2202XC0200000000021D", "asn", "-", "bad_check_letter"] in rows
    assert rows[-1][1:] == ["-", "-", "bad_format"]
    assert max(map(len, said.splitlines())) <= 80 and "\x1b" not in said


def test_the_date_of_the_extract_decides_the_century() -> None:
    """Year 27 and serial 1: 270000001 modulo 23 is 11, which is the letter L (1 = A, without I)."""
    for day, canonical in (("2026-12-31", "1927/0000001L"), ("2027-01-31", "2027/0000001L")):
        code, said = run("27/1L", "--kind", "pnc", "--extracted-on", day, "--format", "json")
        assert (code, json.loads(said)[0]["canonical"]) == (0, canonical)


@pytest.mark.parametrize(("option", "value"), [("--kind", "noms"), ("--format", "xml")])
def test_what_cannot_be_chosen_is_refused(option: str, value: str) -> None:
    result = CliRunner().invoke(app, ["identifiers", "check", "81/34U", option, value])
    assert result.exit_code == 2
    assert "choose one of" in " ".join(result.output.split())
