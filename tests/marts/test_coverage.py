"""What each mart says of how whole its rows are, against the dates of the deliveries themselves."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.support import Warehouse

STATES = {"complete", "partial", "before_first_extract", "provisional"}

OF_NO_PERIOD = {
    "benchmark_gap": "compares a period only where the deliveries hold all of it",
    "coverage": "says it of each feed",
    "deliveries": "is of deliveries, not of what they tell",
    "freshness": "likewise",
    "mart_sources": "likewise",
    "rule_results": "likewise",
    "revisions": "is of two publications",
    "linkage_quality": "is of the linkage, over all records",
}
"""Marts without the column, and why."""

OF_TWELVE_MONTHS = {"court_sentencing_comparison"}
"""Marts whose quarter is the last of four."""


@pytest.fixture(scope="module")
def needs(manifest: Path) -> dict[str, list[str]]:
    """The feeds each mart says it cannot do without."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {node["name"]: node["config"]["meta"]["coverage"] for node in nodes if "coverage" in node["config"]["meta"]}


def extracts(built: Warehouse) -> pd.DataFrame:
    rows = built.query("select agency || '/' || feed, cast(extract_date as date), verdict from marts.deliveries")
    return pd.DataFrame(rows, columns=["feed", "on", "verdict"])


def test_every_mart_with_a_period_says_how_whole_its_rows_are(built: Warehouse, needs: dict[str, list[str]]) -> None:
    marts = {name for (name,) in built.query("select table_name from duckdb_tables() where schema_name = 'marts'")}
    assert set(needs) == marts - set(OF_NO_PERIOD)
    feeds = {f"{agency}/{feed}" for agency, feed in built.query("select agency, feed from marts.freshness")}
    for mart, needed in needs.items():
        assert set(needed) <= feeds, mart
        found = {state for (state,) in built.query(f"select distinct coverage from marts.{mart}")}
        assert found <= STATES, mart
    sources = built.query("select mart, agency || '/' || feed from marts.mart_sources where is_needed")
    assert set(sources) == {(mart, feed) for mart, needed in needs.items() for feed in needed}


def test_no_quarter_is_called_complete_that_is_not(built: Warehouse, needs: dict[str, list[str]]) -> None:
    """A complete quarter begins on or after the first extract of every feed the mart needs, ends before the
    newest, and an extract of each was let in within the month after each of its months, but for feeds that send
    everything anew."""
    sent = extracts(built)
    let_in = sent[sent["verdict"] != "rejected"]
    quarters = {
        table
        for (table,) in built.query(
            "select table_name from duckdb_columns() where schema_name = 'marts' and column_name = 'quarter'"
        )
    } & set(needs)
    assert len(quarters) > 10
    called_complete = 0
    for mart in sorted(quarters):
        for quarter, coverage in built.query(f"select distinct cast(quarter as date), coverage from marts.{mart}"):
            last = pd.Period(quarter, "M") + 2
            months = pd.period_range(end=last, periods=12 if mart in OF_TWELVE_MONTHS else 3, freq="M")
            for feed in needs[mart]:
                dates = let_in.loc[let_in["feed"] == feed, "on"]
                first, newest = min(dates), max(dates)
                begun = first <= months[0].start_time.date()
                over = newest > months[-1].end_time.date()
                due = [(month.end_time.date(), (month + 1).end_time.date()) for month in months]
                every = feed.startswith("prison/") or all(any(a < on <= b for on in dates) for a, b in due)
                if not (begun and over and every):
                    assert coverage != "complete", (mart, quarter, feed)
            called_complete += coverage == "complete"
            if months[-1].end_time.date() < min(let_in["on"]):
                assert coverage == "before_first_extract", (mart, quarter)
    assert called_complete > 10


def test_the_newest_month_and_those_before_the_first_extract_are_never_complete(built: Warehouse) -> None:
    [(first, newest)] = built.query(
        "select min(extract_date), max(extract_date) from marts.deliveries "
        "where agency = 'hmcts' and verdict <> 'rejected'"
    )
    states = dict(built.query("select cast(month as date), max(coverage) from marts.caseload_flow group by all"))
    for month, coverage in states.items():
        last_day = pd.Period(month, "M").end_time.date()
        if last_day < _day(first):
            assert coverage == "before_first_extract", month
        if last_day >= _day(newest):
            assert coverage == "provisional", month
    assert set(states.values()) >= {"before_first_extract", "complete"}


def _day(value: object) -> date:
    return pd.Timestamp(str(value)).date()
