"""Reading back what ingest and the gate wrote, for comparison. No tests here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from orchestration.contracts import FeedContract
from orchestration.ingest import RUN_TIME_COLUMNS, Receipt, load_receipts, raw_folder
from orchestration.ingest.raw import read_aside
from orchestration.settings import Settings


def raw_rows(contract: FeedContract, settings: Settings, delivery_id: str | None = None) -> list[dict[str, Any]]:
    """Raw rows of one delivery, or of the only one, without their provenance columns."""
    receipts = load_receipts(contract, settings)
    wanted = delivery_id or next(receipt.delivery_id for receipt in receipts if receipt.has_raw)
    rows = pq.read_table(raw_folder(contract, settings) / f"{wanted}.parquet").to_pylist()
    numbers = [row["_row_number"] for row in rows]
    beside = [line.row_number for line in read_aside(contract, settings, wanted)]
    assert numbers == sorted(numbers)
    assert sorted(numbers + beside) == list(range(1, len(rows) + len(beside) + 1))
    assert {row["_delivery_id"] for row in rows} <= {wanted}
    return [{name: value for name, value in row.items() if not name.startswith("_")} for row in rows]


def only_receipt(contract: FeedContract, settings: Settings) -> Receipt:
    """The one receipt there is."""
    (receipt,) = load_receipts(contract, settings)
    return receipt


def problems(contract: FeedContract, settings: Settings) -> list[tuple[str, str]]:
    """Kind and message of every problem of the only receipt; kinds without the feed's prefix."""
    return [
        (problem.rule_code.rpartition("-")[2], problem.message) for problem in only_receipt(contract, settings).problems
    ]


def raw_state(contract: FeedContract, settings: Settings) -> dict[str, Any]:
    """Every raw file's rows and every receipt, run-time columns left out."""
    files = {path.name: pq.read_table(path).to_pylist() for path in sorted(raw_folder(contract, settings).iterdir())}
    receipts = [
        {name: value for name, value in asdict(receipt).items() if name not in RUN_TIME_COLUMNS}
        for receipt in load_receipts(contract, settings)
    ]
    return {"files": files, "receipts": receipts}


def leftovers(folder: Path) -> list[Path]:
    """Files no finished run leaves."""
    return [path for path in folder.rglob("*") if path.name.startswith(".")]
