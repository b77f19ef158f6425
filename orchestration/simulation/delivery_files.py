"""Files as an agency hands them over: names, manifests, faults in transfer, and how they reach the landing folder.

Belongs here: everything about a file that is not its rows. Does not belong here: which rows it holds (`deliveries.py`)
or how a value is written (`encoding.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self
from zlib import crc32

import numpy as np
import pandas as pd
import pyarrow as pa

from orchestration.contracts import FeedContract
from orchestration.simulation.encoding import Wrapping, to_bytes, to_parquet, wrap

MANIFEST_SUFFIX = ".manifest.json"

_DAYS_AFTER_MONTH_END = {
    "police": (4, 9),
    "cps": (2, 5),
    "hmcts": (1, 3),
    "prison": (3, 6),
    "probation": (5, 10),
    "laa": (6, 12),
}
"""Agency -> first and last day after the month end on which it extracts."""


class DeliveryKind(StrEnum):
    """Why a file is in the landing folder."""

    BACKLOG = "backlog"
    """The first delivery of the window: everything there was before it, too."""
    NORMAL = "normal"
    DUPLICATE = "duplicate"
    """The very bytes of another delivery, sent again."""
    TRUNCATED = "truncated"
    """Broken off in transfer; its manifest tells."""
    MISSING_COLUMN = "missing_column"
    ZERO_BYTE = "zero_byte"
    REDELIVERY = "redelivery"
    """The good copy that follows a faulty one on the same extract date."""
    NOT_DELIVERED = "not_delivered"
    """No file: a month a police force did not publish."""


FAULTS = (DeliveryKind.TRUNCATED, DeliveryKind.MISSING_COLUMN, DeliveryKind.ZERO_BYTE)


@dataclass(frozen=True)
class DeliveryParameters:
    """Shares of files, and of records, that are not delivered in the plain way.

    `late_records` is the share of new or changed records that miss their delivery and come one or two later; none is
    late at the end of the window, so that the last delivery completes the picture.
    """

    late_records: float = 0.02
    gzipped: float = 0.08
    parquet: float = 0.02
    columns_shuffled: float = 0.05
    extra_column: float = 0.04
    without_manifest: float = 0.10
    duplicated: float = 0.03
    faulty: float = 0.012

    @classmethod
    def plain(cls) -> Self:
        """Every record in time, every file once, as the contract says, with its manifest."""
        return cls(**{item.name: 0.0 for item in fields(cls)})


@dataclass(frozen=True)
class DeliveredFile:
    """One line of the truth table `deliveries`; `file` is relative to the landing folder."""

    file: str
    feed: str
    kind: DeliveryKind
    rows: int
    extract_date: date | None
    month_end: date
    sha256: str


def seeded(seed: int, *purposes: str) -> np.random.Generator:
    """A random generator of its own for one purpose, so that feeds do not depend on each other's order."""
    return np.random.default_rng([seed, *(crc32(purpose.encode()) for purpose in purposes)])


def extract_dates(agency: str, month_ends: tuple[date, ...], seed: int) -> list[date]:
    """Per month end, the day on which the agency extracts all its feeds."""
    first, last = _DAYS_AFTER_MONTH_END.get(agency, (2, 6))
    days = seeded(seed, "extract dates", agency).integers(first, last + 1, len(month_ends))
    return [month_end + timedelta(days=int(day)) for month_end, day in zip(month_ends, days, strict=True)]


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it exists whole or not at all, also if the process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)


class FeedFiles:
    """Writes the monthly files of one feed and keeps the list of them."""

    def __init__(self, contract: FeedContract, out_dir: Path, parameters: DeliveryParameters, rng: np.random.Generator):
        """Files go to `out_dir/<agency>/<feed>`."""
        self.contract = contract
        self.folder = out_dir / contract.agency / contract.feed
        self.out_dir = out_dir
        self.parameters = parameters
        self.rng = rng
        self.files: list[DeliveredFile] = []

    def deliver(self, table: pa.Table, month_end: date, extracted_on: date) -> str:
        """Write one month's delivery, its manifest, and whatever goes wrong with it; returns the good file's name."""
        share = self.parameters
        is_first = not self.files
        table = self._as_sent(table, month_end)
        content, extension = self._encoded(table)
        faulty = table.num_rows > 1 and self._happens(share.faulty)
        sequence = 1
        if faulty:
            self._deliver_faulty(table, content, extension, month_end, extracted_on)
            sequence = 2
        kind = DeliveryKind.REDELIVERY if faulty else DeliveryKind.BACKLOG if is_first else DeliveryKind.NORMAL
        good = self._write(content, extension, table.num_rows, kind, month_end, extracted_on, sequence)
        if not is_first and self._happens(share.duplicated):
            again_on, again_as = (extracted_on, sequence + 1) if self._happens(0.5) else (self._later(extracted_on), 1)
            self._write(content, extension, table.num_rows, DeliveryKind.DUPLICATE, month_end, again_on, again_as)
        return good

    def _happens(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _later(self, day: date) -> date:
        return day + timedelta(days=int(self.rng.integers(1, 4)))

    def _as_sent(self, table: pa.Table, month_end: date) -> pa.Table:
        if self._happens(self.parameters.extra_column):
            batch = pa.array([f"B{month_end:%y%m}"] * table.num_rows, type=pa.string())
            table = table.append_column("extract_batch" if table.column_names[0].islower() else "EXTRACT_BATCH", batch)
        if self._happens(self.parameters.columns_shuffled):
            table = table.select([table.column_names[place] for place in self.rng.permutation(table.num_columns)])
        return table

    def _encoded(self, table: pa.Table) -> tuple[bytes, str]:
        delivery = self.contract.delivery
        columns = {column.physical_name: column for column in self.contract.columns}
        if delivery.kind == "csv" and self._happens(self.parameters.parquet):
            return to_parquet(table), "parquet"
        wrapping = Wrapping.GZIP if self._happens(self.parameters.gzipped) else Wrapping.PLAIN
        return wrap(to_bytes(table, columns, delivery), wrapping), f"{delivery.kind}{wrapping.value}"

    def _deliver_faulty(
        self, table: pa.Table, content: bytes, extension: str, month_end: date, extracted_on: date
    ) -> None:
        fault = FAULTS[int(self.rng.integers(0, len(FAULTS)))]
        if fault is DeliveryKind.MISSING_COLUMN:
            optional = [c.physical_name for c in self.contract.columns if not c.is_primary_key]
            lost = optional[int(self.rng.integers(0, len(optional)))]
            content, extension = self._encoded(table.drop_columns([lost]))
            self._write(content, extension, table.num_rows, fault, month_end, extracted_on, 1)
            return
        broken = b"" if fault is DeliveryKind.ZERO_BYTE else content[: int(len(content) * self.rng.uniform(0.2, 0.9))]
        self._write(broken, extension, table.num_rows, fault, month_end, extracted_on, 1, manifest_of=content)

    def _write(
        self,
        content: bytes,
        extension: str,
        rows: int,
        kind: DeliveryKind,
        month_end: date,
        extracted_on: date,
        sequence: int,
        manifest_of: bytes | None = None,
    ) -> str:
        name = f"{self.contract.feed}_{extracted_on:%Y%m%d}{'' if sequence == 1 else f'_{sequence}'}.{extension}"
        path = self.folder / name
        intended = content if manifest_of is None else manifest_of
        digest = hashlib.sha256(intended).hexdigest()
        # A broken transfer without a manifest could pass for a short delivery, so those always carry one.
        if manifest_of is not None or not self._happens(self.parameters.without_manifest):
            manifest = {
                "feed": self.contract.key,
                "extracted_at": self._extracted_at(extracted_on).isoformat() + "Z",
                "period_start": month_end.replace(day=1).isoformat(),
                "period_end": month_end.isoformat(),
                "rows": rows,
                "sha256": digest,
                "simulated": True,
            }
            write_atomically(path.with_name(name + MANIFEST_SUFFIX), (json.dumps(manifest, indent=2) + "\n").encode())
        write_atomically(path, content)
        file = path.relative_to(self.out_dir).as_posix()
        sha256 = hashlib.sha256(content).hexdigest()
        self.files.append(DeliveredFile(file, self.contract.key, kind, rows, extracted_on, month_end, sha256))
        return file

    def _extracted_at(self, extracted_on: date) -> datetime:
        """Between two and five in the morning of the extract date, drawn, never the clock's time."""
        return datetime(extracted_on.year, extracted_on.month, extracted_on.day) + timedelta(
            seconds=int(self.rng.integers(2 * 3600, 5 * 3600))
        )


def deliveries_table(files: list[DeliveredFile]) -> pd.DataFrame:
    """The truth table `deliveries`: file, feed, kind, rows, extract_date, month_end, sha256; one line per file.

    `rows` is what the agency meant to send; a truncated file holds fewer.
    """
    names = [item.name for item in fields(DeliveredFile)]
    table = pd.DataFrame([[getattr(file, name) for name in names] for file in files], columns=names)
    table["kind"] = table["kind"].map(str)
    for name in ("extract_date", "month_end"):
        table[name] = pd.to_datetime(table[name])
    return table
