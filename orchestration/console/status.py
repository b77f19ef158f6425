"""What arrived, what was refused, how fresh each feed is and what is published."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from orchestration.contracts import FeedContract
from orchestration.ingest import UnplacedFile, files_not_yet_ingested, look_outside_feeds
from orchestration.publish import Publication, latest_publication
from orchestration.settings import Settings


@dataclass(frozen=True)
class FeedStatus:
    """One feed: deliveries and rows by verdict, and the newest extract date accepted."""

    feed: str
    deliveries: int
    rejected: int
    rows_received: int
    rows_quarantined: int
    newest_extract: date | None


@dataclass(frozen=True)
class Refusal:
    """One rejected delivery and why."""

    feed: str
    file_name: str
    reasons: str


@dataclass(frozen=True)
class WarehouseStatus:
    """The whole picture, feeds in the order of the contracts."""

    feeds: tuple[FeedStatus, ...]
    refusals: tuple[Refusal, ...]
    files_waiting: int
    unplaced: tuple[UnplacedFile, ...]
    publication: Publication | None


def warehouse_status(settings: Settings, contracts: dict[str, FeedContract]) -> WarehouseStatus:
    """Reads the gate's verdicts, the landing folder and the publication record; opens no database a build may hold."""
    rows, refusals = _verdicts(settings)
    return WarehouseStatus(
        feeds=tuple(rows.get(key, FeedStatus(key, 0, 0, 0, 0, None)) for key in contracts),
        refusals=refusals,
        files_waiting=len(files_not_yet_ingested(contracts.values(), settings)),
        unplaced=tuple(look_outside_feeds(contracts.values(), settings.landing_dir)),
        publication=latest_publication(settings),
    )


def status_table(status: WarehouseStatus) -> pa.Table:
    """The feeds as a table: one row each."""
    return pa.table(
        {
            "feed": [feed.feed for feed in status.feeds],
            "deliveries": [feed.deliveries for feed in status.feeds],
            "refused": [feed.rejected for feed in status.feeds],
            "rows received": [feed.rows_received for feed in status.feeds],
            "quarantined": [feed.rows_quarantined for feed in status.feeds],
            "newest extract": [
                feed.newest_extract.isoformat() if feed.newest_extract else "never delivered" for feed in status.feeds
            ],
        }
    )


def _verdicts(settings: Settings) -> tuple[dict[str, FeedStatus], tuple[Refusal, ...]]:
    folder = settings.gate_dir / "deliveries"
    if not any(folder.glob("*.parquet")):
        return {}, ()
    source = f"read_parquet('{str(folder).replace(chr(39), chr(39) * 2)}/*.parquet', union_by_name = true)"
    with closing(duckdb.connect()) as connection:
        counts = connection.execute(
            f"""
            select agency || '/' || feed, count(*), count(*) filter (where verdict = 'rejected'),
                sum(rows_received)::bigint, sum(rows_quarantined)::bigint,
                max(extract_date) filter (where verdict <> 'rejected')
            from {source} group by 1
            """
        ).fetchall()
        refused = connection.execute(
            f"select agency || '/' || feed, file_name, reasons from {source} where verdict = 'rejected' order by 1, 2"
        ).fetchall()
    return {row[0]: FeedStatus(*row) for row in counts}, tuple(Refusal(*row) for row in refused)
