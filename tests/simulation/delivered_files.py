"""Reading delivered files back, independently of the warehouse's own ingest.

Belongs here: `read_delivery`, `replay` and `visible_text` for tests of the deliveries. Only the standard
library and pandas are used, so that a mistake in the writer cannot hide behind the same mistake in our reader.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pandas as pd

from orchestration.contracts import ColumnType, FeedContract, FeedMode


def read_delivery(path: Path, contract: FeedContract) -> pd.DataFrame:
    """The delivery as text under canonical column names; extra columns dropped, missing values empty strings."""
    content = path.read_bytes()
    if path.name.endswith(".gz"):
        content = gzip.decompress(content)
    if path.name.endswith(".parquet"):
        table = pd.read_parquet(io.BytesIO(content)).astype(object)
        table = table.where(table.notna(), "")
    elif ".jsonl" in path.name:
        lines = [json.loads(line) for line in content.decode(contract.delivery.encoding).splitlines()]
        table = pd.DataFrame(
            [{name: _as_text(value) for name, value in line.items()} for line in lines],
            columns=[column.physical_name for column in contract.columns],
            dtype=object,
        )
    else:
        text = content.decode(contract.delivery.encoding)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=contract.delivery.delimiter or ","))
        assert all(len(row) == len(rows[0]) for row in rows), f"{path} has ragged rows"
        table = pd.DataFrame(rows[1:], columns=rows[0], dtype=object)
    headers = {column.physical_name.lower(): column.name for column in contract.columns}
    table.columns = [headers.get(name.lower(), name) for name in table.columns]
    return table[list(contract.column_names)]


def replay(folder: Path, files: pd.DataFrame, contract: FeedContract) -> pd.DataFrame:
    """What a warehouse knows after all good deliveries: newest version per key, or the newest snapshot."""
    good = files[(files["feed"] == contract.key) & files["kind"].isin(["backlog", "normal", "redelivery", "duplicate"])]
    first_sent = good.sort_values("extract_date", kind="stable").drop_duplicates("sha256")
    versions = [read_delivery(folder / file, contract) for file in first_sent["file"]]
    if contract.mode is FeedMode.SNAPSHOT:
        return versions[-1]
    return pd.concat(versions, ignore_index=True).drop_duplicates(list(contract.primary_key), keep="last")


def visible_text(frame: pd.DataFrame, contract: FeedContract) -> pd.DataFrame:
    """The world's table as a reader of its contract expects it, written without the simulator's own encoder."""
    text = pd.DataFrame(index=frame.index)
    for column in contract.columns:
        values = frame[column.name]
        if column.type in {ColumnType.DATE, ColumnType.TIMESTAMP}:
            moments = pd.to_datetime(values)
            if column.type is ColumnType.TIMESTAMP and contract.delivery.timezone == "UTC":
                local = moments.dt.tz_localize("Europe/London", ambiguous=True, nonexistent="shift_forward")
                moments = local.dt.tz_convert("UTC")
            is_date = column.type is ColumnType.DATE
            pattern = contract.delivery.date_strptime if is_date else contract.delivery.timestamp_strptime
            words = moments.dt.strftime(str(pattern))
            words = words.str.upper() if "%b" in str(pattern) else words
        elif column.type in {ColumnType.INTEGER, ColumnType.NUMBER}:
            words = pd.to_numeric(values, errors="coerce").map(lambda number: f"{number:g}", na_action="ignore")
        else:
            words = values
        if contract.delivery.encoding == "cp1252":
            words = words.astype(object).replace("Ł", "L", regex=True)
        text[column.name] = words.astype(object).where(values.notna(), "")
    return text


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return ";".join(value) if isinstance(value, list) else str(value)
