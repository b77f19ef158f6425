"""The verdicts of all feeds added up.

Belongs here: totals over the gate's files and the check that they balance. Does not belong here: one feed's verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.quality.errors import ConservationError
from orchestration.quality.typed_sql import literal
from orchestration.quality.verdicts import Verdict
from orchestration.settings import Settings
from orchestration.sql_files import read_sql


@dataclass(frozen=True)
class LedgerTotals:
    """Deliveries and rows of the feeds that have any; received = accepted + quarantined + rejected."""

    feeds: int
    deliveries: int
    rejected_deliveries: int
    rows_received: int
    rows_accepted: int
    rows_quarantined: int
    rows_rejected: int

    def sentence(self) -> str:
        """The totals in words."""
        return (
            f"{self.deliveries:,} deliveries of {self.feeds} feeds, {self.rejected_deliveries:,} rejected; "
            f"{self.rows_received:,} rows received = {self.rows_accepted:,} accepted + "
            f"{self.rows_quarantined:,} quarantined + {self.rows_rejected:,} rejected"
        )

    def metadata(self) -> Mapping[str, int]:
        """The totals by name, for an asset's metadata."""
        return {
            "feeds": self.feeds,
            "deliveries": self.deliveries,
            "rejected_deliveries": self.rejected_deliveries,
            "rows_received": self.rows_received,
            "rows_accepted": self.rows_accepted,
            "rows_quarantined": self.rows_quarantined,
            "rows_rejected": self.rows_rejected,
        }


def ledger_totals(settings: Settings) -> LedgerTotals:
    """Adds up the gate's files.

    Raises:
        ConservationError: a delivery's quarantined rows are not the ones its verdict counts.
    """
    if not any((settings.gate_dir / "deliveries").glob("*.parquet")):
        return LedgerTotals(0, 0, 0, 0, 0, 0, 0)

    def source(table: str) -> str:
        pattern = literal(str(settings.gate_dir / table / "*.parquet"))
        return f"read_parquet({pattern}, filename = true)"

    with closing(duckdb.connect()) as connection:
        unequal = connection.execute(
            read_sql(
                __file__,
                "unequal_quarantine",
                quarantined_rows=source("quarantined_rows"),
                deliveries=source("deliveries"),
            )
        ).fetchone()
        if unequal is not None:
            feed, file_name, counted, named = unequal
            raise ConservationError(
                f"{feed} {file_name}: the verdict counts {counted:,} quarantined rows, {named:,} are named. Delete "
                "the feed's files below the gate folder and run again; if it stays, report a bug."
            )
        totals = connection.execute(
            f"""
            select count(distinct agency || '/' || feed), count(*), count(*) filter (where verdict = 'rejected'),
                coalesce(sum(rows_received), 0)::bigint, coalesce(sum(rows_quarantined), 0)::bigint,
                coalesce(sum(rows_received) filter (where verdict = 'rejected'), 0)::bigint
            from {source("deliveries")}
            """
        ).fetchone()
    assert totals is not None
    feeds, deliveries, rejected, received, quarantined, refused_rows = totals
    return LedgerTotals(
        feeds=feeds,
        deliveries=deliveries,
        rejected_deliveries=rejected,
        rows_received=received,
        rows_accepted=received - quarantined - refused_rows,
        rows_quarantined=quarantined,
        rows_rejected=refused_rows,
    )


def newest_extract_date(settings: Settings) -> date | None:
    """Newest extract date of a delivery that was not rejected; None if there is none."""
    folder = settings.gate_dir / "deliveries"
    if not any(folder.glob("*.parquet")):
        return None
    with closing(duckdb.connect()) as connection:
        newest: date | None = connection.execute(
            f"select max(extract_date) from read_parquet({literal(str(folder / '*.parquet'))}) "
            f"where verdict <> '{Verdict.REJECTED}'"
        ).fetchall()[0][0]
    return newest
