"""What arrived, what was refused and what became of that, how fresh each feed is and what is published.

Belongs here: the picture as values and lines. Does not belong here: which refusals are outstanding (`quality`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from orchestration.console.freshness import stale_feeds
from orchestration.contracts import FeedContract
from orchestration.ingest import UnplacedFile, files_not_yet_ingested, look_outside_feeds
from orchestration.publish import Publication, latest_publication
from orchestration.publish.pages import missing_pages
from orchestration.quality.standing import GateStanding, gate_standing, refusal_sentence
from orchestration.settings import Settings


@dataclass(frozen=True)
class WarehouseStatus:
    """The whole picture, feeds in the order of the contracts; `stale` is as of the published build."""

    feeds: tuple[GateStanding, ...]
    stale: tuple[str, ...]
    files_waiting: int
    unplaced: tuple[UnplacedFile, ...]
    publication: Publication | None
    missing_pages: Mapping[str, str]


def warehouse_status(settings: Settings, contracts: dict[str, FeedContract]) -> WarehouseStatus:
    """Reads the gate's verdicts, the landing folder and the publication record; opens no database a build may hold."""
    return WarehouseStatus(
        feeds=tuple(gate_standing(contract, settings) for contract in contracts.values()),
        stale=stale_feeds(settings),
        files_waiting=len(files_not_yet_ingested(contracts.values(), settings)),
        unplaced=tuple(look_outside_feeds(contracts.values(), settings.landing_dir)),
        publication=latest_publication(settings),
        missing_pages=missing_pages(settings.published_dir),
    )


def status_table(status: WarehouseStatus) -> pa.Table:
    """The feeds as a table: one row each."""
    feeds = status.feeds
    return pa.table(
        {
            "feed": [item.feed for item in feeds],
            "deliveries": [item.deliveries for item in feeds],
            "refused": [len(item.refusals) for item in feeds],
            "outstanding": [len(item.outstanding) for item in feeds],
            "rows received": [item.rows_received for item in feeds],
            "quarantined": [item.rows_quarantined for item in feeds],
            "newest extract": [
                item.newest_accepted.isoformat() if item.newest_accepted else "never delivered" for item in feeds
            ],
        }
    )


def refusal_lines(status: WarehouseStatus) -> list[str]:
    """Outstanding refusals with the rules that refused them, then those a later delivery has made good."""
    outstanding, mended = [], []
    for feed in status.feeds:
        for refusal in feed.refusals:
            if refusal.corrected_by is None:
                outstanding.append(f"refused, outstanding: {refusal_sentence(refusal, feed.rule_names)}")
            else:
                file = refusal.delivery.file_name
                mended.append(f"refused, corrected: {feed.feed}: {file} by {refusal.corrected_by.file_name}")
    return outstanding + mended
