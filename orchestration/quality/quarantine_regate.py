"""Judging a feed anew from raw, and what that changed.

Belongs here: verdicts before and after. Does not belong here: judging (`gate`), reading files again (ingest does, when
what decides how they are read has changed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from orchestration.contracts import FeedContract
from orchestration.quality.errors import GateError, ReferenceListError
from orchestration.quality.gate import gate_feed
from orchestration.quality.gate_files import gate_path
from orchestration.reporter import Reporter
from orchestration.run_lock import build_lock
from orchestration.settings import Settings

NOT_JUDGED = "not judged"
"""Verdict before, of a delivery in raw that no run has judged yet."""


@dataclass(frozen=True)
class VerdictChange:
    """A delivery whose verdict, or number of rows in quarantine, is not what it was."""

    feed: str
    delivery_id: str
    file_name: str
    verdict_before: str
    verdict_after: str
    rows_quarantined_before: int
    rows_quarantined_after: int


@dataclass(frozen=True)
class RegateReport:
    """What judging anew did.

    Attributes:
        deliveries: judged, over all feeds.
        changes: feeds in the order given, oldest delivery first.
        faults: feeds whose rules could not be asked, in words; their earlier verdicts stand.
    """

    feeds: int
    deliveries: int
    changes: tuple[VerdictChange, ...]
    faults: tuple[str, ...]


def regate(
    contracts: Iterable[FeedContract], settings: Settings, *, report: Reporter = lambda message: None
) -> RegateReport:
    """Judges every delivery of these feeds again from raw under today's rules; a feed at fault stops no other.

    Args:
        contracts: the feeds.
        settings: the warehouse.
        report: receives the name of each feed as its turn comes.

    Raises:
        AlreadyRunningError: a build is at work.
        ConservationError: raw does not hold the rows its receipts say.
        ReleaseLogError: the log of released rows cannot be read.
    """
    changes: list[VerdictChange] = []
    faults: list[str] = []
    feeds = deliveries = 0
    with build_lock(settings.data_dir, wait_seconds=0):
        for contract in contracts:
            report(f"judging {contract.key} ...")
            before = _verdicts(contract, settings)
            try:
                summary = gate_feed(contract, settings, anew=True)
            except (GateError, ReferenceListError) as error:
                faults.append(str(error))
                continue
            feeds += 1
            deliveries += summary.deliveries
            changes += _changes(contract, before, _verdicts(contract, settings))
    return RegateReport(feeds, deliveries, tuple(changes), tuple(faults))


def _changes(
    contract: FeedContract, before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> list[VerdictChange]:
    changes = []
    for delivery_id, now in after.items():
        then = before.get(delivery_id, {"verdict": NOT_JUDGED, "rows_quarantined": 0})
        if (then["verdict"], then["rows_quarantined"]) == (now["verdict"], now["rows_quarantined"]):
            continue
        changes.append(
            VerdictChange(
                feed=contract.key,
                delivery_id=delivery_id,
                file_name=now["file_name"],
                verdict_before=then["verdict"],
                verdict_after=now["verdict"],
                rows_quarantined_before=then["rows_quarantined"],
                rows_quarantined_after=now["rows_quarantined"],
            )
        )
    return changes


def _verdicts(contract: FeedContract, settings: Settings) -> dict[str, dict[str, Any]]:
    """The deliveries file by delivery, as it lies there."""
    path = gate_path(contract, settings, "deliveries")
    if not path.exists():
        return {}
    columns = ["delivery_id", "file_name", "verdict", "rows_quarantined"]
    return {row["delivery_id"]: row for row in pq.read_table(path, columns=columns).to_pylist()}
