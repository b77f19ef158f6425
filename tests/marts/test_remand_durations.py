"""Time on remand, calculated again from the custody spells, day by day, in pandas.

Belongs here: the four measures of `remand_durations` from who was held on which day, sharing no SQL with the models.
Does not belong here: whether the spells and episodes themselves are right (`test_marts_against_truth`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.support import Warehouse, World

THRESHOLDS = (56, 70, 112, 182, 365)

BREAKDOWNS = ("all", "offence_group", "sex", "age_band", "ethnicity_group", "outcome", "legal_status")

MEASURES = ("stock_elapsed", "completed_spell", "net_proceeding", "entry_cohort_km")

CELL = ["quarter", "geography_level", "geography_code", "breakdown", "breakdown_value"]

STAGES = {"untried": 1, "convicted_unsentenced": 2}

FIGURES = ["n", "mean_days", "median_days", "p10_days", "p90_days", *(f"share_over_{days}" for days in THRESHOLDS)]


@dataclass(frozen=True)
class Custody:
    """What the prisons recorded, and the figures published of it.

    Attributes:
        spells: every custody spell of every booking; those of a remand episode with `remand_episode_id`.
        episodes: one row per remand episode, with its groups and the dates of its proceeding.
        published: `marts.remand_durations` as analysts read it.
        first_quarter: quarter of the first spell on remand.
        observed_from: date of the first prison extract: who came before it is in no cohort.
        as_of: date of the newest prison extract.
    """

    spells: pd.DataFrame
    episodes: pd.DataFrame
    published: pd.DataFrame
    first_quarter: date
    observed_from: date
    as_of: date

    def bookings_of(self, episode_id: str) -> pd.DataFrame:
        """Everything the bookings of an episode say, whatever the status."""
        bookings = self.spells.loc[self.spells["remand_episode_id"] == episode_id, "booking_number"]
        return self.spells[self.spells["booking_number"].isin(bookings)]

    def day_by_day(self, episode_id: str) -> dict[date, str]:
        """day -> legal status, for each day on which the person was held on this remand, up to the extract.

        A day counts for the status that began last: a sentence passed that day ends the remand. The day of exit is
        not a day held.
        """
        in_force: dict[date, tuple[str, bool]] = {}
        spells = self.bookings_of(episode_id)
        for spell in in_order_of_force(spells):
            is_of_episode = spell.remand_episode_id == episode_id
            for day in days_held(spell.start_date, spell.end_date, self.as_of + timedelta(days=1)):
                in_force[day] = (spell.legal_status, is_of_episode)
        return {day: status for day, (status, is_of_episode) in in_force.items() if is_of_episode}


def in_order_of_force(spells: pd.DataFrame) -> list[Any]:
    """Spells, each before those that replace it: by start, then stage of the proceeding, then id."""
    stage = spells["legal_status"].map(STAGES).fillna(3)
    return list(
        spells.assign(stage=stage).sort_values(["start_date", "stage", "custody_spell_id"]).itertuples(index=False)
    )


def days_held(start: date, end: date | None, horizon: date) -> Iterator[date]:
    """Days from the start up to, not including, the end, and before the horizon."""
    day = start
    while day < min(end or horizon, horizon):
        yield day
        day += timedelta(days=1)


def read(path: Path, sql: str) -> pd.DataFrame:
    """Rows of a database; dates as dates, missing ones as None."""
    with closing(duckdb.connect(str(path.resolve()), read_only=True)) as connection:
        table = connection.execute(sql).df()
    for column in table.columns[table.dtypes.map(pd.api.types.is_datetime64_any_dtype)]:
        table[column] = pd.Series([None if pd.isna(day) else day.date() for day in table[column]], dtype=object)
    return table


@pytest.fixture(scope="module")
def custody(built: Warehouse) -> Custody:
    build = built.settings.build_database
    spells = read(
        build,
        """
        select spells.custody_spell_id, spells.booking_number, spells.legal_status, spells.start_date, spells.end_date,
            remand.remand_episode_id
        from conformed.custody_spells as spells left join conformed.remand_spells as remand using (custody_spell_id)
        """,
    )
    extracts = read(
        build,
        "select min(extract_date) as first, max(extract_date) as newest from marts.deliveries "
        "where agency = 'prison' and feed = 'custody_spells' and verdict <> 'rejected'",
    ).iloc[0]
    return Custody(
        spells=spells,
        episodes=read(build, "select * from marts.remand_episodes").set_index("remand_episode_id", drop=False),
        published=read(built.settings.published_database, "select * from marts.remand_durations"),
        first_quarter=quarter_of(spells.loc[spells["remand_episode_id"].notna(), "start_date"].min()),
        observed_from=extracts["first"],
        as_of=extracts["newest"],
    )


@pytest.fixture(scope="module")
def held_days(custody: Custody) -> dict[str, dict[date, str]]:
    """episode -> day held -> legal status."""
    return {episode_id: custody.day_by_day(episode_id) for episode_id in custody.episodes.index}


@pytest.fixture(scope="module")
def observations(custody: Custody, held_days: dict[str, dict[date, str]]) -> dict[str, pd.DataFrame]:
    """measure -> one row per episode (spell) observed: episode, quarter, days, whether it is over, legal status."""
    return {
        "stock_elapsed": stock(custody, held_days),
        "completed_spell": completed_spells(custody),
        "net_proceeding": completed_proceedings(custody, held_days),
        "entry_cohort_km": entry_cohort(custody, held_days),
    }


def stock(custody: Custody, held_days: dict[str, dict[date, str]]) -> pd.DataFrame:
    """Who was held at midnight at the end of each quarter, and for how long since they came in, bail included."""
    ends = [
        next_quarter(quarter.date()) - timedelta(days=1)
        for quarter in pd.date_range(custody.first_quarter, custody.as_of, freq="QS")
    ]
    return observed(
        (episode_id, quarter_of(end), (end - first_day(custody, episode_id)).days, False, days[end])
        for episode_id, days in held_days.items()
        for end in ends
        if end in days and end <= custody.as_of
    )


def completed_spells(custody: Custody) -> pd.DataFrame:
    """Every remand spell that has ended, from its first day to its last."""
    spells = custody.spells[custody.spells["legal_status"].isin(STAGES) & custody.spells["end_date"].notna()]
    rows = []
    for spell in spells.itertuples():
        if spell.end_date <= custody.as_of:
            days = (spell.end_date - spell.start_date).days
            rows.append((spell.remand_episode_id, quarter_of(spell.end_date), days, True, spell.legal_status))
    return observed(rows)


def completed_proceedings(custody: Custody, held_days: dict[str, dict[date, str]]) -> pd.DataFrame:
    """Days held, each once, bail out, of proceedings that are over and in which nobody is held any more."""
    completed = custody.episodes["completion_date"].dropna()
    rows = []
    for episode_id, completion_date in completed.items():
        held = held_days[episode_id]
        if custody.as_of not in held:
            rows.append((episode_id, quarter_of(completion_date), len(held), True, None))
    return observed(rows)


def entry_cohort(custody: Custody, held_days: dict[str, dict[date, str]]) -> pd.DataFrame:
    """Every episode that began once prisons had begun to send, by the quarter it began, days held until the extract;
    those still held then are not over."""
    rows = []
    for episode_id, held in held_days.items():
        first = in_order_of_force(custody.spells[custody.spells["remand_episode_id"] == episode_id])[0]
        if first.start_date < custody.observed_from:
            continue
        is_over = custody.as_of not in held
        days = sum(day < custody.as_of for day in held)
        rows.append((episode_id, quarter_of(first.start_date), days, is_over, first.legal_status))
    return observed(rows)


def first_day(custody: Custody, episode_id: str) -> date:
    first: date = custody.spells.loc[custody.spells["remand_episode_id"] == episode_id, "start_date"].min()
    return first


def observed(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["remand_episode_id", "quarter", "days", "is_over", "legal_status"])


def quarter_of(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def next_quarter(quarter: date) -> date:
    return date(quarter.year + quarter.month // 10, (quarter.month + 2) % 12 + 1, 1)


def summary(table: pd.DataFrame) -> dict[str, float]:
    """Figures of durations that are all over."""
    days = table["days"].to_numpy(dtype=float)
    shares = {f"share_over_{threshold}": float((days > threshold).mean()) for threshold in THRESHOLDS}
    p10, median, p90 = np.percentile(days, [10, 50, 90])
    return {"n": len(days), "mean_days": days.mean(), "median_days": median, "p10_days": p10, "p90_days": p90, **shares}


def kaplan_meier(table: pd.DataFrame) -> dict[str, float]:
    """Figures of a cohort some of whom are still held: the product limit, told out at each exit in turn."""
    days, is_over = table["days"].to_numpy(), table["is_over"].to_numpy(dtype=bool)
    exits = np.unique(days[is_over])
    still_held = {0.0: 1.0}
    share = 1.0
    for exit_day in exits:
        share *= 1 - ((days == exit_day) & is_over).sum() / (days >= exit_day).sum()
        still_held[float(exit_day)] = share
    everyone_left = share < 1e-9

    def time_until(left: float) -> float:
        return next((day for day, share in still_held.items() if share <= 1 - left + 1e-9), np.nan)

    def share_at(threshold: int) -> float:
        if days.max() < threshold and not everyone_left:
            return np.nan
        return [share for day, share in still_held.items() if day <= threshold][-1]

    return {
        "n": len(days),
        "mean_days": np.nan,
        "median_days": time_until(0.5),
        "p10_days": time_until(0.1),
        "p90_days": time_until(0.9),
        **{f"share_over_{threshold}": share_at(threshold) for threshold in THRESHOLDS},
    }


def calculated(custody: Custody, measure: str, table: pd.DataFrame) -> pd.DataFrame:
    """Every cell of a measure, the groups of each episode taken from `remand_episodes`."""
    groups = custody.episodes[["court_code", "court_region", *BREAKDOWNS[1:-1]]]
    table = table.join(groups, on="remand_episode_id")
    table["court_code"] = table["court_code"].fillna("unknown")
    places = {
        "national": pd.Series("england_and_wales", index=table.index),
        "region": table["court_region"],
        "court": table["court_code"],
    }
    figures = kaplan_meier if measure == "entry_cohort_km" else summary
    cells = {}
    for level, codes in places.items():
        for breakdown in BREAKDOWNS:
            values = pd.Series("all", index=table.index) if breakdown == "all" else table[breakdown]
            for (quarter, code, value), members in table.groupby([table["quarter"], codes, values]):
                cells[quarter, level, code, breakdown, value] = figures(members)
    index = pd.MultiIndex.from_tuples(cells, names=CELL)
    return pd.DataFrame(list(cells.values()), index=index)[FIGURES].astype(float).sort_index()


def of_measure(custody: Custody, measure: str) -> pd.DataFrame:
    return custody.published[custody.published["measure"] == measure]


@pytest.mark.parametrize("measure", MEASURES)
def test_every_published_figure_comes_out_again(
    custody: Custody, observations: dict[str, pd.DataFrame], measure: str
) -> None:
    published = of_measure(custody, measure).set_index(CELL)[FIGURES].astype(float).sort_index()
    expected = calculated(custody, measure, observations[measure])
    assert len(expected) >= 50
    pd.testing.assert_frame_equal(published, expected, check_exact=False, atol=2e-6, rtol=0)


def test_people_still_held_are_in_the_world(custody: Custody) -> None:
    """Without them, and cohorts too young for a share after a year, half of the rules would go untried."""
    assert custody.episodes["is_open"].sum() >= 3
    assert of_measure(custody, "entry_cohort_km")["share_over_365"].isna().any()


def test_courts_add_up_to_their_region_and_regions_to_the_nation(built: Warehouse, custody: Custody) -> None:
    courts = pd.read_csv(built.settings.reference_dir / "courts.csv", dtype=str, keep_default_na=False)
    regions = courts.set_index("court_ou_code")["region"].replace("", "unknown")
    table = custody.published
    by_cell = ["measure", "quarter", "breakdown", "breakdown_value"]
    court = table[table["geography_level"] == "court"]
    region = table[table["geography_level"] == "region"]
    nation = table[table["geography_level"] == "national"]
    regions_of_courts = court["geography_code"].map(regions).fillna("unknown").rename("geography_code")
    pd.testing.assert_series_equal(
        court.groupby([*(court[key] for key in by_cell), regions_of_courts])["n"].sum(),
        region.groupby([*by_cell, "geography_code"])["n"].sum(),
    )
    pd.testing.assert_series_equal(region.groupby(by_cell)["n"].sum(), nation.groupby(by_cell)["n"].sum())


def test_each_breakdown_holds_everybody_once(custody: Custody) -> None:
    cell = ["measure", "quarter", "geography_level", "geography_code"]
    n = custody.published.groupby([*cell, "breakdown"])["n"].sum().unstack("breakdown")
    for breakdown in BREAKDOWNS[1:-1]:
        pd.testing.assert_series_equal(n[breakdown], n["all"], check_names=False)
    with_status = n[n.index.get_level_values("measure") != "net_proceeding"]
    pd.testing.assert_series_equal(with_status["legal_status"], with_status["all"], check_names=False)
    assert n.loc["net_proceeding", "legal_status"].isna().all()


def test_an_episode_begun_since_the_first_extract_is_in_one_cohort_and_a_proceeding_in_the_headline_at_most_once(
    custody: Custody,
) -> None:
    nation = custody.published[
        (custody.published["geography_level"] == "national") & (custody.published["breakdown"] == "all")
    ]
    n = nation.groupby("measure")["n"].sum()
    assert 0 < n["entry_cohort_km"] == (custody.episodes["entry_date"] >= custody.observed_from).sum()
    assert (custody.episodes["entry_date"] < custody.observed_from).any()
    assert n["net_proceeding"] == (custody.episodes["is_completed"] & ~custody.episodes["is_open"]).sum()


def test_a_quarter_that_is_not_over_says_so_and_has_no_stock(custody: Custody) -> None:
    ends = custody.published["quarter"].map(lambda quarter: next_quarter(quarter) - timedelta(days=1))
    pd.testing.assert_series_equal(custody.published["is_complete_quarter"], ends <= custody.as_of, check_names=False)
    assert (ends[custody.published["measure"] == "stock_elapsed"] <= custody.as_of).all()


def test_entry_cohorts_are_those_of_the_truth(custody: Custody, world: World) -> None:
    """Cohorts in which every record came right: the estimate is that of the people really held.

    A cohort with an episode that a recorded error or a missed link changed is left out; `test_marts_against_truth`
    accounts for each of those.
    """
    truth = pd.read_parquet(world.truth_dir / "remand_episodes.parquet").set_index("defendant_id")
    entry = pd.to_datetime(truth["entry_date"])
    last_day_of_world = entry + pd.to_timedelta(truth["days_net"] + truth["days_bail_gap"], unit="D")
    days_since = (pd.Timestamp(custody.as_of) - last_day_of_world).dt.days.where(truth["is_open"], 0)
    true_people = pd.DataFrame(
        {
            "quarter": [quarter_of(day.date()) for day in entry],
            "days": truth["days_net"] + days_since,
            "is_over": ~truth["is_open"].astype(bool),
        },
        index=truth.index,
    )[entry >= pd.Timestamp(custody.observed_from)]
    ours = custody.episodes.dropna(subset=["defendant_id"]).set_index("defendant_id")
    same = (
        (ours["entry_date"].reindex(true_people.index).map(quarter_of, na_action="ignore") == true_people["quarter"])
        & (ours["exit_date"].reindex(true_people.index).notna() == true_people["is_over"])
        & (ours["days_net"].reindex(true_people.index) == true_people["days"])
    )
    published = of_measure(custody, "entry_cohort_km")
    national = published[(published["geography_level"] == "national") & (published["breakdown"] == "all")]
    national = national.set_index("quarter")[FIGURES].astype(float)
    compared = 0
    for quarter, members in true_people.groupby("quarter"):
        entered = (custody.episodes["entry_date"].map(quarter_of) == quarter) & (
            custody.episodes["entry_date"] >= custody.observed_from
        )
        if same[members.index].all() and entered.sum() == len(members):
            expected = pd.Series(kaplan_meier(members), name=quarter)[FIGURES].astype(float)
            pd.testing.assert_series_equal(national.loc[quarter], expected, check_exact=False, atol=2e-6, rtol=0)
            compared += len(members)
    assert compared >= 0.2 * len(true_people), "hardly a cohort is free of faults"
