"""The official figures hold together, and are what was published."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.settings import PROJECT_ROOT, Settings
from tests.seeds.lists import by_key

FOLDER = PROJECT_ROOT / "seeds" / "benchmarks"
KEYS = {
    "benchmark_measures": ("measure",),
    "official_figures": ("measure", "period", "geography_code", "release"),
}


def listed(name: str) -> list[dict[str, str]]:
    """The rows of a list, every value as text."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIGURES = listed("official_figures")
MEASURES = {row["measure"]: row for row in listed("benchmark_measures")}


def values(measure: str, period: str, geography_code: str = "all") -> dict[str, float]:
    """The figures of one measure, period and place, by release."""
    wanted = (measure, period, geography_code)
    return {
        row["release"]: float(row["value"])
        for row in FIGURES
        if (row["measure"], row["period"], row["geography_code"]) == wanted
    }


@pytest.mark.parametrize("name", sorted(KEYS))
def test_keys_are_present_unique_and_sorted(name: str) -> None:
    keys = [tuple(row[column] for column in KEYS[name]) for row in listed(name)]
    assert all(all(key) for key in keys)
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert keys == sorted(keys)


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_column_is_typed_and_described(name: str) -> None:
    path = PROJECT_ROOT / "dbt_project" / "models" / "reference" / "_benchmarks__seeds.yml"
    seeds: dict[str, Any] = {seed["name"]: seed for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]}
    header = list(listed(name)[0])
    assert set(seeds) == set(KEYS) == {path.stem for path in FOLDER.glob("*.csv")}
    assert list(seeds[name]["config"]["column_types"]) == header
    assert [column["name"] for column in seeds[name]["columns"]] == header
    assert all(column["description"].strip() for column in seeds[name]["columns"])


def test_every_figure_is_of_a_measure_with_its_unit_and_every_measure_has_one() -> None:
    assert {(row["measure"], row["unit"]) for row in FIGURES} == {(name, row["unit"]) for name, row in MEASURES.items()}
    shares = [float(row["value"]) for row in FIGURES if row["unit"] == "share"]
    assert all(0 < share < 1 for share in shares)
    assert all(float(row["value"]) > 0 for row in FIGURES)
    assert all(row["explained_by"] and row["title"] for row in MEASURES.values())


def test_every_figure_says_who_published_it_and_that_it_is_real() -> None:
    for row in FIGURES:
        assert row["source"] and row["release"] and row["status"] == "real", row
        if row["released_on"]:
            assert date.fromisoformat(row["released_on"]) > date.fromisoformat(row["period_end"]), row


def test_a_period_is_named_by_its_days() -> None:
    for row in FIGURES:
        days = (date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"]))
        assert days == days_of(row["period"]), row


def days_of(period: str) -> tuple[date, date]:
    """First and last day of a period, from its name alone."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", period):
        return date.fromisoformat(period), date.fromisoformat(period)
    if quarter := re.fullmatch(r"(\d{4})-Q([1-4])", period):
        year, number = int(quarter[1]), int(quarter[2])
        return date(year, 3 * number - 2, 1), last_day(year, 3 * number)
    if re.fullmatch(r"\d{4}", period):
        return date(int(period), 1, 1), date(int(period), 12, 31)
    first, _, last = period.partition("/")
    (year, month), (last_year, last_month) = (map(int, text.split("-")) for text in (first, last or first))
    return date(year, month, 1), last_day(last_year, last_month)


def last_day(year: int, month: int) -> date:
    """The day before the first of the next month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def test_places_are_the_country_a_region_a_court_or_a_force() -> None:
    regions = {court["region"] for court in by_key("courts").values()}
    known = {"all"} | regions | set(by_key("courts")) | set(by_key("police_forces"))
    assert {row["geography_code"] for row in FIGURES} <= known


def test_releases_of_one_period_are_kept_beside_one_another() -> None:
    """Open cases at the end of March 2025 as first published, and as restated with the figures for the year's end."""
    assert values("crown_open_cases", "2025-03-31") == {
        "January to March 2025": 76_957,
        "October to December 2025": 76_445,
    }


def test_well_known_figures_are_as_published() -> None:
    latest = "October to December 2025"
    assert values("crown_open_cases", "2025-12-31") == {latest: 80_203}
    assert values("crown_open_cases_with_valid_age", "2025-12-31") == {latest: 75_799}
    assert values("crown_offence_to_completion_median", "2025-Q4") == {latest: 346}
    assert values("crown_offence_to_completion_mean", "2025-Q4") == {latest: 707}
    assert sum(values("crown_receipts", f"2025-Q{number}")[latest] for number in (1, 2, 3, 4)) == 120_524
    assert sum(values("crown_disposals", f"2025-Q{number}")[latest] for number in (1, 2, 3, 4)) == 114_400
    assert values("remand_convicted_unsentenced_share", "2024-12-31")["December 2024"] == pytest.approx(0.342, abs=5e-4)


def test_open_cases_by_court_add_up_to_the_country() -> None:
    courts = set(by_key("courts"))
    of_courts = [
        float(row["value"])
        for row in FIGURES
        if (row["measure"], row["period"]) == ("crown_open_cases", "2025-12-31") and row["geography_code"] in courts
    ]
    assert len(of_courts) == 68, "every centre that has a figure for the day"
    assert sum(of_courts) == 80_203 - 101, "101 open cases of the series are at an unknown court"


def test_counts_of_published_searches_are_the_rows_of_the_files() -> None:
    folder = Settings.from_environment().realdata_dir
    if not folder.is_dir():
        pytest.skip(f"no public files at {folder}: set WAREHOUSE_REALDATA_DIR")
    force_of = {force["slug"]: code for code, force in by_key("police_forces").items()}
    counted = {}
    for path in sorted([*folder.glob("stop_search/*.csv"), *folder.glob("stop_search_other/*.csv")]):
        counted[published_month(path, force_of)] = len(list(csv.reader(path.open(encoding="utf-8", newline="")))) - 1
    assert len(counted) == 10
    assert counted == {
        (row["geography_code"], row["period"]): float(row["value"])
        for row in FIGURES
        if row["measure"] == "stop_searches" and row["geography_code"] != "all"
    }


def published_month(path: Path, force_of: dict[str, str]) -> tuple[str, str]:
    """Force code and month in the name of a published file."""
    found = re.fullmatch(r"(\d{4}-\d\d)-(.+)-stop-and-search", path.stem)
    assert found
    return force_of[found[2]], found[1]
