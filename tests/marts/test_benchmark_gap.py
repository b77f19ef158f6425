"""Our figures beside the official ones: exact where the very files were published, and made-up figures say so."""

from __future__ import annotations

from contextlib import closing

import duckdb
import pandas as pd
import pytest

from tests.marts.conftest import METROPOLITAN_SEARCHES
from tests.support import Warehouse, World

pytestmark = pytest.mark.xdist_group("contradictions")


def published(warehouse: Warehouse, sql: str) -> pd.DataFrame:
    path = str(warehouse.settings.published_database.resolve())
    with closing(duckdb.connect(path, read_only=True)) as connection:
        return connection.execute(sql).df()


def test_searches_of_published_files_are_exactly_the_official_ones(disagreeing: tuple[Warehouse, World]) -> None:
    """Counted by hand in the files: what a force published of a month is what we say of it, to the search."""
    warehouse, _ = disagreeing
    if not (warehouse.settings.realdata_dir / "stop_search").is_dir():
        pytest.skip("no public files of stop and search: set WAREHOUSE_REALDATA_DIR")
    found = published(
        warehouse,
        "select period, ours, official, gap from marts.benchmark_gap "
        "where measure = 'stop_searches' and geography_code = '01'",
    )
    assert dict(zip(found["period"], found["ours"], strict=True)) == METROPOLITAN_SEARCHES
    assert (found["gap"] == 0).all()
    assert (found["official"] == found["ours"]).all()


def test_every_figure_of_made_up_records_says_simulated(disagreeing: tuple[Warehouse, World]) -> None:
    """Every delivery of the simulation came with a manifest that says it is made up; nothing else is asked."""
    warehouse, _ = disagreeing
    rows = published(warehouse, "select * from marts.benchmark_gap")
    ours = rows[rows["ours"].notna()]
    assert {"crown_open_cases", "crown_open_cases_over_a_year_share", "magistrates_open_cases"} & set(ours["measure"])
    assert ours["is_simulated"].all()
    assert ours["explained_by"].str.startswith("Simulated: ").all()
    assert not rows.loc[rows["ours"].isna(), "is_simulated"].any()
    deliveries = published(warehouse, "select feed, force_slug, period_month, is_simulated from marts.deliveries")
    public = (deliveries["force_slug"] == "metropolitan") & (
        pd.to_datetime(deliveries["period_month"]).dt.strftime("%Y-%m").isin(METROPOLITAN_SEARCHES)
    )
    assert deliveries.loc[~public, "is_simulated"].all()
    assert not deliveries.loc[public, "is_simulated"].any()


def test_open_crown_cases_of_a_day_are_those_of_the_mart(disagreeing: tuple[Warehouse, World]) -> None:
    warehouse, _ = disagreeing
    rows = published(warehouse, "select * from marts.benchmark_gap where measure = 'crown_open_cases'")
    rows = rows[rows["ours"].notna()].set_index(["period", "geography_code"])
    caseload = published(warehouse, "select * from marts.open_caseload where jurisdiction = 'C'")
    caseload["period"] = pd.to_datetime(caseload["snapshot_date"]).dt.strftime("%Y-%m-%d")
    country = caseload.groupby("period")["cases"].sum()
    courts = caseload.groupby(["period", "court_code"])["cases"].sum()
    assert ("2025-12-31", "all") in rows.index
    for (period, place), row in rows.iterrows():
        assert row["ours"] == (country[period] if place == "all" else courts[period, place])
        assert row["gap"] == row["ours"] - row["official"]
