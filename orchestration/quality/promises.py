"""What agencies promised about their deliveries, written out for the models: how often, how soon, how they add up.

Belongs here: the one file that carries it from the contracts to dbt. Does not belong here: whether a promise was kept
(the mart `freshness`), how a rule is asked (`checks`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from orchestration.atomic import remove_leftovers, write_table
from orchestration.contracts import FeedContract
from orchestration.settings import Settings

FEEDS = pa.schema(
    [
        ("agency", pa.string()),
        ("feed", pa.string()),
        ("title", pa.string()),
        ("owner", pa.string()),
        ("mode", pa.string()),
        ("frequency_months", pa.int32()),
        ("latency_days", pa.int32()),
        ("fresh_for_days", pa.int32()),
    ]
)


def feeds_path(settings: Settings) -> Path:
    """Where the file is; alone in its folder, as the gate's other files are one folder each."""
    return settings.gate_dir / "feeds" / "feeds.parquet"


def write_feed_promises(contracts: Iterable[FeedContract], settings: Settings) -> None:
    """Writes one row for each contract, in the order given. The same contracts give the same rows."""
    rows = [
        {
            "agency": contract.agency,
            "feed": contract.feed,
            "title": contract.title,
            "owner": contract.owner.name,
            "mode": contract.mode.value,
            "frequency_months": contract.service_level.frequency_months,
            "latency_days": contract.service_level.latency_days,
            "fresh_for_days": contract.service_level.fresh_for_days,
        }
        for contract in contracts
    ]
    path = feeds_path(settings)
    remove_leftovers(path.parent)
    write_table(path, pa.Table.from_pylist(rows, FEEDS))
