"""Searches counted straight from the files the forces delivered, in pandas.

Belongs here: `stop_search` from the delivered rows themselves, sharing no SQL and no list of wordings with the models.
Does not belong here: what the gate decides about a file (its verdict is taken as given).
"""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest

from orchestration.settings import Settings
from tests.marts.conftest import METROPOLITAN_SEARCHES
from tests.support import Warehouse, World

DIMENSIONS = [
    "month", "force", "type", "self_defined_group", "officer_defined_group", "gender", "age_range", "object",
    "legislation",
]  # fmt: skip

COUNTS = ["searches", "arrests", "outcomes_found", "linked_outcomes", "nfa", "outcomes_not_recorded"]

LONDON = ZoneInfo("Europe/London")


def delivered_rows(path: Path) -> pd.DataFrame:
    """Rows of one file as delivered, every value a text, with the force and month of its name."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    month, slug = re.fullmatch(r"(\d{4}-\d\d)-(.+)-stop-and-search\.csv", path.name).groups()  # type: ignore[union-attr]
    return rows.assign(slug=slug, file_month=month, row_number=range(1, len(rows) + 1))


def counted_rows(warehouse: Warehouse) -> pd.DataFrame:
    """Every delivered row that should count: of files not rejected, without the rows the gate held back."""
    deliveries = published(warehouse, "select * from marts.deliveries where feed = 'stop_search'")
    counted = deliveries[deliveries["verdict"] != "rejected"].set_index("file_name")["delivery_id"]
    held_back = pd.read_parquet(warehouse.settings.gate_dir / "quarantined_rows")
    held_back_rows = set(zip(held_back["delivery_id"], held_back["row_number"], strict=True))
    tables = []
    for path in sorted((warehouse.settings.landing_dir / "police" / "stop_search").glob("*.csv")):
        if path.name in counted.index:
            rows = delivered_rows(path)
            keys = zip([counted[path.name]] * len(rows), rows["row_number"], strict=True)
            tables.append(rows[[key not in held_back_rows for key in keys]])
    return pd.concat(tables, ignore_index=True)


def described(rows: pd.DataFrame, forces: pd.Series[str]) -> pd.DataFrame:
    """What each row counts as, one row per search."""
    outcome = rows["Outcome"].str.strip().str.lower()
    not_recorded = outcome.isin(["", "false"])
    nfa = outcome.str.contains("no further action")
    found = ~not_recorded & ~nfa
    return pd.DataFrame(
        {
            "month": [
                london_month(moment) if moment else file_month
                for moment, file_month in zip(rows["Date"], rows["file_month"], strict=True)
            ],
            "force": rows["slug"].map(forces),
            "type": rows["Type"].map(words),
            "self_defined_group": rows["Self-defined ethnicity"].map(group),
            "officer_defined_group": rows["Officer-defined ethnicity"].map(group),
            "gender": rows["Gender"].map(words),
            "age_range": rows["Age range"].str.lower().str.replace(" ", "_").replace("", "unknown"),
            "object": rows["Object of search"].map(words),
            "legislation": rows["Legislation"].map(words),
            "searches": 1,
            "arrests": outcome.isin(["arrest", "suspect arrested"]).astype(int),
            "outcomes_found": found.astype(int),
            "linked_outcomes": (found & (rows["Outcome linked to object of search"] == "True")).astype(int),
            "nfa": nfa.astype(int),
            "outcomes_not_recorded": not_recorded.astype(int),
        }
    )


def london_month(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(LONDON).strftime("%Y-%m")


def words(text: str) -> str:
    """Lower case words with underscores; nothing is unknown."""
    return "_".join(re.findall(r"[a-z0-9]+", text.lower())) or "unknown"


def group(wording: str) -> str:
    """Ethnicity group of a wording; somebody asked who did not say is unknown, whatever group it is listed under."""
    text = wording.lower()
    if "not stated" in text:
        return "unknown"
    starts = {"white": "white", "mixed": "mixed", "asian": "asian", "black": "black", "other": "other"}
    return next((found for start, found in starts.items() if text.startswith(start)), "unknown")


def published(warehouse: Warehouse, sql: str) -> pd.DataFrame:
    path = str(warehouse.settings.published_database.resolve())
    with closing(duckdb.connect(path, read_only=True)) as connection:
        return connection.execute(sql).df()


def published_cells(warehouse: Warehouse) -> pd.DataFrame:
    table = published(warehouse, "select * from marts.stop_search")
    table = table.assign(month=pd.to_datetime(table["month"]).dt.strftime("%Y-%m"))
    assert not table[DIMENSIONS].isna().any(axis=None)
    return table.set_index(DIMENSIONS)[COUNTS].sort_index()


def expected_cells(warehouse: Warehouse) -> pd.DataFrame:
    forces = pd.read_csv(warehouse.settings.reference_dir / "police_forces.csv", dtype=str)
    forces_by_slug = forces.set_index("slug")["force_code"]
    searches = described(counted_rows(warehouse), forces_by_slug)
    return searches.groupby(DIMENSIONS)[COUNTS].sum().sort_index()


def test_every_cell_is_the_count_of_delivered_rows(built: Warehouse) -> None:
    expected = expected_cells(built)
    assert expected["searches"].sum() >= 300
    assert (expected[COUNTS].sum() > 0).all(), "an outcome that never occurs is not tested"
    pd.testing.assert_frame_equal(published_cells(built), expected, check_dtype=False)


def test_one_file_per_force_and_month_counts(built: Warehouse) -> None:
    """So that the files read above are the ones to read: a month published again replaces what it replaces."""
    files = published(
        built,
        "select force_slug, period_month, count(*) as files from marts.deliveries "
        "where feed = 'stop_search' and verdict <> 'rejected' group by all",
    )
    assert (files["files"] == 1).all()


@pytest.fixture(scope="module")
def metropolitan(disagreeing: tuple[Warehouse, World]) -> Warehouse:
    """A warehouse that was sent four public files exactly as published."""
    source = Settings.from_environment().realdata_dir / "stop_search"
    if not source.is_dir():
        pytest.skip(f"no public stop-and-search files at {source}")
    warehouse, _ = disagreeing
    return warehouse


@pytest.mark.xdist_group("contradictions")
def test_public_files_of_the_metropolitan_police_are_counted_in_full(metropolitan: Warehouse) -> None:
    """Identical rows are distinct searches, and the half hour before midnight in summer belongs to the next month."""
    counted = metropolitan.query(
        "select strftime(month, '%Y-%m'), sum(searches) from marts.stop_search "
        "where force = '01' and month < date '2025-02-01' group by 1 order by 1"
    )
    assert dict(counted) == METROPOLITAN_SEARCHES
    rows = counted_rows(metropolitan)
    rows = rows[rows["file_month"].isin(METROPOLITAN_SEARCHES)]
    assert rows.duplicated(subset=[*rows.columns.difference(["row_number"])]).sum() >= 100
    assert (rows["Date"].str[:7] != rows["file_month"]).any()


@pytest.mark.xdist_group("contradictions")
def test_public_files_of_the_metropolitan_police_are_counted_cell_by_cell(metropolitan: Warehouse) -> None:
    pd.testing.assert_frame_equal(published_cells(metropolitan), expected_cells(metropolitan), check_dtype=False)
