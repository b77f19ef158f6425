"""Receipts: one line for every file an agency landed, and what was found on opening it.

Belongs here: the record and its Parquet file. Does not belong here: verdicts (the gate's).

A receipt stays when the landing folder is cleared: what was received was received. A file replaced under its own name
replaces its receipt, so that half a file caught in transfer leaves no trace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.atomic import write_table
from orchestration.contracts import FeedContract
from orchestration.ingest.problems import Problem
from orchestration.settings import Settings

_SCHEMA = pa.schema(
    [
        ("agency", pa.string()),
        ("feed", pa.string()),
        ("file_path", pa.string()),
        ("file_size", pa.int64()),
        ("file_mtime_ns", pa.int64()),
        ("sha256", pa.string()),
        ("delivery_id", pa.string()),
        ("extract_date", pa.date32()),
        ("file_sequence", pa.int32()),
        ("force_slug", pa.string()),
        ("month", pa.string()),
        ("manifest_size", pa.int64()),
        ("manifest_mtime_ns", pa.int64()),
        ("manifest_rows", pa.int64()),
        ("manifest_sha256", pa.string()),
        ("rows_received", pa.int64()),
        ("problems", pa.string()),
        ("has_raw", pa.bool_()),
        ("reading_version", pa.string()),
        ("received_at", pa.timestamp("us", tz="UTC")),
        ("mapping", pa.string()),
        ("is_simulated", pa.bool_()),
    ]
)

RUN_TIME_COLUMNS = ("file_mtime_ns", "manifest_mtime_ns", "received_at")
"""Receipt columns that depend on when and where, not on what was delivered."""


@dataclass(frozen=True)
class Receipt:
    """One landed file.

    Attributes:
        file_path: below the landing folder; identifies the receipt.
        delivery_id: identity of the content; files with the same bytes are one delivery.
        extract_date, file_sequence: from the name; None if it was not understood.
        rows_received: data rows read; 0 if the file could not be read.
        problems: broken delivery rules, in order of code.
        has_raw: whether the rows are in the raw folder.
        reading_version: fingerprint of what decides how the file is read; a change reads it anew.
        received_at: when the warehouse first saw this file.
        mapping: name and version of the mapping that read it; None if it came in the feed's own layout.
        is_simulated: whether its manifest says that the rows are made up; None where it says nothing.
    """

    agency: str
    feed: str
    file_path: str
    file_size: int
    file_mtime_ns: int
    sha256: str
    delivery_id: str
    extract_date: date | None
    file_sequence: int | None
    force_slug: str | None
    month: str | None
    manifest_size: int | None
    manifest_mtime_ns: int | None
    manifest_rows: int | None
    manifest_sha256: str | None
    rows_received: int
    problems: tuple[Problem, ...]
    has_raw: bool
    reading_version: str
    received_at: datetime
    mapping: str | None = None
    is_simulated: bool | None = None

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return self.file_path.rpartition("/")[2]

    @property
    def partition_key(self) -> str | None:
        """`force-slug|YYYY-MM` for a feed that is a snapshot per force and month."""
        return f"{self.force_slug}|{self.month}" if self.force_slug and self.month else None


def receipts_path(contract: FeedContract, settings: Settings) -> Path:
    """Where a feed's receipts are."""
    return settings.raw_dir / "_receipts" / f"{contract.agency}__{contract.feed}.parquet"


def load_receipts(contract: FeedContract, settings: Settings) -> tuple[Receipt, ...]:
    """A feed's receipts in path order; none if nothing was ever ingested."""
    path = receipts_path(contract, settings)
    if not path.exists():
        return ()
    rows: list[dict[str, Any]] = pq.read_table(path, schema=_SCHEMA).to_pylist()
    for row in rows:
        row["problems"] = tuple(Problem(**item) for item in json.loads(row["problems"]))
    return tuple(Receipt(**row) for row in rows)


def save_receipts(contract: FeedContract, settings: Settings, receipts: Iterable[Receipt]) -> None:
    """Replaces a feed's receipts in one step."""
    rows = []
    for receipt in sorted(receipts, key=lambda item: item.file_path):
        row = asdict(receipt)
        row["problems"] = json.dumps(row["problems"], ensure_ascii=False)
        rows.append(row)
    write_table(receipts_path(contract, settings), pa.Table.from_pylist(rows, schema=_SCHEMA))
