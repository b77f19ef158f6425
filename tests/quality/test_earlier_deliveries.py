"""A delivery beside the ones before it: what is said, what is not, and that the order of arrival never matters."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import exp, factorial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestration.contracts import (
    ColumnType,
    DeliveryRuleKind,
    ExcusedDeliveries,
    FeedContract,
    FeedMode,
    RowCountBounds,
    load_feed_contracts,
)
from orchestration.ingest import ingest_feed
from orchestration.quality import gate_feed
from orchestration.quality.earlier_deliveries import CHANCE, is_beyond_chance
from orchestration.settings import Settings
from tests.ingest.small_feeds import column, deliver, feed, settings_in

SNAPSHOT = feed(
    "prison",
    "spells",
    (
        column("booking_number", ColumnType.IDENTIFIER, required=True, key_position=1),
        column("status", ColumnType.CODE, closed_codes=("OPEN", "ENDED")),
    ),
    mode=FeedMode.SNAPSHOT,
)
INCREMENT = replace(feed("prison", "spells", SNAPSHOT.columns))
DAYS = [f"20{year}{month:02}28" for year in (23, 24) for month in range(1, 13)]
REAL = load_feed_contracts(Settings.from_environment().contracts_dir)["police/stop_search"]


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def spells(count: int, *, ended: int = 0, bad: int = 0) -> str:
    """A file of so many rows, of which so many are ended, and so many have a code that sets them aside."""
    states = ["WRONG"] * bad + ["ENDED"] * ended + ["OPEN"] * (count - ended - bad)
    return "booking_number,status\n" + "".join(f"B{number},{state}\n" for number, state in enumerate(states))


def land(here: Settings, sizes: Sequence[int | str | None]) -> None:
    """One delivery a month; no two have the same bytes, which would make them one."""
    for day, size in zip(DAYS, sizes, strict=False):
        if size is None:
            continue
        content = size if isinstance(size, str) else spells(size)
        deliver(here, SNAPSHOT, f"spells_{day}.csv", content.replace("B", f"B{day}-") + "\n" * DAYS.index(day))


def gate(here: Settings, contract: FeedContract) -> None:
    ingest_feed(contract, here)
    gate_feed(contract, here)


def table(here: Settings, contract: FeedContract, name: str) -> list[dict[str, Any]]:
    return pq.read_table(here.gate_dir / name / f"{contract.agency}__{contract.feed}.parquet").to_pylist()


def said(here: Settings, contract: FeedContract, kind: DeliveryRuleKind) -> dict[str, tuple[int, int, str | None]]:
    """What one rule says, by file name: checked, failed, detail."""
    code = contract.delivery_rule(kind).code
    names = {row["delivery_id"]: row["file_name"] for row in table(here, contract, "deliveries")}
    return {
        names[row["delivery_id"]]: (row["checked"], row["failed"], row["detail"])
        for row in table(here, contract, "rule_results")
        if row["rule_code"] == code
    }


def failing(here: Settings, contract: FeedContract, kind: DeliveryRuleKind) -> list[str]:
    return [name for name, (_, failed, _) in said(here, contract, kind).items() if failed]


def verdicts(here: Settings, contract: FeedContract) -> list[str]:
    return [row["verdict"] for row in table(here, contract, "deliveries")]


@given(st.integers(0, 60), st.integers(1, 40))
@hypothesis_settings(derandomize=True, database=None, max_examples=300)
def test_beyond_chance_means_less_likely_than_the_bound(found: int, mean: int) -> None:
    """Against the Poisson distribution itself, summed; Chernoff's bound errs on the side of saying nothing."""
    below = sum(exp(-mean) * mean**k / factorial(k) for k in range(found + 1))
    above = 1 - sum(exp(-mean) * mean**k / factorial(k) for k in range(found))
    if is_beyond_chance(found, mean):
        assert (below if found < mean else above) <= CHANCE + 1e-12
    if (below if found < mean else above) > CHANCE * 100:
        assert not is_beyond_chance(found, mean)


@pytest.mark.parametrize(
    ("before", "rows", "is_said"),
    [
        ([100, 100], 10, None),  # two are no run
        ([100, 100, 100], 60, False),
        ([100, 100, 100], 49, True),
        ([100, 100, 100], 200, False),
        ([100, 100, 100], 201, True),
        ([5, 5, 5], 3, False),  # so few say nothing
        ([5, 5, 5], 0, False),
        ([13, 13, 13], 0, False),
        ([14, 14, 14], 0, True),
        ([0, 0, 0], 4, False),
        ([1, 1, 1], 9, False),
        ([1, 1, 1], 12, True),
        ([900, 100, 100, 100], 95, False),  # the first delivery holds a backlog
        ([100, 100, 100, 2, 100], 100, False),  # and one was cut off
        ([100] * 8 + [1_000] * 12, 1_000, False),  # only the last 12 count
        ([80, 90, 100, 110, 120, 130, 140], 150, False),  # a snapshot grows
    ],
)
def test_rows_are_held_against_the_median_of_the_run(
    here: Settings, before: list[int], rows: int, is_said: bool | None
) -> None:
    land(here, [*before, rows])
    gate(here, INCREMENT)
    checked, failed, detail = list(said(here, INCREMENT, DeliveryRuleKind.ROW_COUNT).values())[-1]
    assert (checked, failed) == ((0, 0) if is_said is None else (1, int(is_said)))
    assert bool(detail) == bool(is_said)
    assert verdicts(here, INCREMENT) == ["accepted"] * (len(before) + 1)


@pytest.mark.parametrize(
    ("rows", "verdict"), [(9, "rejected"), (10, "accepted"), (1_000, "accepted"), (1_001, "rejected")]
)
def test_a_snapshot_is_refused_outside_its_hard_bounds(here: Settings, rows: int, verdict: str) -> None:
    land(here, [100, 100, 100, rows])
    gate(here, SNAPSHOT)
    assert verdicts(here, SNAPSHOT) == ["accepted"] * 3 + [verdict]
    if verdict == "rejected":
        reasons = table(here, SNAPSHOT, "deliveries")[-1]["reasons"]
        assert f"{rows:,} rows; the median of the 3 extracts before it is 100" in reasons


def test_a_contract_may_set_bounds_of_its_own(here: Settings) -> None:
    bounds = RowCountBounds(soft_low=0.9, soft_high=5, hard_low=0.4)
    contract = feed("prison", "spells", SNAPSHOT.columns, bounds=bounds)
    land(here, [400, 400, 400, 200, 1_900, 100])
    gate(here, contract)
    assert failing(here, contract, DeliveryRuleKind.ROW_COUNT) == ["spells_20230428.csv", "spells_20230628.csv"]
    assert verdicts(here, contract)[-1] == "rejected"


def test_parts_of_one_day_are_one_sending(here: Settings) -> None:
    """Increments come in parts; a snapshot's second file of a day replaces its first."""
    for day in DAYS[:4]:
        for part in (1, 2, 3):
            text = spells(40).replace("B", f"B{day}{part}-")
            deliver(here, INCREMENT, f"spells_{day}_{part}.csv", text)
    gate(here, INCREMENT)
    assert failing(here, INCREMENT, DeliveryRuleKind.ROW_COUNT) == []
    deliver(here, INCREMENT, f"spells_{DAYS[4]}_1.csv", spells(40))
    gate(here, INCREMENT)
    assert failing(here, INCREMENT, DeliveryRuleKind.ROW_COUNT) == [f"spells_{DAYS[4]}_1.csv"]
    gate(here, SNAPSHOT)
    assert failing(here, SNAPSHOT, DeliveryRuleKind.ROW_COUNT) == []


EXCEPTION = ExcusedDeliveries(
    rules=(DeliveryRuleKind.ROW_COUNT, DeliveryRuleKind.ROW_COUNT_LIMIT),
    first_day=date(2023, 4, 1),
    last_day=date(2023, 4, 30),
    force_slug=None,
    reason="Two prisons moved to the new system.",
    who="Prison data steward",
)


def test_an_exception_lifts_the_rule_for_its_days_and_is_shown(here: Settings) -> None:
    land(here, [100, 100, 100, 5, 5])
    contract = replace(SNAPSHOT, excused_deliveries=(EXCEPTION,))
    gate(here, contract)
    assert verdicts(here, contract) == ["accepted"] * 4 + ["rejected"]
    checked, failed, detail = said(here, contract, DeliveryRuleKind.ROW_COUNT_LIMIT)["spells_20230428.csv"]
    assert (checked, failed) == (1, 0)
    assert detail == (
        "5 rows; the median of the 3 extracts before it is 100; excepted for 2023-04-01 to 2023-04-30 by Prison data "
        "steward: Two prisons moved to the new system."
    )


@pytest.mark.parametrize(
    ("extract_date", "is_covered"),
    [
        (date(2023, 3, 31), False),
        (date(2023, 4, 1), True),
        (date(2023, 4, 30), True),
        (date(2023, 5, 1), False),
    ],
)
def test_an_exception_covers_its_first_day_and_its_last(extract_date: date, is_covered: bool) -> None:
    assert EXCEPTION.covers(DeliveryRuleKind.ROW_COUNT, extract_date, "kent") is is_covered
    assert not EXCEPTION.covers(DeliveryRuleKind.FORCE, extract_date, "kent")


def test_an_exception_of_one_force_covers_no_other() -> None:
    of_kent = replace(EXCEPTION, force_slug="kent")
    day = date(2023, 4, 15)
    assert of_kent.covers(DeliveryRuleKind.ROW_COUNT, day, "kent")
    assert not of_kent.covers(DeliveryRuleKind.ROW_COUNT, day, "surrey")
    assert not of_kent.covers(DeliveryRuleKind.ROW_COUNT, day, None)
    assert EXCEPTION.covers(DeliveryRuleKind.ROW_COUNT, day, "surrey")


TABLES = ("deliveries", "quarantined_rows", "rule_results", "category_counts")
CHANGING = [
    spells(100),
    spells(101),
    spells(102),
    spells(6, bad=1),
    spells(103, bad=2),
    spells(90, ended=30),
    spells(0),
]


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_arrival_changes_nothing(tmp_path: Path, seed: int) -> None:
    """A delivery refused for its run is taken in when the run turns out otherwise, its bad rows set aside, and back."""
    order = random.Random(seed).sample(range(len(CHANGING)), len(CHANGING))
    at_once, one_by_one = settings_in(tmp_path / "once"), settings_in(tmp_path / "each")
    land(at_once, CHANGING)
    gate(at_once, SNAPSHOT)
    for place in order:
        land(one_by_one, [text if number == place else None for number, text in enumerate(CHANGING)])
        gate(one_by_one, SNAPSHOT)
    for name in TABLES:
        files = [item.gate_dir / name / "prison__spells.parquet" for item in (at_once, one_by_one)]
        assert files[0].read_bytes() == files[1].read_bytes(), name
    assert verdicts(at_once, SNAPSHOT)[3] == "rejected"


def test_a_refused_snapshot_is_taken_in_when_the_run_turns_out_smaller(here: Settings) -> None:
    land(here, [100, 100, 100, spells(6, bad=1)])
    gate(here, SNAPSHOT)
    assert verdicts(here, SNAPSHOT)[-1] == "rejected"
    for number, size in enumerate((6, 7, 6, 7)):
        deliver(here, SNAPSHOT, f"spells_2023040{number + 1}.csv", spells(size + number * 10 % 3))
    gate(here, SNAPSHOT)
    assert verdicts(here, SNAPSHOT)[-1] == "accepted_with_quarantine"
    assert [row["row_number"] for row in table(here, SNAPSHOT, "quarantined_rows")] == [1]
    assert gate_feed(SNAPSHOT, here).judged == 0


def test_refused_files_are_no_part_of_the_run(here: Settings) -> None:
    land(here, [100, 100, "not,the,header\n" * 50, 100])
    gate(here, INCREMENT)
    assert list(said(here, INCREMENT, DeliveryRuleKind.ROW_COUNT).values())[-1][0] == 0


@pytest.mark.parametrize(
    ("before", "now", "gone"),
    [
        ([spells(100, ended=40)] * 3, spells(100), True),
        ([spells(100, ended=10)] * 3, spells(100), False),  # ten expected are too few
        ([spells(100, ended=10)] * 3, spells(200), True),
        ([spells(100, ended=40)] * 2, spells(100), False),
        ([spells(100, ended=90), spells(101), spells(102), spells(103)], spells(100), False),  # not in steady use
        ([spells(5, ended=2)] * 3, spells(100), True),
    ],
)
def test_a_code_that_vanishes_is_told(here: Settings, before: list[str], now: str, gone: bool) -> None:
    land(here, [*before, now])
    gate(here, INCREMENT)
    found = said(here, INCREMENT, DeliveryRuleKind.CATEGORY_GONE)[f"spells_{DAYS[len(before)]}.csv"]
    assert found[1] == int(gone)
    if gone:
        assert found[2] is not None and found[2].startswith("status: 'ENDED' in none of")


def test_a_share_outside_the_run_is_told_and_a_name_in_the_wrong_column_never_is(here: Settings) -> None:
    usual = [spells(400, ended=rows) for rows in (80, 96, 112)]
    shifted = spells(400, ended=96).replace("OPEN", "Oyelaran", 160)
    land(here, [*usual, spells(400, ended=150), spells(400, ended=260), shifted])
    gate(here, INCREMENT)
    found = said(here, INCREMENT, DeliveryRuleKind.CATEGORY_SHARE)
    assert [name for name, (_, failed, _) in found.items() if failed] == ["spells_20230528.csv", "spells_20230628.csv"]
    assert found["spells_20230528.csv"][2] == (
        "status: 'ENDED' 65% of 400 rows, before 20% to 38%; status: 'OPEN' 35% of 400 rows, before 62% to 80%"
    )
    assert found["spells_20230628.csv"][2] == "status: '(not in the list)' 40% of 400 rows, before 0% to 0%"
    assert "Oyelaran" not in str([table(here, INCREMENT, name) for name in TABLES])


HEADER = ",".join(item.physical_name for item in REAL.columns)


def searches(month: str, count: int, groups: Sequence[tuple[str, str]]) -> str:
    """A published file: officer-defined and self-defined ethnicity in turn."""
    lines = [
        f"Person search,{month}-{place % 28 + 1:02}T12:{place // 28 % 60:02}:00+00:00,False,,51.5,0.{place},Male,18-24,"
        f"{said},{seen},Misuse of Drugs Act 1971 (section 23),Controlled drugs,Arrest,False,False"
        for place, (seen, said) in zip(range(count), itertools.cycle(groups), strict=False)
    ]
    return "\n".join([HEADER, *lines]) + "\n"


ASKED = [
    ("White", "White - Irish"),
    ("Black", "Black/African/Caribbean/Black British - African"),
    ("White", "White - Irish"),
    ("Asian", "Asian/Asian British - Indian"),
    ("Black", "Black/African/Caribbean/Black British - African"),
    ("White", "White - Irish"),
]
ALL_GROUPS = [*ASKED, *ASKED, ("Other", "Other ethnic group - Not stated"), ("Other", "Other ethnic group - Arab")]


def here_with_real_lists(tmp_path: Path) -> Settings:
    return Settings.from_environment(landing_dir=tmp_path / "landing", data_dir=tmp_path / "data")


def test_a_month_without_whole_groups_and_two_thirds_of_its_searches_is_told(tmp_path: Path) -> None:
    """What happened to London's files for the last months of 2024."""
    here = here_with_real_lists(tmp_path)
    for month in ("2024-05", "2024-06", "2024-07", "2024-08"):
        name = f"{month}-metropolitan-stop-and-search.csv"
        deliver(here, REAL, name, searches(month, 1_400, ALL_GROUPS))
    last = "2024-09-metropolitan-stop-and-search.csv"
    deliver(here, REAL, last, searches("2024-09", 480, ASKED))
    gate(here, REAL)
    assert failing(here, REAL, DeliveryRuleKind.ROW_COUNT) == [last]
    (gone,) = [detail for _, failed, detail in said(here, REAL, DeliveryRuleKind.CATEGORY_GONE).values() if failed]
    assert str(gone).split("; ") == [
        "self_defined_ethnicity: 'other ethnic group' in none of 480 rows, 34 expected",
        "self_defined_ethnicity: 'other ethnic group - not stated' in none of 480 rows, 34 expected",
        "officer_defined_ethnicity: 'Other' in none of 480 rows, 69 expected",
    ]
    assert verdicts(here, REAL) == ["accepted"] * 5


def test_londons_published_months_are_alike_and_unlike_the_ones_before(tmp_path: Path) -> None:
    here = here_with_real_lists(tmp_path)
    published = sorted((here.realdata_dir / "stop_search").glob("*.csv"))
    if not published:
        pytest.skip(f"no published stop-and-search files in {here.realdata_dir}")
    for path in published:
        deliver(here, REAL, path.name, path.read_bytes())
    gate(here, REAL)
    for kind in (DeliveryRuleKind.ROW_COUNT, DeliveryRuleKind.CATEGORY_GONE, DeliveryRuleKind.EVENT_DATES):
        assert failing(here, REAL, kind) == []
    for month in ("2024-05", "2024-06", "2024-07", "2024-08"):
        deliver(here, REAL, f"{month}-metropolitan-stop-and-search.csv", searches(month, 10_000, ALL_GROUPS))
    gate(here, REAL)
    names = [path.name for path in published]
    assert failing(here, REAL, DeliveryRuleKind.ROW_COUNT) == names
    assert failing(here, REAL, DeliveryRuleKind.CATEGORY_GONE) == names


def test_one_forces_run_says_nothing_of_anothers(tmp_path: Path) -> None:
    here = here_with_real_lists(tmp_path)
    for month in ("2024-05", "2024-06", "2024-07"):
        deliver(here, REAL, f"{month}-metropolitan-stop-and-search.csv", searches(month, 300, ALL_GROUPS))
    deliver(here, REAL, "2024-08-kent-stop-and-search.csv", searches("2024-08", 30, ASKED))
    gate(here, REAL)
    assert failing(here, REAL, DeliveryRuleKind.ROW_COUNT) == []
    assert said(here, REAL, DeliveryRuleKind.ROW_COUNT)["2024-08-kent-stop-and-search.csv"][0] == 0
