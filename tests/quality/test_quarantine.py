"""Quarantine: what is held back and its values, releases that hold through everything, verdicts decided anew."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.contracts import FeedContract
from orchestration.ingest import ingest_feed
from orchestration.quality import ConservationError, GateError, gate_feed, ledger_totals
from orchestration.quality import quarantine_releases as releases_module
from orchestration.quality.quarantine import (
    QuarantineError,
    ReleaseOutcome,
    find_delivery,
    held_rows,
    release_rows,
    rows_in_quarantine,
)
from orchestration.quality.quarantine_regate import regate
from orchestration.quality.quarantine_releases import ReleaseLogError, load_releases, releases_path
from orchestration.run_lock import AlreadyRunningError, build_lock
from orchestration.settings import Settings
from tests.ingest.small_feeds import CUSTODY, STOP_SEARCH, deliver, settings_in
from tests.ingest.worlds import leftovers
from tests.quality.gate_feeds import GOOD, HEADER, SPELLS, broken_rule

FEEDS = (CUSTODY, SPELLS)
SEX = "POL-CUS-CLOSED_CODES-sex"
TYPE = "POL-CUS-TYPE-arrested_at"
FILE = "custody_records_20240131.csv"
SPELLS_FILE = "spells_20240131.csv"

BAD_SEX = "2,Okafor,Q,TH68010,01/01/2024 10:00,,\n"
BAD_BOTH = "3,Jones,Q,TH68010,31/02/2024 10:00,,\n"
NO_KEY = ",Brown,M,TH68010,01/01/2024 10:00,,\n"


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two deliveries with bad rows, received and judged; no test may change them."""
    settings = settings_in(tmp_path_factory.mktemp("received"))
    settings.reference_dir.mkdir(parents=True)
    (settings.reference_dir / "offences.csv").write_text("cjs_offence_code\nTH68010\n")
    deliver(settings, CUSTODY, FILE, HEADER + GOOD.format(1) + BAD_SEX + BAD_BOTH + NO_KEY + GOOD.format(5))
    deliver(settings, SPELLS, SPELLS_FILE, "booking_number|status_from|status_to|ethnicity_code\nA1|01-JAN-2024||ZZ\n")
    build(settings)
    return settings


@pytest.fixture
def here(received: Settings, tmp_path: Path) -> Settings:
    """A copy of what was received, to be changed."""
    shutil.copytree(received.landing_dir.parent, tmp_path, dirs_exist_ok=True)
    return settings_in(tmp_path)


def build(here: Settings) -> None:
    for contract in FEEDS:
        ingest_feed(contract, here)
        gate_feed(contract, here)


def gate_file(here: Settings, table: str, contract: FeedContract = CUSTODY) -> Path:
    return here.gate_dir / table / f"{contract.agency}__{contract.feed}.parquet"


def delivery(here: Settings, contract: FeedContract = CUSTODY) -> dict[str, Any]:
    return pq.read_table(gate_file(here, "deliveries", contract)).to_pylist()[0]


def set_aside(here: Settings) -> list[tuple[int, str]]:
    rows = pq.read_table(gate_file(here, "quarantined_rows")).to_pylist()
    return [(row["row_number"], row["rule_code"]) for row in rows]


def failures(here: Settings) -> dict[str, int]:
    rows = pq.read_table(gate_file(here, "rule_results")).to_pylist()
    return {row["rule_code"]: row["failed"] for row in rows if row["failed"]}


def gate_bytes(here: Settings) -> list[bytes]:
    return [gate_file(here, table).read_bytes() for table in ("deliveries", "quarantined_rows", "rule_results")]


def release(here: Settings, *rows: int, rule: str = SEX, asked: str = FILE, reason: str = "checked") -> ReleaseOutcome:
    return release_rows(FEEDS, here, asked, rows, rule, reason=reason, released_by="A. Operator")


@contextmanager
def another_run(here: Settings) -> Iterator[None]:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with build_lock(here.data_dir, wait_seconds=0):
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_line_that_is_no_record_is_shown_as_sent_and_cannot_be_let_in(here: Settings) -> None:
    """Its text stays in what a person at the terminal is shown: no file of the gate, and no error, holds it."""
    name = "custody_records_20240229.csv"
    bad = "12,Ragged,M\n" + '13,"Unclosed,M,TH68010,01/01/2024 10:00,,\n'
    deliver(here, CUSTODY, name, HEADER + GOOD.format(11) + bad + GOOD.format(14) + "Total rows: 4\n")
    build(here)
    ragged, unreadable, footer = (f"POL-CUS-FILE-{kind}" for kind in ("RAGGED_ROW", "UNREADABLE_ROW", "FOOTER"))
    held = {item.rule_code: item.rows for item in held_rows(FEEDS, here) if item.file_name == name}
    assert held == {ragged: 1, unreadable: 1, footer: 1}
    rows = rows_in_quarantine(find_delivery(FEEDS, here, name), here)
    assert [(row.row_number, dict(row.values)) for row in rows] == [
        (2, {"line 3, as sent": "12,Ragged,M"}),
        (3, {"line 4, as sent": '13,"Unclosed,M,TH68010,01/01/2024 10:00,,'}),
        (5, {"line 6, as sent": "Total rows: 4"}),
    ]
    assert "Line 3: 7 columns expected, 3 found." in rows[0].broken[0].what_to_do
    with pytest.raises(QuarantineError, match="not one record of 7 columns"):
        release(here, 2, rule=ragged, asked=name)
    totals = ledger_totals(here)
    assert totals.rows_received == totals.rows_accepted + totals.rows_quarantined + totals.rows_rejected == 11
    assert totals.rows_quarantined == 4 + 3
    written = b"".join(path.read_bytes() for path in here.gate_dir.rglob("*") if path.is_file())
    assert b"Ragged" not in written
    assert b"Unclosed" not in written


def test_verdicts_over_lines_set_aside_stand_when_nothing_is_judged_again(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + GOOD.format(11) + "12,Ragged,M\n")
    build(here)
    before = gate_bytes(here)
    build(here)
    assert gate_bytes(here) == before
    assert gate_feed(CUSTODY, here, anew=True).rows_quarantined == 3 + 1
    assert gate_bytes(here) == before


def test_what_is_held_back_by_feed_delivery_and_rule(here: Settings) -> None:
    held = held_rows(FEEDS, here)
    assert [(item.feed, item.file_name, item.rule_code, item.column_name, item.rows) for item in held] == [
        ("police/custody_records", FILE, SEX, "sex", 2),
        ("police/custody_records", FILE, "POL-CUS-REQUIRED-custody_number", "custody_number", 1),
        ("police/custody_records", FILE, TYPE, "arrested_at", 1),
        ("prison/spells", SPELLS_FILE, "PRI-SPE-CLOSED_CODES-ethnicity_code", "ethnicity_code", 1),
    ]
    assert all(item.held_since is not None and item.released == 0 for item in held)
    assert [item.rule_code for item in held_rows(FEEDS, here, TYPE)] == [TYPE]
    assert held_rows((STOP_SEARCH,), here) == ()


def test_rows_are_shown_as_delivered_with_every_rule_they_broke(here: Settings) -> None:
    found = find_delivery(FEEDS, here, FILE)
    assert [row.row_number for row in rows_in_quarantine(found, here)] == [2, 3, 4]
    (row,) = rows_in_quarantine(found, here, [3])
    assert row.values == {
        "custody_number": "3", "surname": "Jones", "sex": "Q", "offence_code": "TH68010",
        "arrested_at": "31/02/2024 10:00", "offence_date": None, "offence_sequence": None,
    }  # fmt: skip
    assert [(rule.rule_code, rule.column_name) for rule in row.broken] == [(SEX, "sex"), (TYPE, "arrested_at")]
    assert all(rule.what_to_do.startswith("Broken: ") for rule in row.broken)
    with pytest.raises(QuarantineError, match=r"Row 1 of .* is not in quarantine"):
        rows_in_quarantine(found, here, [1])


def test_a_delivery_goes_by_its_id_the_beginning_of_it_or_its_file(here: Settings) -> None:
    identity = delivery(here)["delivery_id"]
    assert {find_delivery(FEEDS, here, asked).delivery_id for asked in (identity, identity[:8], FILE)} == {identity}
    for nothing in ("no-such", ""):
        with pytest.raises(QuarantineError, match="warehouse quarantine list"):
            find_delivery(FEEDS, here, nothing)
    namesake = replace(SPELLS, agency="prison", feed="custody_records", delivery=CUSTODY.delivery)
    deliver(here, namesake, FILE, "booking_number,status_from,status_to,ethnicity_code\nA1,01/01/2024,,W1\n")
    ingest_feed(namesake, here)
    gate_feed(namesake, here)
    with pytest.raises(QuarantineError, match=r"2 deliveries.*--feed(.|\n)*prison/custody_records"):
        find_delivery((CUSTODY, namesake), here, FILE)


def test_a_released_row_enters_at_the_next_run_and_no_row_is_lost(here: Settings) -> None:
    before, counted, spells = delivery(here), failures(here), delivery(here, SPELLS)
    outcome = release(here, 2)
    assert outcome.still_broken == {}
    assert delivery(here) == before, "nothing changes before the next run"
    assert next(item for item in held_rows(FEEDS, here) if item.rule_code == SEX).released == 1
    build(here)
    after = delivery(here)
    assert set_aside(here) == [(3, SEX), (3, TYPE), (4, "POL-CUS-REQUIRED-custody_number")]
    assert (before["rows_quarantined"], after["rows_quarantined"], after["rows_received"]) == (3, 2, 5)
    assert after["verdict"] == "accepted_with_quarantine"
    assert "1 row broke: " in after["reasons"] and "2 rows broke" not in after["reasons"]
    assert failures(here) == counted, "a release hides no failure"
    assert delivery(here, SPELLS) == spells
    totals = ledger_totals(here)
    assert (totals.rows_received, totals.rows_accepted, totals.rows_quarantined) == (6, 3, 3)


def test_a_row_that_broke_two_rules_needs_two_releases(here: Settings) -> None:
    outcome = release(here, 2, 3)
    assert outcome.still_broken == {3: (TYPE,)}
    build(here)
    assert (3, TYPE) in set_aside(here) and delivery(here)["rows_quarantined"] == 2
    assert SEX not in delivery(here)["reason_codes"], "no row is set aside for it any more"
    assert release(here, 3, rule=TYPE).still_broken == {}
    build(here)
    assert set_aside(here) == [(4, "POL-CUS-REQUIRED-custody_number")]


def test_a_delivery_whose_rows_are_all_released_is_accepted(here: Settings) -> None:
    release(here, 1, rule="PRI-SPE-CLOSED_CODES-ethnicity_code", asked=SPELLS_FILE)
    build(here)
    after = delivery(here, SPELLS)
    assert (after["verdict"], after["rows_quarantined"], after["reasons"]) == ("accepted", 0, "")
    build(here)
    assert delivery(here, SPELLS) == after


def test_a_release_holds_through_regate_later_deliveries_and_a_rebuild_from_raw(here: Settings) -> None:
    release(here, 2)
    build(here)
    released = gate_bytes(here)
    build(here)
    assert gate_bytes(here) == released
    assert regate(FEEDS, here).changes == ()
    assert gate_bytes(here) == released
    for table in ("deliveries", "quarantined_rows", "rule_results"):
        gate_file(here, table).unlink()
    shutil.rmtree(here.raw_dir)
    build(here)
    assert gate_bytes(here) == released
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + GOOD.format(9) + BAD_SEX)
    build(here)
    with_increment = gate_bytes(here)
    regate(FEEDS, here)
    assert gate_bytes(here) == with_increment
    assert [row["rows_quarantined"] for row in pq.read_table(gate_file(here, "deliveries")).to_pylist()] == [2, 1]


def test_a_release_taken_out_of_the_log_is_withdrawn_at_the_next_run(here: Settings) -> None:
    before = gate_bytes(here)
    release(here, 2)
    build(here)
    assert gate_bytes(here) != before
    releases_path(here).write_text("")
    build(here)
    assert gate_bytes(here) == before


def test_the_order_of_releases_and_deliveries_does_not_matter(here: Settings, tmp_path: Path) -> None:
    release(here, 3, rule=TYPE)
    build(here)
    release(here, 2, 3)
    build(here)
    other = settings_in(tmp_path / "other")
    shutil.copytree(here.reference_dir, other.reference_dir)
    shutil.copytree(here.landing_dir, other.landing_dir)
    log = releases_path(other)
    log.parent.mkdir(parents=True)
    log.write_text("".join(reversed(releases_path(here).read_text().splitlines(keepends=True))))
    build(other)
    assert gate_bytes(other) == gate_bytes(here)


def test_the_log_says_who_when_why_and_what(here: Settings) -> None:
    release(here, 2, reason="  spoke to the custody suite\n“Q” is right ")
    release(here, 3, rule=TYPE)
    lines = releases_path(here).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    first = json.loads(lines[0])
    assert first.pop("released_at").endswith("+00:00")
    assert first == {
        "feed": "police/custody_records",
        "delivery_id": delivery(here)["delivery_id"],
        "row_number": 2,
        "rule_code": SEX,
        "reason": "spoke to the custody suite\n“Q” is right",
        "released_by": "A. Operator",
    }
    assert [item.rule_code for item in load_releases(here, "police/custody_records")] == [SEX, TYPE]
    assert load_releases(here, "prison/spells") == ()
    assert leftovers(here.gate_dir) == []


@pytest.mark.parametrize(
    ("rows", "rule", "says"),
    [
        ((1,), SEX, "Row 1 of .* is not in quarantine"),
        ((99,), SEX, "Row 99 of .* is not in quarantine"),
        ((2, 1), SEX, "Row 1 of .* is not in quarantine"),
        ((2,), TYPE, f"did not break {TYPE}; it broke {SEX}"),
        ((2, 4), SEX, "Row 4 of .* did not break"),
        ((4,), "POL-CUS-REQUIRED-custody_number", "has to send the row again with its key"),
    ],
)
def test_what_cannot_be_released_is_refused_whole(here: Settings, rows: tuple[int, ...], rule: str, says: str) -> None:
    with pytest.raises(QuarantineError, match=says):
        release(here, *rows, rule=rule)
    assert not releases_path(here).exists()


def test_a_reason_and_a_name_are_needed_and_nothing_is_released_twice(here: Settings) -> None:
    with pytest.raises(QuarantineError, match="needs a reason"):
        release(here, 2, reason=" \t")
    with pytest.raises(QuarantineError, match="--by NAME"):
        release_rows(FEEDS, here, FILE, [2], SEX, reason="checked", released_by=" ")
    release(here, 2)
    with pytest.raises(QuarantineError, match="already released"):
        release(here, 2)
    build(here)
    with pytest.raises(QuarantineError, match="not in quarantine"):
        release(here, 2)
    assert len(load_releases(here)) == 1


def test_rows_of_a_rejected_delivery_cannot_be_released_one_by_one(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + BAD_SEX * 30)
    build(here)
    with pytest.raises(QuarantineError, match="rejected as a whole"):
        release(here, 1, asked="custody_records_20240229.csv")


def test_a_release_does_not_save_a_delivery_that_comes_to_be_rejected(here: Settings) -> None:
    release(here, 2, 3)
    build(here)
    stricter = replace(CUSTODY, quarantine_hard_share=0.05)
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + "".join(map(GOOD.format, range(30))) + BAD_SEX * 2)
    ingest_feed(stricter, here)
    release_file = "custody_records_20240229.csv"
    gate_feed(CUSTODY, here)
    release(here, 31, 32, asked=release_file)
    gate_feed(stricter, here)
    row = next(
        row for row in pq.read_table(gate_file(here, "deliveries")).to_pylist() if row["file_name"] == release_file
    )
    assert (row["verdict"], row["rows_quarantined"]) == ("rejected", 0)
    assert "2 rows broke" in row["reasons"]


def test_a_log_that_cannot_be_read_stops_the_gate_and_names_the_line(here: Settings) -> None:
    release(here, 2)
    path = releases_path(here)
    good = path.read_text()
    for bad in ("{", "[]", '{"feed": "police/custody_records"}', good.replace('"row_number": 2', '"row_number": "2"')):
        path.write_text(good + bad + "\n")
        with pytest.raises(ReleaseLogError, match="line 2"):
            gate_feed(CUSTODY, here)
        with pytest.raises(ReleaseLogError, match="line 2"):
            release(here, 3)
    path.write_text(good.rstrip("\n"))
    release(here, 3)
    assert len(load_releases(here)) == 2


def test_a_release_is_logged_whole_or_not_at_all(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    release(here, 2)
    before = releases_path(here).read_bytes()

    def power_cut(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(releases_module.os, "fsync", power_cut)
    with pytest.raises(OSError, match="no space"):
        release(here, 3)
    assert releases_path(here).read_bytes() == before
    assert leftovers(here.gate_dir) == []


def test_lines_that_do_not_name_the_counted_rows_stop_the_gate(here: Settings) -> None:
    release(here, 2)
    build(here)
    path = gate_file(here, "quarantined_rows")
    table = pq.read_table(path)
    pq.write_table(table.slice(2), path)
    with pytest.raises(ConservationError, match="regate"):
        gate_feed(CUSTODY, here)
    regate([CUSTODY], here)
    gate_feed(CUSTODY, here)
    assert len(set_aside(here)) == 3


def test_regate_after_a_rule_changed_says_what_changed(here: Settings) -> None:
    wider = replace(
        SPELLS,
        columns=tuple(
            replace(item, closed_codes=("W1", "B1", "ZZ")) if item.closed_codes else item for item in SPELLS.columns
        ),
    )
    report = regate([CUSTODY, wider], here)
    (change,) = report.changes
    assert (report.feeds, report.deliveries, report.faults) == (2, 2, ())
    assert (change.feed, change.file_name) == ("prison/spells", SPELLS_FILE)
    assert (change.verdict_before, change.verdict_after) == ("accepted_with_quarantine", "accepted")
    assert (change.rows_quarantined_before, change.rows_quarantined_after) == (1, 0)
    assert regate([CUSTODY, wider], here).changes == ()
    assert regate([SPELLS], here).changes[0].verdict_after == "accepted_with_quarantine"


def test_regate_judges_what_no_run_has_judged(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + GOOD.format(7))
    ingest_feed(CUSTODY, here)
    (change,) = regate([CUSTODY], here).changes
    assert (change.verdict_before, change.verdict_after) == ("not judged", "accepted")


def test_a_rule_at_fault_leaves_its_feed_as_it_was_and_stops_no_other(here: Settings) -> None:
    earlier = gate_file(here, "deliveries", SPELLS).read_bytes()
    report = regate([broken_rule(), CUSTODY], here)
    assert len(report.faults) == 1 and "PRI-SPE-001" in report.faults[0]
    assert report.feeds == 1
    assert gate_file(here, "deliveries", SPELLS).read_bytes() == earlier
    with pytest.raises(GateError):
        gate_feed(broken_rule(), here, anew=True)


def test_nothing_is_changed_while_another_run_is_at_work(here: Settings) -> None:
    before = gate_bytes(here)
    with another_run(here):
        with pytest.raises(AlreadyRunningError):
            release(here, 2)
        with pytest.raises(AlreadyRunningError):
            regate(FEEDS, here)
        assert held_rows(FEEDS, here), "looking is free"
    assert not releases_path(here).exists()
    assert gate_bytes(here) == before
