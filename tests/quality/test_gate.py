"""Verdicts: what is set aside, what is refused, what only warns, and that no row is ever lost."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.contracts import CODE_LISTS, ColumnType, FeedContract, Severity
from orchestration.ingest import ingest_feed
from orchestration.quality import (
    gate_feed,
)
from orchestration.quality import judging as judging_module
from orchestration.quality.gate_files import gate_path, read_gate_table
from orchestration.quality.standing import gate_standing
from orchestration.settings import Settings
from tests.ingest.small_feeds import (
    CUSTODY,
    STOP_SEARCH,
    STOP_SEARCH_HEADER,
    column,
    deliver,
    feed,
    manifest,
    settings_in,
)
from tests.quality.gate_feeds import (
    BEFORE,
    DELIVERIES,
    GOOD,
    HEADER,
    SPELLS,
    TABLES,
    failed,
    gate,
    only_delivery,
    rows_of,
    set_aside,
    state,
    with_lists,
)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return with_lists(tmp_path)


def test_a_clean_delivery_is_accepted(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1) + GOOD.format(2))
    summary = gate(here, CUSTODY)
    delivery = only_delivery(here, CUSTODY)
    assert (delivery["verdict"], delivery["rows_received"], delivery["rows_quarantined"]) == ("accepted", 2, 0)
    assert (delivery["reason_codes"], delivery["reasons"]) == ("", "")
    assert summary.rows_accepted == 2
    assert failed(here, CUSTODY) == {}


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        (",Smith,M,TH68010,01/01/2024 10:00,,\n", {"POL-CUS-REQUIRED-custody_number"}),
        ("9,   ,M,TH68010,01/01/2024 10:00,,\n", {"POL-CUS-REQUIRED-surname"}),
        ("9,Smith,X,TH68010,01/01/2024 10:00,,\n", {"POL-CUS-CLOSED_CODES-sex"}),
        ("9,Smith,m,TH68010,01/01/2024 10:00,,\n", {"POL-CUS-CLOSED_CODES-sex"}),
        ("9,Smith,M,TH68010,31/02/2024 10:00,,\n", {"POL-CUS-TYPE-arrested_at"}),
        ("9,Smith,M,TH68010,2024-01-01T10:00,,\n", {"POL-CUS-TYPE-arrested_at"}),
        ("9,Smith,M,TH68010,01/01/2024 10:00,1/1/24,\n", {"POL-CUS-TYPE-offence_date"}),
        ("9,Smith,M,TH68010,01/01/2024 10:00,01/01/24,\n", {"POL-CUS-TYPE-offence_date"}),
        ("9,Smith,M,TH68010,01/01/2024 10:00,12/31/2024,\n", {"POL-CUS-TYPE-offence_date"}),
        ("9,Smith,M,TH68010,01/01/2024 10:00,,one\n", {"POL-CUS-TYPE-offence_sequence"}),
        ("9,Smith,M,TH68010,01/01/2024 10:00,,1.0\n", {"POL-CUS-TYPE-offence_sequence"}),
        ("9,Smith,M,TH68010,01/01/2024 10:00,,99999999999\n", {"POL-CUS-TYPE-offence_sequence"}),
        ("9,,Q,TH68010,,,\n", {"POL-CUS-REQUIRED-surname", "POL-CUS-CLOSED_CODES-sex", "POL-CUS-REQUIRED-arrested_at"}),
    ],
)
def test_a_bad_row_is_set_aside_by_number_and_rule_and_the_rest_goes_on(
    here: Settings, line: str, rules: set[str]
) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1) + line + GOOD.format(3))
    summary = gate(here, CUSTODY)
    delivery = only_delivery(here, CUSTODY)
    assert delivery["verdict"] == "accepted_with_quarantine"
    assert set(set_aside(here, CUSTODY)) == {(2, rule) for rule in rules}
    assert set(delivery["reason_codes"].split(";")) == rules
    assert (summary.rows_received, summary.rows_accepted, summary.rows_quarantined) == (3, 2, 1)
    assert failed(here, CUSTODY) == dict.fromkeys(rules, 1)


def test_no_message_quotes_a_value(here: Settings) -> None:
    deliver(
        here, CUSTODY, "custody_records_20240131.csv", HEADER + "1,M,Oyelaran,TH68010,Oyelaran,Oyelaran,Oyelaran\n" * 3
    )
    gate(here, CUSTODY)
    assert "Oyelaran" not in str(state(here, CUSTODY))


def test_an_unknown_code_of_an_open_list_only_warns(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1).replace("TH68010", "ZZ99999"))
    summary = gate(here, CUSTODY)
    assert only_delivery(here, CUSTODY)["verdict"] == "accepted"
    assert failed(here, CUSTODY) == {"POL-CUS-CODE_LIST-offence_code": 1}
    assert summary.warnings == 1


def test_a_repeated_key_only_warns(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1) * 3 + GOOD.format(2))
    gate(here, CUSTODY)
    assert only_delivery(here, CUSTODY)["verdict"] == "accepted"
    assert failed(here, CUSTODY) == {"POL-CUS-FILE-DUPLICATE_KEY": 2}


def test_cross_column_rules_pipes_open_ends_and_missing_tokens(here: Settings) -> None:
    lines = [
        "booking_number|status_from|status_to|ethnicity_code",
        "A1|01-JAN-2024|02-jan-2024|W1",
        "A2|01-JAN-2024|31-DEC-9999|NK",
        "A3|01-JAN-2024||",
        "A4|02-JAN-2024|01-JAN-2024|W1",
        "A5|NK|01-JAN-2024|W1",
        "A6|29-FEB-2023|01-JAN-2024|NM",
    ]
    deliver(here, SPELLS, "spells_20240131.csv", "\n".join(lines) + "\n")
    gate(here, SPELLS)
    assert set_aside(here, SPELLS) == [
        (4, "PRI-SPE-001"),
        (5, "PRI-SPE-REQUIRED-status_from"),
        (6, "PRI-SPE-CLOSED_CODES-ethnicity_code"),
        (6, "PRI-SPE-TYPE-status_from"),
    ]
    assert only_delivery(here, SPELLS)["rows_quarantined"] == 3


def test_list_columns_classes_patterns_and_ranges_are_asked_value_by_value(here: Settings) -> None:
    (here.reference_dir / "bail_exceptions.csv").write_text("bail_exception_code\nA\nB\n")
    (here.reference_dir / "trial_outcomes.csv").write_text(",".join(CODE_LISTS["trial_outcomes"]) + "\nCRACKED,A\n")
    contract = feed(
        "hmcts",
        "hearings",
        (
            column("bail", ColumnType.LIST, code_list="bail_exceptions"),
            column("outcome_class", ColumnType.CODE),
            column("outcome", ColumnType.CODE, code_list="trial_outcomes", code_list_class="outcome_class"),
            column("asn", ColumnType.IDENTIFIER, pattern="^[A-Z]{2}[0-9]+$"),
            column("minutes", ColumnType.INTEGER, minimum="0", maximum="600"),
            column("born", ColumnType.DATE, minimum="1900-01-01"),
            column("fee", ColumnType.NUMBER),
            column("listed", ColumnType.YES_NO),
        ),
    )
    lines = [
        "bail,outcome_class,outcome,asn,minutes,born,fee,listed",
        "A; B,CRACKED,A,AB1,600,01/01/1900,1.5,y",
        "A;C,EFFECTIVE,A,ab1,601,31/12/1899,-2,N",
        ",,B,,,,,",
        "A;,CRACKED,B,AB,0,,0.12345,N",
    ]
    deliver(here, contract, "hearings_20240131.csv", "\n".join(lines) + "\n")
    gate(here, contract)
    assert failed(here, contract) == {
        "HMC-HEA-CODE_LIST-bail": 1,
        "HMC-HEA-CODE_LIST-outcome": 2,
        "HMC-HEA-PATTERN-asn": 2,
        "HMC-HEA-RANGE-minutes": 1,
        "HMC-HEA-RANGE-born": 1,
    }
    assert only_delivery(here, contract)["verdict"] == "accepted"


def test_identical_searches_are_all_kept_and_carry_their_partition(here: Settings) -> None:
    line = "Person search,2024-09-30T23:30:00+00:00" + "," * 13 + "\n"
    deliver(here, STOP_SEARCH, "2024-09-west-mercia-stop-and-search.csv", STOP_SEARCH_HEADER + "\n" + line * 3)
    gate(here, STOP_SEARCH)
    delivery = only_delivery(here, STOP_SEARCH)
    assert (delivery["verdict"], delivery["rows_received"]) == ("accepted", 3)
    assert delivery["partition_key"] == "west-mercia|2024-09"
    assert str(delivery["period_month"]) == "2024-09-01"


def test_a_file_refused_as_a_whole_stops_no_other(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + "1,ragged\n")
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER.replace(",sex", "") + "1,Smith,TH68010,,,\n")
    short = deliver(here, CUSTODY, "custody_records_20240331.csv", HEADER + GOOD.format(1))
    manifest(short, rows=5)
    deliver(here, CUSTODY, "custody_records_20240430.csv", HEADER + GOOD.format(2))
    summary = gate(here, CUSTODY)
    verdicts = [(row["verdict"], row["reason_codes"]) for row in rows_of(here, CUSTODY, "deliveries")]
    assert verdicts == [
        ("rejected", "POL-CUS-FILE-UNREADABLE"),
        ("rejected", "POL-CUS-FILE-MISSING_COLUMN"),
        ("rejected", "POL-CUS-FILE-MANIFEST"),
        ("accepted", ""),
    ]
    assert (summary.rows_received, summary.rows_rejected, summary.rows_accepted) == (3, 2, 1)
    assert summary.rejected[0].file_name == "custody_records_20240131.csv"
    assert "line 2" in summary.rejected[0].reasons


def test_mostly_bad_rows_refuse_the_delivery(here: Settings) -> None:
    bad = "9,Smith,X,TH68010,01/01/2024 10:00,,\n"
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + bad * 11 + "".join(map(GOOD.format, range(9))))
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + bad * 10 + "".join(map(GOOD.format, range(10))))
    deliver(here, CUSTODY, "custody_records_20240331.csv", HEADER + bad)
    gate(here, CUSTODY)
    first, second, third = rows_of(here, CUSTODY, "deliveries")
    assert first["verdict"] == "rejected"
    assert first["reason_codes"].startswith("POL-CUS-FILE-QUARANTINE_SHARE")
    assert (second["verdict"], second["rows_quarantined"]) == ("accepted_with_quarantine", 10)
    assert third["verdict"] == "accepted_with_quarantine", "one row says nothing about an extract"
    assert {row["delivery_id"] for row in rows_of(here, CUSTODY, "quarantined_rows")} == {
        second["delivery_id"],
        third["delivery_id"],
    }


def test_a_good_second_receipt_heals_a_bad_first_one(here: Settings) -> None:
    first = deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1))
    manifest(first, rows=7)
    assert len(gate(here, CUSTODY).rejected) == 1
    deliver(here, CUSTODY, "custody_records_20240201.csv", HEADER + GOOD.format(1))
    gate(here, CUSTODY)
    delivery = only_delivery(here, CUSTODY)
    assert (delivery["verdict"], delivery["receipts"], str(delivery["extract_date"])) == ("accepted", 2, "2024-01-31")


def test_the_four_files_are_there_for_a_feed_nobody_delivered(here: Settings) -> None:
    gate(here, CUSTODY)
    assert state(here, CUSTODY) == {table: [] for table in TABLES}


def test_an_empty_delivery_is_accepted(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER)
    gate(here, CUSTODY)
    assert only_delivery(here, CUSTODY)["verdict"] == "accepted"


@pytest.mark.parametrize("order", list(itertools.permutations(DELIVERIES))[::5])
def test_one_by_one_or_all_at_once_ends_the_same(tmp_path: Path, order: tuple[str, ...]) -> None:
    at_once, one_by_one = settings_in(tmp_path / "once"), settings_in(tmp_path / "each")
    for here in (at_once, one_by_one):
        here.reference_dir.mkdir(parents=True)
        (here.reference_dir / "offences.csv").write_text("cjs_offence_code\nTH68010\n")
    for name, content in DELIVERIES.items():
        deliver(at_once, CUSTODY, name, content)
    gate(at_once, CUSTODY)
    for name in order:
        deliver(one_by_one, CUSTODY, name, DELIVERIES[name])
        gate(one_by_one, CUSTODY)
    assert state(one_by_one, CUSTODY) == state(at_once, CUSTODY)
    for table in TABLES:
        files = [here.gate_dir / table / "police__custody_records.parquet" for here in (at_once, one_by_one)]
        assert files[0].read_bytes() == files[1].read_bytes()


def test_only_new_deliveries_are_judged(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1))
    assert gate(here, CUSTODY).judged == 1
    deliver(here, CUSTODY, "custody_records_20240229.csv", HEADER + GOOD.format(2))
    assert gate(here, CUSTODY).judged == 1
    assert gate(here, CUSTODY).judged == 0


def test_a_new_code_in_the_list_judges_everything_again_from_raw(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1).replace("TH68010", "ZZ99999"))
    gate(here, CUSTODY)
    (here.reference_dir / "offences.csv").write_text("cjs_offence_code\nTH68010\nZZ99999\n")
    assert gate_feed(CUSTODY, here).judged == 1
    assert failed(here, CUSTODY) == {}


def test_many_small_deliveries_are_judged_together(here: Settings) -> None:
    for number in range(60):
        deliver(here, CUSTODY, f"custody_records_20240131_{number + 1}.csv", HEADER + GOOD.format(number))
    deliver(here, CUSTODY, "custody_records_20240201.csv", HEADER + GOOD.format(61).replace("M", "X"))
    calls = []

    def counted(values: Any) -> Any:
        calls.append(len(values))
        return genuine(values)

    genuine = judging_module.ask
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging_module, "ask", counted)
        summary = gate(here, CUSTODY)
    assert len(calls) == 1
    assert (summary.accepted, summary.accepted_with_quarantine) == (60, 1)
    assert set_aside(here, CUSTODY) == [(1, "POL-CUS-CLOSED_CODES-sex")]


def test_bytes_under_two_kinds_of_name_count_by_the_one_that_could_be_read(here: Settings) -> None:
    content = HEADER.replace(",sex", "") + "1,Smith,TH68010,01/01/2024 10:00,01/01/2024,1\n"
    deliver(here, CUSTODY, "custody_records_20240131.jsonl", content)
    deliver(here, CUSTODY, "custody_records_20240229.csv", content)
    received = ingest_feed(CUSTODY, here).rows_received
    assert gate_feed(CUSTODY, here).rows_rejected == received == 1
    assert only_delivery(here, CUSTODY)["reason_codes"] == "POL-CUS-FILE-MISSING_COLUMN"


def limited(hard_share: float | None, severity: Severity = Severity.WARNING) -> FeedContract:
    return replace(SPELLS, rules=(replace(BEFORE, severity=severity, hard_share=hard_share),))


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.QUARANTINE])
def test_more_failures_than_a_rule_allows_refuse_the_delivery(here: Settings, severity: Severity) -> None:
    header = "booking_number|status_from|status_to|ethnicity_code\n"
    good = "".join(f"G{number}|01-JAN-2024|02-JAN-2024|W1\n" for number in range(15))
    bad = "".join(f"B{number}|02-JAN-2024|01-JAN-2024|W1\n" for number in range(6))
    unasked = "".join(f"U{number}|02-JAN-2024||W1\n" for number in range(50))
    deliver(here, SPELLS, "spells_20240131.csv", header + good + bad + unasked)
    ingest_feed(SPELLS, here)
    gate_feed(limited(0.25, severity), here)
    delivery = only_delivery(here, SPELLS)
    assert (delivery["verdict"], delivery["reason_codes"]) == ("rejected", "PRI-SPE-001")
    assert "6 of 21 rows, more than 25%" in delivery["reasons"]
    assert (delivery["rows_quarantined"], rows_of(here, SPELLS, "quarantined_rows")) == (0, [])
    gate_feed(limited(0.3, severity), here)
    assert only_delivery(here, SPELLS)["verdict"] != "rejected"


@pytest.mark.parametrize(("bad_rows", "verdict"), [(5, "accepted"), (6, "rejected")])
def test_as_many_failures_as_a_rule_allows_are_not_too_many(here: Settings, bad_rows: int, verdict: str) -> None:
    """A quarter is allowed: of 20 rows five, and no more."""
    header = "booking_number|status_from|status_to|ethnicity_code\n"
    rows = [f"B{number}|02-JAN-2024|01-JAN-2024|W1\n" for number in range(bad_rows)]
    rows += [f"G{number}|01-JAN-2024|02-JAN-2024|W1\n" for number in range(20 - bad_rows)]
    deliver(here, SPELLS, "spells_20240131.csv", header + "".join(rows))
    ingest_feed(SPELLS, here)
    gate_feed(limited(0.25), here)
    assert only_delivery(here, SPELLS)["verdict"] == verdict


def test_a_few_rows_are_never_too_many(here: Settings) -> None:
    header = "booking_number|status_from|status_to|ethnicity_code\n"
    deliver(here, SPELLS, "spells_20240131.csv", header + "B1|02-JAN-2024|01-JAN-2024|W1\n" * 3)
    ingest_feed(SPELLS, here)
    gate_feed(limited(0.1), here)
    assert only_delivery(here, SPELLS)["verdict"] == "accepted"


def test_what_an_earlier_version_wrote_is_read_and_judged_again(here: Settings) -> None:
    """A column the gate did not know then is no reason to fail: not known until the next run, which judges anew."""
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1))
    gate(here, CUSTODY)
    path = gate_path(CUSTODY, here, "deliveries")
    table = pq.read_table(path)
    assert table["mapping"].to_pylist() == [""] or table["mapping"].null_count == 1
    pq.write_table(table.drop_columns(["mapping"]), path)
    earlier = read_gate_table(CUSTODY, here, "deliveries")
    assert earlier.column_names == [name for name in table.column_names if name in earlier.column_names]
    assert earlier["mapping"].to_pylist() == [None]
    standing = gate_standing(CUSTODY, here)
    assert (standing.deliveries, standing.rows_accepted) == (1, 1)
    assert gate(here, CUSTODY).judged == 1
