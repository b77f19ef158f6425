"""The gate's five files per feed: verdicts, quarantined rows, rows that broke a rule which only warns, rule results,
and rows by code and month.

Belongs here: their columns, writing and reading them. Does not belong here: what goes into them.

The files hold nothing that depends on when or in how many runs they were made. Each carries the same mark; files whose
marks differ come from a run that was killed between two of them, and are not believed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.atomic import remove_leftovers, write_table
from orchestration.contracts import FeedContract
from orchestration.settings import Settings

DELIVERIES = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("agency", pa.string()),
        ("feed", pa.string()),
        ("extract_date", pa.date32()),
        ("file_sequence", pa.int32()),
        ("partition_key", pa.string()),
        ("force_slug", pa.string()),
        ("period_month", pa.date32()),
        ("file_name", pa.string()),
        ("sha256", pa.string()),
        ("rows_received", pa.int64()),
        ("rows_quarantined", pa.int64()),
        ("verdict", pa.string()),
        ("reason_codes", pa.string()),
        ("reasons", pa.string()),
        ("receipts", pa.int32()),
        ("mapping", pa.string()),
        ("is_simulated", pa.bool_()),
    ]
)
QUARANTINED_ROWS = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("row_number", pa.int64()),
        ("rule_code", pa.string()),
        ("column_name", pa.string()),
        ("message", pa.string()),
    ]
)
WARNED_ROWS = pa.schema([field for field in QUARANTINED_ROWS if field.name != "message"])
RULE_RESULTS = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("agency", pa.string()),
        ("feed", pa.string()),
        ("rule_code", pa.string()),
        ("rule_name", pa.string()),
        ("dimension", pa.string()),
        ("severity", pa.string()),
        ("column_name", pa.string()),
        ("checked", pa.int64()),
        ("failed", pa.int64()),
        ("detail", pa.string()),
    ]
)
CATEGORY_COUNTS = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("column_name", pa.string()),
        ("value", pa.string()),
        ("rows", pa.int64()),
    ]
)
_SCHEMAS = {
    "category_counts": CATEGORY_COUNTS,
    "rule_results": RULE_RESULTS,
    "quarantined_rows": QUARANTINED_ROWS,
    "warned_rows": WARNED_ROWS,
    "deliveries": DELIVERIES,
}
"""In the order in which they are written."""


@dataclass(frozen=True)
class GateTables:
    """What the gate knows of one feed."""

    deliveries: pa.Table
    quarantined_rows: pa.Table
    warned_rows: pa.Table
    rule_results: pa.Table
    category_counts: pa.Table

    @classmethod
    def empty(cls) -> GateTables:
        """Of a feed never delivered."""
        return cls(**{name: schema.empty_table() for name, schema in _SCHEMAS.items()})

    def equals(self, other: GateTables) -> bool:
        """Whether all tables hold the same."""
        return all(getattr(self, name).equals(getattr(other, name)) for name in _SCHEMAS)


def gate_path(contract: FeedContract, settings: Settings, table: str) -> Path:
    """Where one of a feed's gate files is."""
    return settings.gate_dir / table / f"{contract.agency}__{contract.feed}.parquet"


def load_gate_tables(contract: FeedContract, settings: Settings, rules_version: str) -> GateTables | None:
    """What an earlier run found under the same rules, or None if there is nothing to build on."""
    tables: dict[str, pa.Table] = {}
    marks = set()
    for name, schema in _SCHEMAS.items():
        path = gate_path(contract, settings, name)
        if not path.exists():
            return None
        table = pq.read_table(path)
        marks.add(tuple(_metadata(table, key) for key in ("rules_version", "mark")))
        if not table.schema.remove_metadata().equals(schema):
            return None
        tables[name] = table.replace_schema_metadata(None)
    if len(marks) != 1 or next(iter(marks))[0] != rules_version:
        return None
    return GateTables(**tables)


def read_gate_table(contract: FeedContract, settings: Settings, name: str) -> pa.Table:
    """One gate file as the last run left it, whatever rules it went by; empty if the feed was never judged.

    A column that the run, of an earlier version, did not know yet is null until the feed is judged again.
    """
    schema = _SCHEMAS[name]
    path = gate_path(contract, settings, name)
    if not path.exists():
        return schema.empty_table()
    file = pq.ParquetFile(path)
    known = set(file.schema_arrow.names)
    table = file.read(columns=[column for column in schema.names if column in known])
    missing = [field for field in schema if field.name not in known]
    for field in missing:
        table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select(schema.names)


def read_gate_tables(contract: FeedContract, settings: Settings) -> GateTables:
    """What the last run found, whatever rules it went by; empty if the feed was never judged."""
    return GateTables(**{name: read_gate_table(contract, settings, name) for name in _SCHEMAS})


def save_gate_tables(contract: FeedContract, settings: Settings, tables: GateTables, rules_version: str) -> None:
    """Writes the files, each whole, all under one mark."""
    digest = hashlib.sha256(rules_version.encode())
    for name in _SCHEMAS:
        digest.update(_content(getattr(tables, name)))
    metadata = {"rules_version": rules_version, "mark": digest.hexdigest()[:32]}
    for name in _SCHEMAS:
        path = gate_path(contract, settings, name)
        remove_leftovers(path.parent)
        write_table(path, getattr(tables, name), metadata)


def _content(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    combined = table.combine_chunks()
    with pa.ipc.new_stream(sink, combined.schema) as writer:
        writer.write_table(combined)
    return bytes(sink.getvalue())


def _metadata(table: pa.Table, key: str) -> str:
    metadata: dict[bytes, bytes] = table.schema.metadata or {}
    return metadata.get(key.encode(), b"").decode()
