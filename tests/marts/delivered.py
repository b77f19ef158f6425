"""Delivered records as they stand, in pandas, sharing no SQL with the models.

Belongs here: reading raw, leaving out what the gate held back, keeping the newest version of each record. Does not
belong here: counting anything.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings

CONTRACTS = load_feed_contracts(Settings.from_environment().contracts_dir)


def newest_records(data_dir: Path, feed: str, key: list[str]) -> pd.DataFrame:
    """The newest accepted version of every record of an `increment` feed, texts as delivered, missing ones null.

    Args:
        data_dir: of a built warehouse.
        feed: `agency/feed`.
        key: its primary key.
    """
    name = f"{feed.replace('/', '__')}.parquet"
    deliveries = pd.read_parquet(data_dir / "gate" / "deliveries" / name)
    accepted = deliveries[deliveries["verdict"] != "rejected"]
    held = pd.read_parquet(data_dir / "gate" / "quarantined_rows" / name)
    held_rows = set(zip(held["delivery_id"], held["row_number"], strict=True))
    parts = []
    for delivery in accepted.itertuples():
        rows = pd.read_parquet(data_dir / "raw" / feed / f"{delivery.delivery_id}.parquet")
        let_in = [(delivery.delivery_id, number) not in held_rows for number in rows["_row_number"]]
        parts.append(rows[let_in].assign(_extract_date=delivery.extract_date, _sequence=delivery.file_sequence))
    rows = pd.concat(parts, ignore_index=True)
    for column in CONTRACTS[feed].column_names:
        text = rows[column].str.strip()
        rows[column] = text.mask(text.isin(["", *CONTRACTS[feed].delivery.missing_values]))
    order = ["_extract_date", "_sequence", "_row_number", "_delivery_id"]
    return rows.sort_values(order).drop_duplicates(key, keep="last").reset_index(drop=True)
