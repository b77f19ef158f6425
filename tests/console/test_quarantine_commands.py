"""The quarantine at the terminal: what is shown, what is neutralised, what is refused, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from orchestration.console.query import spreadsheet_safe
from orchestration.console.records import harmless
from orchestration.contracts import load_feed_contracts
from orchestration.ingest import ingest_feed
from orchestration.quality import gate_feed
from orchestration.run_lock import build_lock
from tests.support import Warehouse

pytestmark = pytest.mark.slow

FEED = "prison/custody_spells"
FILE = "custody_spells_20240131.csv"
ENTRY = "PRI-SPE-CLOSED_CODES-entry_reason"
BACKWARDS = "PRI-SPE-001"
HEADER = (
    "booking_number|spell_sequence|noms_number|legal_status|status_from|status_to|establishment_code|entry_reason|"
    "exit_reason|court_ou_code|ptiurn\n"
)
ROWS = (
    "A1|1|A0001AA|UNTRIED|01-JAN-2024|05-JAN-2024|LEI|REMAND|BAIL||\n",
    "A2|1|A0002AA|UNTRIED|01-JAN-2024|05-JAN-2024|LEI|=cmd!A1|BAIL|@sum(1)|-1\n",
    "A3|1|A0003AA|UNTRIED|05-JAN-2024|01-JAN-2024|LEI|\x1b[31mRED|BAIL||+1\n",
    "A4|1|A0004AA|UNTRIED|01-JAN-2024|05-JAN-2024|LEI|REMAND|BAIL||\n",
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One delivery landed and judged; for looking only."""
    folder = tmp_path_factory.mktemp("judged")
    judged = Warehouse.at(folder, folder / "landing", folder / "keys")
    target = judged.settings.landing_dir / FEED / FILE
    target.parent.mkdir(parents=True)
    target.write_text(HEADER + "".join(ROWS), encoding="utf-8")
    gate(judged)
    return judged


@pytest.fixture
def warehouse(judged: Warehouse, tmp_path: Path) -> Warehouse:
    """The same, to change."""
    shutil.copytree(judged.settings.landing_dir, tmp_path / "landing")
    shutil.copytree(judged.settings.data_dir, tmp_path / "data")
    return Warehouse.at(tmp_path, tmp_path / "landing", tmp_path / "keys")


def gate(warehouse: Warehouse) -> None:
    contract = load_feed_contracts(warehouse.settings.contracts_dir)[FEED]
    ingest_feed(contract, warehouse.settings)
    gate_feed(contract, warehouse.settings)


def test_an_operator_looks_releases_and_sees_the_release(warehouse: Warehouse) -> None:
    listed = warehouse.command("quarantine", "list", "--format", "json")
    found = {(item["rule_code"], item["rows"], item["released_for_next_run"]) for item in json.loads(listed.stdout)}
    assert found == {(ENTRY, 2, 0), (BACKWARDS, 1, 0)}
    assert "show DELIVERY" in listed.stderr
    identity = json.loads(listed.stdout)[0]["delivery_id"]

    shown = warehouse.command("quarantine", "show", identity[:10], "--row", "2")
    assert "Personal data" in shown.stderr and "Personal data" not in shown.stdout
    assert f"{ENTRY}  entry_reason" in shown.stdout and "> entry_reason" in shown.stdout
    assert "=cmd!A1" in shown.stdout and "row 3" not in shown.stdout

    released = warehouse.command(
        "quarantine", "release", FILE, "--row", "3", "--row", "2", "--rule", ENTRY, "--reason", "asked", "--by", "Ms Op"
    )
    assert released.stdout.splitlines() == [
        f"released: {FEED} {FILE} row 2 from {ENTRY}",
        f"released: {FEED} {FILE} row 3 from {ENTRY}",
    ]
    assert f"row 3 stays out: it also breaks {BACKWARDS}" in released.stderr and "warehouse run" in released.stderr
    gate(warehouse)
    after = json.loads(warehouse.command("quarantine", "list", "--format", "json").stdout)
    assert [(item["rule_code"], item["rows"]) for item in after] == [(BACKWARDS, 1)]
    table = warehouse.command("quarantine", "releases", "--feed", FEED).stdout
    assert table.count("Ms Op") == 2 and "(2 rows)" in table
    assert (
        json.loads(warehouse.command("quarantine", "releases", "--feed", "cps/defendants", "--format", "json").stdout)
        == []
    )
    judged = warehouse.command("regate", "--feed", FEED, "--format", "json")
    assert json.loads(judged.stdout) == [] and "1 delivery of 1 feed judged, 0 changed" in judged.stderr


def test_no_cell_of_a_csv_is_a_formula_and_json_is_exact(judged: Warehouse) -> None:
    text = judged.command("quarantine", "show", FILE, "--format", "csv").stdout
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["row_number"], line["rule_code"]) for line in lines] == [("2", ENTRY), ("3", BACKWARDS), ("3", ENTRY)]
    assert (lines[0]["entry_reason"], lines[0]["court_ou_code"], lines[0]["ptiurn"]) == ("'=cmd!A1", "'@sum(1)", "'-1")
    assert lines[1]["ptiurn"] == "'+1"
    cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    exact = json.loads(judged.command("quarantine", "show", FILE, "--format", "json").stdout)
    assert [row["values"]["entry_reason"] for row in exact] == ["=cmd!A1", "\x1b[31mRED"]
    assert "\x1b" not in judged.command("quarantine", "show", FILE).stdout


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_neutralised(start: str) -> None:
    assert spreadsheet_safe(f"{start}1") == f"'{start}1"


def test_plain_values_stay_as_they_are() -> None:
    for value in ("", "Smith", "O'Brien", "1-2", "'=1", "é=1"):
        assert spreadsheet_safe(value) == value
    assert harmless("Zoë 1\u20442") == "Zoë 1\u20442"
    assert harmless("a\x1b[2J\n\u202eb") == "a\\x1b[2J\\n\\u202eb"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("quarantine", "list", "--feed", "police/nothing"), 2, "prison/custody_spells"),
        (("quarantine", "list", "--rule", "PRI-SPE-01"), 2, "did you mean PRI-SPE-"),
        (("quarantine", "list", "--format", "parquet"), 2, "table, csv, json"),
        (("quarantine", "show", "ffff0000"), 1, "warehouse quarantine list"),
        (("quarantine", "show", FILE, "--row", "1"), 1, "Row 1 of"),
        (("quarantine", "show", FILE, "--row", "0"), 2, "x>=1"),
        (("quarantine", "release", FILE, "--row", "2", "--rule", ENTRY), 2, "--reason"),
        (("quarantine", "release", FILE, "--row", "2", "--rule", ENTRY, "--reason", " "), 2, "say why"),
        (("quarantine", "release", FILE, "--rule", ENTRY, "--reason", "x"), 2, "--row"),
        (("quarantine", "release", FILE, "--row", "2", "--rule", BACKWARDS, "--reason", "x"), 1, f"it broke {ENTRY}"),
        (("regate", "--feed", "police"), 2, "no feed 'police'"),
    ],
)
def test_errors_say_what_to_do(judged: Warehouse, arguments: tuple[str, ...], code: int, says: str) -> None:
    finished = judged.command(*arguments, check=False)
    assert finished.returncode == code, finished.stderr
    assert says in finished.stderr
    assert finished.stdout == ""
    assert "Traceback" not in finished.stderr


def test_nothing_is_changed_while_a_build_is_at_work(warehouse: Warehouse) -> None:
    with build_lock(warehouse.settings.data_dir, wait_seconds=0):
        for arguments in (
            ("quarantine", "release", FILE, "--row", "2", "--rule", ENTRY, "--reason", "x"),
            ("regate", "--feed", FEED),
        ):
            finished = warehouse.command(*arguments, check=False)
            assert finished.returncode == 1
            assert "Another run" in finished.stderr
        assert warehouse.command("quarantine", "list").stdout
    assert not (warehouse.settings.gate_dir / "releases").exists()


def test_before_anything_was_judged_the_lists_are_empty_but_whole(tmp_path: Path) -> None:
    fresh = Warehouse.at(tmp_path, tmp_path / "landing", tmp_path / "keys")
    listed = fresh.command("quarantine", "list", "--format", "csv")
    assert listed.stdout.startswith('"feed","delivery_id"') and listed.stdout.count("\n") == 1
    assert "No row is held back" in listed.stderr
    assert "Nothing has been released" in fresh.command("quarantine", "releases").stderr


@pytest.mark.parametrize("arguments", [("quarantine", "show"), ("quarantine", "release"), ("regate",), ("quarantine",)])
def test_help_teaches(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    text = Warehouse.at(tmp_path, tmp_path, tmp_path).command(*arguments, "--help").stdout
    assert "warehouse " in text
    if arguments[-1] == "show":
        assert "PERSONAL DATA" in text
