"""Files of another system are read as the feed by its mapping, and every row says where it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.contracts import FeedContract, load_feed_contracts
from orchestration.contracts.mappings import mapped_contract
from orchestration.contracts.source_mapping import Level, Lookup, MappedValue, SourceMapping
from orchestration.ingest import ingest_feed, load_receipts, look_outside_feeds, raw_path
from orchestration.ingest.mapped_reader import rows_of
from orchestration.quality import gate_feed
from orchestration.quality.gate_files import read_gate_tables
from orchestration.settings import Settings

CONTRACTS = load_feed_contracts(Settings.from_environment().contracts_dir)
SPELLS, PRISONERS = CONTRACTS["prison/custody_spells"], CONTRACTS["prison/prisoners"]
STAYS = """\
person_id,in_custody,out_custody
7,2026-03-01 09:30:00,2026-03-04 17:05:00
7,2026-06-30T23:59:00,9999-12-31 00:00:00
A-12,2026-07-01 00:10,
A-12,1 July 2026,2026-07-02
"""


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings.from_environment(landing_dir=tmp_path / "landing", data_dir=tmp_path / "data")


def land(here: Settings, name: str, text: str) -> None:
    path = here.landing_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def raw_rows(contract: FeedContract, here: Settings) -> list[dict[str, Any]]:
    (receipt,) = load_receipts(contract, here)
    rows: list[dict[str, Any]] = pq.read_table(raw_path(contract, here, receipt.delivery_id)).to_pylist()
    return rows


def test_jail_stays_are_spells_without_times_and_without_sentinels(here: Settings) -> None:
    land(here, "prison/jail_stays/jail_stays_20260731.csv", STAYS)
    assert ingest_feed(SPELLS, here).problems == ()
    columns = ("noms_number", "status_from", "status_to", "exit_reason", "_source_record")
    assert [tuple(row[name] for name in columns) for row in raw_rows(SPELLS, here)] == [
        ("JAIL:7", "01-MAR-2026", "04-MAR-2026", "RELEASED", "1"),
        ("JAIL:7", "30-JUN-2026", None, None, "2"),
        ("JAIL:A-12", "01-JUL-2026", None, None, "3"),
        ("JAIL:A-12", "1 July 2026", "02-JUL-2026", "RELEASED", "4"),
    ]
    bookings = {row["booking_number"] for row in raw_rows(SPELLS, here)}
    assert "JAIL:7/2026-03-01 09:30:00" in bookings and len(bookings) == 4


def test_the_gate_asks_for_what_the_source_holds_and_for_nothing_else(here: Settings) -> None:
    """A date that does not read costs its row; that no prison, case or name is given costs nothing."""
    land(here, "prison/jail_stays/jail_stays_20260731.csv", STAYS)
    for contract in (SPELLS, PRISONERS):
        ingest_feed(contract, here)
    spells, people = gate_feed(SPELLS, here), gate_feed(PRISONERS, here)
    assert (spells.rows_received, spells.rows_quarantined, spells.rejected) == (4, 1, ())
    assert (people.rows_received, people.rows_quarantined, people.warnings) == (2, 0, 0)
    (delivery,) = read_gate_tables(SPELLS, here).deliveries.to_pylist()
    assert delivery["mapping"] == "jail_stays 1.0.0"
    results = {row["rule_code"]: row for row in read_gate_tables(PRISONERS, here).rule_results.to_pylist()}
    assert results["PRI-PRS-REQUIRED-surname"]["checked"] == 0


def test_the_feeds_own_layout_keeps_its_promises_beside_a_mapped_one(here: Settings) -> None:
    land(here, "prison/jail_stays/jail_stays_20260731.csv", STAYS)
    header = "|".join(PRISONERS.column_names)
    land(here, "prison/prisoners/prisoners_20260831.csv", f"{header}\nA1234AA|||||||||\n")
    assert ingest_feed(PRISONERS, here).new_files == 2
    assert gate_feed(PRISONERS, here).rows_quarantined == 1
    by_file = {receipt.file_path: receipt.mapping for receipt in load_receipts(PRISONERS, here)}
    assert by_file == {
        "prison/jail_stays/jail_stays_20260731.csv": "jail_stays 1.0.0",
        "prison/prisoners/prisoners_20260831.csv": None,
    }
    assert look_outside_feeds(CONTRACTS.values(), here.landing_dir) == ()


def test_one_file_is_a_delivery_of_each_feed_it_is_mapped_to(here: Settings) -> None:
    land(here, "prison/jail_stays/jail_stays_20260731.csv", STAYS)
    for contract in (SPELLS, PRISONERS):
        ingest_feed(contract, here)
    (spells,), (people,) = load_receipts(SPELLS, here), load_receipts(PRISONERS, here)
    assert spells.sha256 == people.sha256 and spells.delivery_id != people.delivery_id


@pytest.mark.parametrize(
    ("name", "text", "kind", "words"),
    [
        ("jail_stays_20260731.csv", "person_id,in_custody\n7,2026-03-01\n", "MISSING_COLUMN", "lacks out_custody"),
        ("jail_stays_20260731.jsonl", '{"person_id": "7"}\n', "UNREADABLE", "comes as .csv, the file is .jsonl"),
        ("stays July.csv", STAYS, "FILE_NAME", "expected jail_stays_<YYYYMMDD>"),
    ],
)
def test_a_file_of_another_layout_is_refused(here: Settings, name: str, text: str, kind: str, words: str) -> None:
    land(here, f"prison/jail_stays/{name}", text)
    (problem,) = ingest_feed(SPELLS, here).problems
    assert problem.problem.rule_code == f"PRI-SPE-FILE-{kind}"
    assert words in problem.problem.message


def mapping(columns: dict[str, MappedValue], *levels: Level, once: bool = False) -> SourceMapping:
    return SourceMapping(
        name="x", version="1", title="", description="", kind="jsonl", encoding="utf-8", delimiter=None,
        file_name_pattern="x_<YYYYMMDD>", levels=levels, columns=columns, columns_not_held=(), rules_not_held=(),
        reason_not_held="", once=once,
    )  # fmt: skip


def one(value: MappedValue, record: dict[str, Any], column: str = "surname") -> str | None:
    """The value of one column in the one row of a record."""
    (row,) = rows_of(PRISONERS, mapping({column: value}), record, 1)
    return row[column]


def test_values_are_found_cut_joined_and_mapped() -> None:
    name = {"full": "Okonkwo, Anna Maria", "code": "f", "given": ["Anna", "Maria"], "flag": True, "n": 0}
    record = {"name": name, "people": [{"id": 1, "role": "x"}, {"id": 2, "role": "y"}], "wanted": 2}
    assert one(MappedValue(sources=("name.full",), split_by=",", part=1), record) == "Okonkwo"
    assert one(MappedValue(sources=("name.full",), taken=r", (\w+)"), record) == "Anna"
    assert one(MappedValue(sources=("name.full",), split_by=" ", part=-1), record) == "Maria"
    assert one(MappedValue(sources=("name.full",), split_by="|", part=2), record) is None
    assert one(MappedValue(sources=("name.given.2",)), record) == "Maria"
    assert one(MappedValue(sources=("none", "name.code")), record) == "f"
    assert one(MappedValue(sources=("name.code", "none", "wanted"), joined_by="-"), record) == "f-2"
    assert one(MappedValue(sources=("name.code",), codes=(("f", "F"),)), record) == "F"
    assert one(MappedValue(sources=("name.full",), codes=(("f", "F"),)), record) == "Okonkwo, Anna Maria"
    assert one(MappedValue(sources=("name.full",), codes=(("f", "F"),), otherwise=""), record) is None
    assert one(MappedValue(sources=("name.flag",), codes=(("true", "Y"),)), record) == "Y"
    assert one(MappedValue(sources=("name.n",), given="G", blank="B"), record) == "G"
    assert one(MappedValue(sources=("name.none",), given="G", blank="B"), record) == "B"
    looked_up = MappedValue(lookup=Lookup("people", "id", "wanted", "role"))
    assert one(looked_up, record) == "y" and one(looked_up, record | {"wanted": 3}) is None
    crown = MappedValue(sources=("name.code",), only_if=("court", ("CROWN",)))
    assert one(crown, record | {"court": "CROWN"}) == "f" and one(crown, record) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-30T23:30:00Z", "01-JUL-2026"),  # half past midnight in London
        ("2026-12-30T23:30:00Z", "30-DEC-2026"),
        ("2026-06-30T23:30:00+01:00", "30-JUN-2026"),
        ("30 June", "30 June"),
    ],
)
def test_a_day_is_the_day_in_london(text: str, expected: str) -> None:
    value = MappedValue(sources=("at",), dates=("YYYY-MM-DDTHH:MM:SSZ", "YYYY-MM-DDTHH:MM:SS+HH:MM"))
    assert one(value, {"at": text}, "birth_date") == expected


def test_lists_are_unrolled_and_each_row_says_where_it_stood() -> None:
    record = {"cases": [{"id": "c1", "people": [{"id": "p1"}, {"id": "p2"}]}, {"id": "c2", "people": []}, {"id": "c3"}]}
    columns = {"noms_number": MappedValue(sources=("person.id",)), "surname": MappedValue(sources=("case.id",))}
    unrolled = mapping(columns, Level("cases", "case"), Level("case.people", "person"))
    found = [tuple(row.values()) for row in rows_of(PRISONERS, unrolled, record, 5)]
    assert found == [("p1", "c1", "5", "case[1]/person[1]"), ("p2", "c1", "5", "case[1]/person[2]")]


def test_what_a_source_does_not_hold_is_no_longer_promised_and_all_else_is() -> None:
    (profile,) = PRISONERS.mappings
    judged = mapped_contract(PRISONERS, profile)
    gone = {rule.code for rule in PRISONERS.all_rules} - {rule.code for rule in judged.all_rules}
    assert gone == {
        "PRI-PRS-REQUIRED-surname", "PRI-PRS-REQUIRED-given_name_1", "PRI-PRS-REQUIRED-birth_date",
        "PRI-PRS-REQUIRED-sex_code", "PRI-PRS-PATTERN-noms_number",
    }  # fmt: skip
    assert [column.name for column in judged.columns if column.required] == ["noms_number"]
