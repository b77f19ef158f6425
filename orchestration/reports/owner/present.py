"""Which rows stand between a feed and its published answers today.

Belongs here: rows still withheld, rows kept with a fault, and how many records the feed gives now, from raw, the gate
and the staged build. Does not belong here: what that moves (`impact`), past failures (`figures`).

What has been mended does not count: a quarantined row whose record came again and was accepted, a fault in a row that
a later one replaced, a snapshot that a newer one replaced. Nothing here holds a value of a row but its record key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.contracts import FeedContract, FeedMode
from orchestration.ingest import raw_path
from orchestration.quality.checks import DELIVERY_ID, ROW_NUMBER
from orchestration.quality.gate_files import GateTables
from orchestration.quality.typed_sql import literal, name, text_name, text_value, typed_value
from orchestration.quality.verdicts import Verdict
from orchestration.settings import Settings
from orchestration.sql_files import read_sql

_ROW_ID = ("delivery_id", "row_number")


class Standing(StrEnum):
    """What a row with a fault means for what is published."""

    WITHHELD = "withheld"
    """Quarantined, and nothing accepted has the record: it is missing."""
    OUTDATED = "outdated"
    """Quarantined, and an older accepted row of the record is used in its place."""
    KEPT = "kept"
    """Broke a rule that only warns: the row is used, the value as sent or as unknown."""


@dataclass(frozen=True)
class FaultyRow:
    """One row of one delivery and one rule it breaks.

    Attributes:
        columns: the columns the rule is about.
        record: says which record the row is of; equal for rows of one record. Never shown.
        key: the record key as delivered, in the order of the contract's key; None for a blank part. Private side only.
    """

    delivery_id: str
    file_name: str
    extract_date: date | None
    row_number: int
    rule_code: str
    columns: tuple[str, ...]
    standing: Standing
    record: str
    key: tuple[str | None, ...]


@dataclass(frozen=True)
class RuleCost:
    """Records (distinct keys) one rule costs now, by standing."""

    withheld: int = 0
    outdated: int = 0
    kept: int = 0


@dataclass(frozen=True)
class PresentState:
    """What a feed gives now and what stands in its way.

    Attributes:
        records: records the feed gives to the warehouse now.
        rows: faulty rows of the present state, oldest delivery first.
    """

    records: int
    rows: tuple[FaultyRow, ...]

    def cost(self, rule_code: str | None = None) -> RuleCost:
        """Distinct records by standing: of one rule, or of all together."""
        found: dict[Standing, set[str]] = {standing: set() for standing in Standing}
        for row in self.rows:
            if rule_code is None or row.rule_code == rule_code:
                found[row.standing].add(row.record)
        return RuleCost(*(len(found[standing]) for standing in (Standing.WITHHELD, Standing.OUTDATED, Standing.KEPT)))


def present_state(
    contract: FeedContract, settings: Settings, gate: GateTables, build: duckdb.DuckDBPyConnection, staged: str
) -> PresentState:
    """The present state of one feed.

    Args:
        contract: the feed.
        settings: where raw and reference lists are.
        gate: the feed's gate files.
        build: the build database, read-only.
        staged: `schema.table` of the feed's staged versions there, which says by `is_current` what counts.

    Raises:
        FileNotFoundError: a raw file of a delivery is gone.
    """
    in_force = deliveries_in_force(contract.mode, gate.deliveries.to_pylist())
    keyed = "record_key" if contract.primary_key else f"delivery_id || '|' || {ROW_NUMBER[1:]}"
    current = build.sql(
        f"select delivery_id, cast(row_number as bigint) as row_number, {keyed} as record, extract_date "
        f"from {staged} where is_current"
    ).to_arrow_table()
    records = current.num_rows
    faults = _faults(gate, in_force)
    if not faults.num_rows:
        return PresentState(records, ())
    keys = _keys(contract, settings, faults)
    with duckdb.connect() as connection:
        connection.register("current_rows", current)
        connection.register("faults", faults)
        connection.register("keys", keys)
        connection.register(
            "deliveries",
            pa.table(
                {
                    "delivery_id": list(in_force),
                    "extract_date": pa.array([row["extract_date"] for row in in_force.values()], pa.date32()),
                }
            ),
        )
        found = connection.execute(read_sql(__file__, "standing_of_faults")).fetchall()
    return PresentState(
        records,
        tuple(
            FaultyRow(
                delivery_id=delivery_id,
                file_name=in_force[delivery_id]["file_name"],
                extract_date=in_force[delivery_id]["extract_date"],
                row_number=row_number,
                rule_code=code,
                columns=tuple((columns or "").split(";")) if columns else (),
                standing=Standing(standing),
                record=record,
                key=tuple(key or ()),
            )
            for delivery_id, row_number, code, columns, standing, record, key in found
        ),
    )


def deliveries_in_force(mode: FeedMode, deliveries: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Accepted deliveries whose rows may still count, by id: all of a feed that adds up, else the newest of each
    partition (in the order in which staging lets them supersede each other)."""
    accepted = [row for row in deliveries if row["verdict"] != Verdict.REJECTED]
    if mode is FeedMode.INCREMENT:
        return {row["delivery_id"]: row for row in accepted}
    newest: dict[str, Mapping[str, Any]] = {}
    for row in sorted(accepted, key=lambda row: (row["extract_date"], row["file_sequence"] or 0, row["delivery_id"])):
        newest[row["partition_key"] or ""] = row
    return {row["delivery_id"]: row for row in newest.values()}


def _faults(gate: GateTables, in_force: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """Quarantined rows, and rows that broke a warning, of deliveries in force: a line for each rule."""
    ids = pa.array(list(in_force), pa.string())
    tables = []
    for table, is_quarantined in ((gate.quarantined_rows, True), (gate.warned_rows, False)):
        counting = table.filter(pc.is_in(table["delivery_id"], ids)).select([*_ROW_ID, "rule_code", "column_name"])
        flag = pa.repeat(pa.scalar(is_quarantined), counting.num_rows)
        tables.append(counting.append_column("is_quarantined", flag))
    return pa.concat_tables(tables)


def _keys(contract: FeedContract, settings: Settings, faults: pa.Table) -> pa.Table:
    """Record and key of every row with a fault: delivery_id, row_number, record (null if a part is missing), key."""
    schema = pa.schema([*((column, faults.schema.field(column).type) for column in _ROW_ID)])
    empty = schema.append(pa.field("record", pa.string())).append(pa.field("key", pa.list_(pa.string())))
    if not contract.primary_key:
        return empty.empty_table()
    rows = _raw_keys(contract, settings, faults)
    columns = [contract.column(column) for column in contract.primary_key]
    with duckdb.connect() as connection:
        connection.register("raw_keys", rows)
        texts = ", ".join(f"{text_value(contract, column)} as {text_name(column.name)}" for column in columns)
        typed = ", ".join(f"{typed_value(contract, column)} as {name(column.name)}" for column in columns)
        parts = [f"cast({name(column.name)} as varchar)" for column in columns]
        joined = f" || {literal('|')} || ".join(parts)
        delivered = ", ".join(text_name(column.name) for column in columns)
        return connection.sql(
            f"""
            with texts as (select {texts}, {DELIVERY_ID}, {ROW_NUMBER} from raw_keys),
            typed as (select *, {typed} from texts)
            select {DELIVERY_ID} as delivery_id, {ROW_NUMBER} as row_number, {joined} as record, [{delivered}] as key
            from typed
            """
        ).to_arrow_table()


def _raw_keys(contract: FeedContract, settings: Settings, faults: pa.Table) -> pa.Table:
    """Key columns of the rows with a fault, as delivered."""
    wanted: dict[str, set[int]] = {}
    for delivery_id, row_number in zip(*(faults[column].to_pylist() for column in _ROW_ID), strict=True):
        wanted.setdefault(delivery_id, set()).add(row_number)
    tables = []
    for delivery_id, numbers in sorted(wanted.items()):
        with pq.ParquetFile(raw_path(contract, settings, delivery_id)) as file:
            held: Sequence[str] = file.schema_arrow.names
            columns = [column for column in contract.primary_key if column in held]
            table = file.read(columns=[*columns, DELIVERY_ID, ROW_NUMBER], use_threads=False)
        tables.append(table.filter(pc.is_in(table[ROW_NUMBER], pa.array(sorted(numbers), pa.int64()))))
    return pa.concat_tables(tables, promote_options="default")
