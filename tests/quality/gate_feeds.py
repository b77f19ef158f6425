"""Small feeds the gate is tried on, and what its files say of them.

Belongs here: contracts, rows, reading back what the gate wrote. Does not belong here: assertions.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from orchestration.contracts import ColumnType, Dimension, FeedContract, RowRule, Severity
from orchestration.ingest import ingest_feed
from orchestration.quality import GateSummary, gate_feed
from orchestration.settings import Settings
from tests.ingest.small_feeds import column, feed, settings_in

HEADER = "custody_number,surname,sex,offence_code,arrested_at,offence_date,offence_sequence\n"
GOOD = "{},Smith,M,TH68010,01/01/2024 10:00,01/01/2024,1\n"

BEFORE = RowRule(
    code="PRI-SPE-001",
    name="a spell does not end before it begins",
    severity=Severity.QUARANTINE,
    dimension=Dimension.CONSISTENCY,
    cause="dates swapped",
    correct="swap them back",
    avoid="check at entry",
    who="prison",
    sql="status_to >= status_from",
    columns=("status_from", "status_to"),
)
SPELLS = feed(
    "prison",
    "spells",
    (
        column("booking_number", ColumnType.IDENTIFIER, required=True, key_position=1),
        column("status_from", ColumnType.DATE, required=True),
        column("status_to", ColumnType.DATE, open_end_values=("31-DEC-9999",)),
        column("ethnicity_code", ColumnType.CODE, closed_codes=("W1", "B1")),
    ),
    rules=(BEFORE,),
    delimiter="|",
    date_format="DD-MON-YYYY",
    missing_values=("NK",),
)


def with_lists(folder: Path) -> Settings:
    settings = settings_in(folder)
    settings.reference_dir.mkdir(parents=True)
    (settings.reference_dir / "offences.csv").write_text("cjs_offence_code,title\nTH68010,Theft\nCJ88001,Assault\n")
    return settings


def gate(here: Settings, contract: FeedContract) -> GateSummary:
    ingest_feed(contract, here)
    return gate_feed(contract, here)


def rows_of(here: Settings, contract: FeedContract, table: str) -> list[dict[str, Any]]:
    return pq.read_table(here.gate_dir / table / f"{contract.agency}__{contract.feed}.parquet").to_pylist()


def only_delivery(here: Settings, contract: FeedContract) -> dict[str, Any]:
    (delivery,) = rows_of(here, contract, "deliveries")
    return delivery


def set_aside(here: Settings, contract: FeedContract) -> list[tuple[int, str]]:
    return [(row["row_number"], row["rule_code"]) for row in rows_of(here, contract, "quarantined_rows")]


def failed(here: Settings, contract: FeedContract) -> dict[str, int]:
    return {row["rule_code"]: row["failed"] for row in rows_of(here, contract, "rule_results") if row["failed"]}


TABLES = ("deliveries", "quarantined_rows", "rule_results", "category_counts")


def state(here: Settings, contract: FeedContract) -> dict[str, Any]:
    return {table: rows_of(here, contract, table) for table in TABLES}


def broken_rule() -> FeedContract:
    return replace(SPELLS, rules=(replace(BEFORE, sql="status_to >= no_such_column"),))


DELIVERIES = {
    "custody_records_20240131.csv": HEADER + GOOD.format(1) + GOOD.format(2).replace("M", "X"),
    "custody_records_20240229.csv": HEADER + GOOD.format(1) + GOOD.format(2).replace("M", "X"),
    "custody_records_20240331.csv": HEADER + GOOD.format(3).replace("TH68010", "ZZ"),
    "custody_records_20240430.csv": "",
}
