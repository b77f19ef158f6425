"""Faults of the gate itself: a rule that cannot be asked, a missing list, a kill between files. No verdict is lost."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.contracts import ColumnType
from orchestration.ingest import ingest_feed
from orchestration.quality import (
    ConservationError,
    GateError,
    ReferenceListError,
    gate_feed,
    ledger_totals,
)
from orchestration.quality import judging as judging_module
from orchestration.quality.counting import Findings
from orchestration.quality.expectations import Answer
from orchestration.settings import Settings
from tests.ingest.small_feeds import (
    CUSTODY,
    STOP_SEARCH,
    column,
    deliver,
    feed,
)
from tests.ingest.worlds import leftovers
from tests.quality.gate_feeds import (
    DELIVERIES,
    GOOD,
    HEADER,
    SPELLS,
    TABLES,
    broken_rule,
    gate,
    rows_of,
    state,
    with_lists,
)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return with_lists(tmp_path)


def test_a_rule_that_cannot_be_asked_holds_the_delivery_and_names_rule_and_file(here: Settings) -> None:
    deliver(
        here, SPELLS, "spells_20240131.csv", "booking_number|status_from|status_to|ethnicity_code\nA1|01-JAN-2024||\n"
    )
    ingest_feed(SPELLS, here)
    with pytest.raises(GateError) as caught:
        gate_feed(broken_rule(), here)
    assert [fault.rule_code for fault in caught.value.faults] == ["PRI-SPE-001"]
    assert caught.value.held_files == ("spells_20240131.csv",)
    assert rows_of(here, SPELLS, "deliveries") == []
    assert gate_feed(SPELLS, here).accepted == 1


def test_an_expectation_that_raises_is_never_taken_for_a_verdict(here: Settings) -> None:
    contract = feed(
        "hmcts",
        "results",
        (column("asn", ColumnType.IDENTIFIER, pattern="^[A-Z]{2}$"), column("fee", ColumnType.NUMBER, minimum="0")),
    )
    deliver(here, contract, "results_20240131.csv", "asn,fee\nAB,1\n")
    ingest_feed(contract, here)
    genuine = Findings.values

    def no_text(self: Findings, check: Any) -> list[Any]:
        return [object()] if check.column == "asn" else genuine(self, check)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Findings, "values", no_text)
        with pytest.raises(GateError) as caught:
            gate_feed(contract, here)
    assert [fault.rule_code for fault in caught.value.faults] == ["HMC-RES-PATTERN-asn"]
    assert rows_of(here, contract, "deliveries") == []


def test_earlier_verdicts_stand_while_new_deliveries_are_held(here: Settings) -> None:
    header = "booking_number|status_from|status_to|ethnicity_code\n"
    deliver(here, SPELLS, "spells_20240131.csv", header + "A1|01-JAN-2024||\n")
    gate(here, SPELLS)
    deliver(here, SPELLS, "spells_20240229.csv", header + "A2|01-JAN-2024||\n")
    ingest_feed(SPELLS, here)

    def raising(values: Any) -> Any:
        return {check.code: Answer(False, "out of order") for check, _ in values}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging_module, "ask", raising)
        with pytest.raises(GateError, match="out of order"):
            gate_feed(SPELLS, here)
    assert [row["file_name"] for row in rows_of(here, SPELLS, "deliveries")] == ["spells_20240131.csv"]


def test_two_readings_of_one_rule_stop_the_gate(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1))
    ingest_feed(CUSTODY, here)

    def disagreeing(values: Any) -> Any:
        return {check.code: Answer(False) for check, _ in values}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging_module, "ask", disagreeing)
        with pytest.raises(GateError, match="the database counts 0 rows"):
            gate_feed(CUSTODY, here)


def test_a_missing_reference_list_is_said_with_its_path(here: Settings) -> None:
    (here.reference_dir / "offences.csv").unlink()
    with pytest.raises(ReferenceListError, match=r"offences\.csv"):
        gate_feed(CUSTODY, here)


def test_rows_missing_from_raw_stop_the_gate(here: Settings) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", HEADER + GOOD.format(1) + GOOD.format(2))
    ingest_feed(CUSTODY, here)
    (path,) = (here.raw_dir / "police" / "custody_records").glob("[0-9a-f]*.parquet")
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(ConservationError, match="2 rows were received"):
        gate_feed(CUSTODY, here)


def test_the_ledger_balances_and_notices_a_lost_quarantined_row(here: Settings) -> None:
    for name, content in DELIVERIES.items():
        deliver(here, CUSTODY, name, content)
    gate(here, CUSTODY)
    gate(here, STOP_SEARCH)
    totals = ledger_totals(here)
    assert (totals.deliveries, totals.rows_received, totals.rows_quarantined, totals.rejected_deliveries) == (
        3,
        3,
        1,
        1,
    )
    assert totals.rows_received == totals.rows_accepted + totals.rows_quarantined + totals.rows_rejected
    path = here.gate_dir / "quarantined_rows" / "police__custody_records.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(ConservationError, match="custody_records_20240131"):
        ledger_totals(here)


class Killed(BaseException):
    """Stands for a kill signal: nothing may catch it."""


@pytest.mark.parametrize("last", [1, 2, 3, 4])
def test_a_gate_killed_between_its_files_is_made_good_by_the_next(here: Settings, last: int) -> None:
    deliver(here, CUSTODY, "custody_records_20240131.csv", DELIVERIES["custody_records_20240131.csv"])
    gate(here, CUSTODY)
    for name, content in DELIVERIES.items():
        deliver(here, CUSTODY, name, content)
    ingest_feed(CUSTODY, here)
    genuine, calls = os.replace, itertools.count(1)

    def killing(source: Any, target: Any) -> None:
        if next(calls) == last:
            raise Killed
        genuine(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", killing)
        with pytest.raises(Killed):
            gate_feed(CUSTODY, here)
    gate_feed(CUSTODY, here)
    assert leftovers(here.gate_dir) == []
    again = state(here, CUSTODY)
    for table in TABLES:
        (here.gate_dir / table / "police__custody_records.parquet").unlink()
    gate_feed(CUSTODY, here)
    assert state(here, CUSTODY) == again
