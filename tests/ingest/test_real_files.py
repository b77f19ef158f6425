"""The public stop-and-search files go through as they were published."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.ingest import ingest_feed, raw_folder
from orchestration.quality import gate_feed
from orchestration.settings import Settings

ROWS = {"2024-09": 3253, "2024-10": 3400, "2024-11": 3389, "2024-12": 2836}


def test_every_row_of_the_metropolitan_files_is_received_and_accepted(tmp_path: Path) -> None:
    source = Settings.from_environment().realdata_dir / "stop_search"
    if not source.is_dir():
        pytest.skip(f"no public stop-and-search files at {source}")
    settings = Settings.from_environment(landing_dir=tmp_path / "landing", data_dir=tmp_path / "data")
    contract = load_feed_contracts(settings.contracts_dir)["police/stop_search"]
    shutil.copytree(source, settings.landing_dir / "police" / "stop_search")
    summary = ingest_feed(contract, settings)
    assert summary.problems == ()
    assert summary.rows_received == sum(ROWS.values())
    assert gate_feed(contract, settings).rows_accepted == sum(ROWS.values())
    verdicts = settings.gate_dir / "deliveries" / "police__stop_search.parquet"
    counted = duckdb.sql(
        f"""
        select strftime(period_month, '%Y-%m'), force_slug, rows_received, rows_quarantined, count(*)
        from read_parquet('{verdicts}') as verdicts
        inner join read_parquet('{raw_folder(contract, settings)}/*.parquet') as raw
            on verdicts.delivery_id = raw._delivery_id
        group by all order by 1
        """
    ).fetchall()
    assert counted == [(month, "metropolitan", rows, 0, rows) for month, rows in ROWS.items()]
