"""Changes of law and bank holidays: the lists hold together, and no date of law stands anywhere else."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from dateutil.easter import easter

from orchestration.contracts.placeholders import PLACEHOLDER_DATES
from orchestration.settings import PROJECT_ROOT
from tests.seeds.lists import by_key, rows

YEARS = range(2012, 2031)
MONDAY, SATURDAY, SUNDAY = 0, 5, 6

MOVED = {
    date(2012, 5, 28): date(2012, 6, 4),  # spring holiday, beside the Diamond Jubilee
    date(2020, 5, 4): date(2020, 5, 8),  # early May holiday, to the 75th anniversary of VE Day
    date(2022, 5, 30): date(2022, 6, 2),  # spring holiday, beside the Platinum Jubilee
}
ADDED = {date(2012, 6, 5), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)}
"""Holidays proclaimed once: two jubilees, the funeral of Queen Elizabeth II, the coronation of King Charles III."""


def monday(year: int, month: int, *, last: bool = False) -> date:
    """The first or the last Monday of a month."""
    days = [date(year, month, 1) + timedelta(days=number) for number in range(31)]
    mondays = [day for day in days if day.month == month and day.weekday() == MONDAY]
    return mondays[-1] if last else mondays[0]


def holidays_of(year: int) -> set[date]:
    """The days the Banking and Financial Dealings Act 1971 and the usual proclamations make holidays."""
    new_year, christmas, boxing = date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)
    found = {
        new_year + timedelta(days={SATURDAY: 2, SUNDAY: 1}.get(new_year.weekday(), 0)),
        easter(year) - timedelta(days=2),
        easter(year) + timedelta(days=1),
        monday(year, 5), monday(year, 5, last=True), monday(year, 8, last=True),
        christmas,
    }  # fmt: skip
    match christmas.weekday():
        case 4:  # Boxing Day is a Saturday
            found |= {date(year, 12, 28)}
        case 5:
            found |= {date(year, 12, 27), date(year, 12, 28)}
        case 6:
            found |= {boxing, date(year, 12, 27)}
        case _:
            found |= {boxing}
    return {MOVED.get(day, day) for day in found}


def test_bank_holidays_are_those_of_the_act_and_the_proclamations() -> None:
    listed = {date.fromisoformat(row["holiday_date"]) for row in rows("bank_holidays")}
    assert listed == set().union(*(holidays_of(year) for year in YEARS)) | ADDED


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2019-04-19", "Good Friday"), ("2024-04-01", "Easter Monday"), ("2025-05-05", "Early May bank holiday"),
        ("2022-01-03", "New Year's Day (substitute day)"), ("2021-12-28", "Boxing Day (substitute day)"),
        ("2026-12-28", "Boxing Day (substitute day)"), ("2023-08-28", "Summer bank holiday"),
    ],
)  # fmt: skip
def test_bank_holidays_published_by_the_government_are_in_the_list(day: str, name: str) -> None:
    """Days as the government's own page of bank holidays has them."""
    assert by_key("bank_holidays")[day]["name"] == name


def test_no_run_of_closed_days_is_longer_than_the_models_look_back() -> None:
    """`int_custody_time_limit_clocks` looks ten days back for a day on which a limit may expire."""
    closed = {date.fromisoformat(row["holiday_date"]) for row in rows("bank_holidays")}
    day, run, longest = date(2012, 1, 1), 0, 0
    while day.year in YEARS:
        run = run + 1 if day in closed or day.weekday() >= SATURDAY else 0
        longest = max(longest, run)
        day += timedelta(days=1)
    assert 4 <= longest <= 10


def test_regimes_of_a_series_neither_overlap_nor_leave_a_gap() -> None:
    """On every day and at every age that any row of a series is about, exactly one of its rows holds."""
    series = defaultdict(list)
    for row in rows("regimes"):
        series[row["series"]].append(row)
    for name, regimes in series.items():
        days = {date(1990, 1, 1), date(2030, 12, 31)}
        for row in regimes:
            days |= {date.fromisoformat(row[end]) for end in ("in_force_from", "in_force_to") if row[end]}
        days |= {day + timedelta(days=step) for day in days for step in (-1, 1)}
        covered = [range(int(row["min_age"] or 10), int(row["max_age"] or 120) + 1) for row in regimes]
        for age in sorted({age for ages in covered for age in (ages[0], ages[-1])}):
            for day in sorted(days):
                holding = [row["regime_id"] for row in regimes if holds(row, day, age)]
                assert len(holding) == 1, f"{name} on {day} at age {age}: {holding}"


def holds(row: dict[str, str], day: date, age: int) -> bool:
    """Whether a row of the list is in force on a day, for a person of an age."""
    return (
        (not row["in_force_from"] or date.fromisoformat(row["in_force_from"]) <= day)
        and (not row["in_force_to"] or day <= date.fromisoformat(row["in_force_to"]))
        and (not row["min_age"] or int(row["min_age"]) <= age)
        and (not row["max_age"] or age <= int(row["max_age"]))
    )


def test_every_change_says_what_it_breaks() -> None:
    series = defaultdict(list)
    for row in rows("regimes"):
        series[row["series"]].append(row)
    for regimes in series.values():
        in_order = sorted(regimes, key=lambda row: (row["in_force_from"], row["min_age"]))
        for before, after in pairwise(in_order):
            if (
                after["value"] != before["value"]
                and after["in_force_from"]
                and after["in_force_from"] > before["in_force_from"]
            ):
                assert after["what_it_breaks"] or before["what_it_breaks"], after["regime_id"]


DATE_IN_SQL = re.compile(r"'((?:19|20)\d\d-\d\d-\d\d)'")
OLDEST_LAW = "1987-01-01"
"""Nothing the warehouse counts by is older; earlier dates are placeholders, or lie before anything recorded."""
CALENDAR_ANCHORS = {"2000-01-01", *PLACEHOLDER_DATES}
"""A known Saturday, to count weekdays from; and the register of dates that say nothing."""


def sql_without_comments(path: Path) -> str:
    """The SQL of a model, macro or test, its comments taken out."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", text)


def test_no_date_of_law_stands_in_sql() -> None:
    folders = [PROJECT_ROOT / "dbt_project" / name for name in ("models", "macros", "analyses")]
    found = {
        f"{path.relative_to(PROJECT_ROOT)}: {day}"
        for folder in folders
        for path in folder.rglob("*.sql")
        for day in DATE_IN_SQL.findall(sql_without_comments(path))
        if day >= OLDEST_LAW and day not in CALENDAR_ANCHORS
    }
    assert not found, f"put these into seeds/reference/regimes.csv and join it with regime_holds: {sorted(found)}"


ALLOWED_IN_PYTHON = {
    "contracts/formats.py: 2001-02-03": "a day notations are tried by: with its month exchanged it is another",
    "simulation/model.py: 2026-10-31": "last day of the simulated world unless another is asked for",
}
"""Dates in Python that are no law, each with what it is; one that is no longer there fails the test."""


def dates_in_python(path: Path) -> set[str]:
    """Dates called by number, `date(2026, 3, 22)`, or written whole in a text that is nothing else."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
            "date",
            "datetime",
        }:
            numbers = [
                item.value for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, int)
            ]
            if len(numbers) >= 3:
                found.add("{:04d}-{:02d}-{:02d}".format(*numbers[:3]))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"(19|20)\d\d-\d\d-\d\d", node.value)
        ):
            found.add(node.value)
    return {day for day in found - CALENDAR_ANCHORS if day >= OLDEST_LAW}


def test_no_date_of_law_stands_in_python() -> None:
    package = PROJECT_ROOT / "orchestration"
    found = {
        f"{path.relative_to(package).as_posix()}: {day}"
        for path in package.rglob("*.py")
        for day in dates_in_python(path)
    }
    assert found - set(ALLOWED_IN_PYTHON) == set(), "put a date of law into seeds/reference/regimes.csv"
    assert set(ALLOWED_IN_PYTHON) - found == set(), "no longer there: take it off the list"
