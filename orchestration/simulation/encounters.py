"""Stops of people in the street: searches in the public monthly layout, and stop-and-account encounters.

Belongs here: drawing encounters per force and month, and writing the search files as data.police.uk publishes them.
Does not belong here: monthly increments of stop and account (`deliveries.py` treats it like any other feed). No
encounter names a person, and none is linked to one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from orchestration.contracts import FeedContract
from orchestration.simulation import encounter_lists as lists
from orchestration.simulation.delivery_files import (
    MANIFEST_SUFFIX,
    DeliveredFile,
    DeliveryKind,
    seeded,
    write_atomically,
)
from orchestration.simulation.encoding import delimited_lines, joined, to_utc
from orchestration.simulation.model import CREATED_COLUMN, NO_PERSON, PERSON_COLUMN, WorldParameters

STOP_SEARCH_FEED = "police/stop_search"
STOP_ACCOUNT_FEED = "police/stop_account"

FEWEST_SEARCHES_PER_MONTH = 2.0
"""Expected searches of a force and month in the smallest world, so that every force has some."""

NO_NOT_STATED_FORCE = "metropolitan"
"""The force whose files never say 'not stated' (as its real files of September to December 2024)."""

GROUPS = tuple(lists.GROUP_RATIOS)

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Forces:
    """The police forces, in one order.

    Attributes:
        codes, slugs: force code and the name data.police.uk uses.
        residents: forces x `GROUPS`, people.
        wordings: ethnicity code -> how the public files word it.
    """

    codes: tuple[str, ...]
    slugs: tuple[str, ...]
    residents: Floats
    wordings: dict[str, str]


@dataclass(frozen=True)
class ForceHabits:
    """How forces differ in what they publish; one flag per force.

    Attributes:
        date_only: the time of day is left out (reads midnight).
        misses_months: some months are never published.
        links_outcomes: says whether the outcome was linked to the object.
        records_mixed: officers may choose 'Mixed'.
    """

    date_only: Flags
    misses_months: Flags
    links_outcomes: Flags
    records_mixed: Flags


def read_forces(reference_dir: Path) -> Forces:
    """Forces, their Census residents by ethnicity group, and the wordings of ethnicity, from the reference lists.

    Raises:
        FileNotFoundError: `police_forces.csv`, `populations.csv` or `ethnicities.csv` is missing.
        ValueError: the population list has no column of residents.
    """
    forces = pd.read_csv(reference_dir / "police_forces.csv", dtype="str").sort_values("force_code")
    ethnicities = pd.read_csv(reference_dir / "ethnicities.csv", dtype="str").dropna(subset=["search_wording"])
    populations = pd.read_csv(reference_dir / "populations.csv", dtype={"force_code": "str"})
    if "residents" not in populations:
        raise ValueError(f"{reference_dir / 'populations.csv'} has no column 'residents'; it has {list(populations)}.")
    table = populations.pivot_table(index="force_code", columns="ethnicity_group", values="residents", aggfunc="sum")
    residents = (
        table.reindex(index=forces["force_code"], columns=list(GROUPS)).fillna(0).to_numpy(dtype="float64", copy=True)
    )
    nobody = residents.sum(axis=1) == 0
    residents[nobody] = lists.RESIDENTS_WHERE_NONE * np.array([lists.NATIONAL_MIX[group] for group in GROUPS])
    wordings = dict(zip(ethnicities["ethnicity_code"], ethnicities["search_wording"], strict=True))
    return Forces(tuple(forces["force_code"]), tuple(forces["slug"]), residents, wordings)


def force_habits(forces: Forces, seed: int) -> ForceHabits:
    """Which force has which habit: three publish dates only, two miss months, two never link outcomes."""
    order = seeded(seed, "force habits").permutation([slug for slug in forces.slugs if slug != NO_NOT_STATED_FORCE])
    ranks = {slug: rank for rank, slug in enumerate(order)}
    rank = np.array([ranks.get(slug, -1) for slug in forces.slugs])
    return ForceHabits(
        date_only=(rank >= 0) & (rank < 3),
        misses_months=(rank >= 3) & (rank < 5),
        links_outcomes=(rank < 5) | (rank >= 7),
        records_mixed=(rank >= 0) & (rank % 2 == 0),
    )


def write_stop_searches(
    contract: FeedContract, parameters: WorldParameters, forces: Forces, out_dir: Path, seed: int
) -> list[DeliveredFile]:
    """Write one file per force and month, in the public layout and under its public name.

    Every search happened in its file's month in Europe/London; its timestamp is in UTC. Months a force does not publish
    are listed without a file (kind `not_delivered`).
    """
    rng = seeded(seed, "stop search")
    habits = force_habits(forces, seed)
    months = parameters.month_ends
    searches = _Searches(forces, habits, months, _expected_searches(parameters, forces), rng)
    table = pa.table({column.physical_name: searches.columns[column.name] for column in contract.columns})
    header = ",".join(table.column_names).encode() + b"\n"
    lines = delimited_lines(table, ",", "\n")
    missed = habits.misses_months[:, None] & (rng.random((len(forces.slugs), len(months))) < 0.15)
    folder = out_dir / contract.agency / contract.feed
    files: list[DeliveredFile] = []
    for number, (start, end) in enumerate(zip(searches.starts[:-1], searches.starts[1:], strict=True)):
        force, month = divmod(number, len(months))
        path = folder / f"{months[month]:%Y-%m}-{forces.slugs[force]}-stop-and-search.csv"
        name = path.relative_to(out_dir).as_posix()
        if missed[force, month]:
            files.append(DeliveredFile(name, contract.key, DeliveryKind.NOT_DELIVERED, 0, None, months[month], ""))
            continue
        content = header + joined(lines.slice(start, end - start))
        digest = hashlib.sha256(content).hexdigest()
        rows = int(end - start)
        manifest = {"feed": contract.key, "rows": rows, "sha256": digest, "simulated": True}
        manifest_path = path.with_name(path.name + MANIFEST_SUFFIX)
        write_atomically(manifest_path, (json.dumps(manifest, indent=2) + "\n").encode())
        write_atomically(path, content)
        files.append(DeliveredFile(name, contract.key, DeliveryKind.NORMAL, rows, None, months[month], digest))
    return files


def stop_accounts(parameters: WorldParameters, forces: Forces, seed: int) -> pd.DataFrame:
    """Stop-and-account encounters of the window with the contract's columns and the hidden ones of every feed."""
    rng = seeded(seed, "stop account")
    expected = _expected_searches(parameters, forces) * lists.ACCOUNTS_PER_SEARCH
    counts = rng.poisson(np.repeat(expected[:, None], parameters.months, axis=1))
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    force, month = cells // parameters.months, cells % parameters.months
    when = _local_times(month, parameters.month_ends, rng)
    by_time = np.lexsort((when, force))
    force, when = force[by_time], when[by_time]
    group = _groups(forces, expected, force, rng)
    sequence = np.arange(len(force)) - np.searchsorted(force, force)
    years = pd.DatetimeIndex(when).year
    codes = np.array(forces.codes, dtype=object)[force]
    self_defined = _recoded(_self_defined(group, rng), lists.OLDER_CODES)
    self_defined[rng.random(len(force)) < 0.15] = lists.NOT_STATED
    officer = np.array([lists.OFFICER_CODES[seen] for seen in _officer_defined(group, rng)], dtype=object)
    return pd.DataFrame(
        {
            "force_code": pd.Series(codes, dtype="str"),
            "encounter_ref": [f"SA{year % 100}{number + 1:07d}" for year, number in zip(years, sequence, strict=True)],
            "encounter_at": when,
            "reason_code": _draw(lists.REASONS, len(force), rng),
            "gender": _blank_as_missing(_draw(lists.GENDERS, len(force), rng)),
            "age_range": _blank_as_missing(_draw(lists.AGE_RANGES, len(force), rng)),
            "self_defined_ethnicity": self_defined,
            "officer_defined_ethnicity": officer,
            "receipt_offered": np.where(rng.random(len(force)) < 0.72, "Y", "N"),
            CREATED_COLUMN: pd.Series(when).dt.normalize(),
            PERSON_COLUMN: NO_PERSON,
        }
    )


def _expected_searches(parameters: WorldParameters, forces: Forces) -> Floats:
    """Expected searches per force and month."""
    weights = forces.residents.sum(axis=1) * np.array([lists.FORCE_RATES.get(slug, 0.6) for slug in forces.slugs])
    monthly = parameters.defendants * lists.SEARCHES_PER_DEFENDANT / parameters.months
    return np.asarray(np.maximum(weights / weights.sum() * monthly, FEWEST_SEARCHES_PER_MONTH))


class _Searches:
    """All searches of the window, one force after the other, month by month, as columns of text."""

    def __init__(
        self, forces: Forces, habits: ForceHabits, months: Sequence[date], expected: Floats, rng: np.random.Generator
    ) -> None:
        summer = 1 + 0.12 * np.sin(np.arange(len(months)) * np.pi / 6)
        season = summer + rng.normal(0, 0.05, (len(forces.slugs), len(months)))
        counts = np.maximum(rng.poisson(expected[:, None] * np.clip(season, 0.3, 2.0)), 1).ravel()
        self.starts = np.concatenate([[0], np.cumsum(counts)])
        cell = np.repeat(np.arange(len(counts)), counts)
        self.force, self.month = cell // len(months), cell % len(months)
        self.size = len(cell)
        # The people of one car or group are separate searches at one time and place for one reason: some rows that
        # come out identical are distinct searches.
        companion = rng.random(self.size) < 0.12
        companion[self.starts[:-1]] = False
        self.stop = np.maximum.accumulate(np.where(companion, 0, np.arange(self.size)))
        self.forces, self.habits, self.expected, self.rng = forces, habits, expected, rng
        self.columns: dict[str, pa.Array] = {}
        self._add_stop(months)
        self._add_person()
        self._add_outcome()

    def _text(self, name: str, values: npt.NDArray[np.object_]) -> None:
        self.columns[name] = pa.array(values, type=pa.string())

    def _add_stop(self, months: Sequence[date]) -> None:
        rng, stop = self.rng, self.stop
        self.kind = _draw(lists.SEARCH_TYPES, self.size, rng)[stop]
        self._text("type", self.kind)
        local = _local_times(self.month, months, rng)[stop]
        moments = to_utc(pd.DatetimeIndex(local)).to_numpy()
        days = local.astype("datetime64[D]").astype("datetime64[s]")
        moments = np.where(self.habits.date_only[self.force], days, moments.astype("datetime64[s]"))
        stamps = np.array([f"{stamp}+00:00" for stamp in np.datetime_as_string(moments, unit="s")], dtype=object)
        self._text("date", stamps)
        in_operation = (rng.random(self.size) < 0.03)[stop]
        says = (rng.random(len(self.forces.slugs)) < 0.8)[self.force]
        part = np.where(in_operation, "True", np.where(says, "False", "")).astype(object)
        self._text("part_of_a_policing_operation", part)
        name = np.array(["Operation Harrier", "Operation Sandstone", "Operation Tidewater"], dtype=object)
        self._text("policing_operation", np.where(in_operation, name[self.force % 3], "").astype(object))
        centre = np.array([lists.PLACES.get(slug, lists.MIDDLE_OF_ENGLAND) for slug in self.forces.slugs])
        # Published positions are the nearest of a fixed list of map points, so the same one occurs again and again.
        points = rng.normal(0, 0.08, (len(self.forces.slugs), 400, 2)) + centre[:, None, :]
        point = np.minimum(rng.exponential(90, self.size).astype(int), 399)[stop]
        place = points[self.force, point]
        unknown = (rng.random(self.size) < 0.025)[stop]
        for axis, name_of in enumerate(("latitude", "longitude")):
            words = np.array([f"{value:.6f}" for value in place[:, axis]], dtype=object)
            words[unknown] = ""
            self._text(name_of, words)

    def _add_person(self) -> None:
        rng = self.rng
        group = _groups(self.forces, self.expected, self.force, rng)
        vehicle_only = self.kind == "Vehicle search"
        officer = _officer_defined(group, rng)
        officer[(officer == "Mixed") & ~self.habits.records_mixed[self.force]] = "Other"
        officer[rng.random(self.size) < 0.02] = ""
        answers = _self_defined(group, rng)
        silent = np.array([slug == NO_NOT_STATED_FORCE for slug in self.forces.slugs])[self.force]
        answers[(rng.random(self.size) < 0.18) & ~silent] = lists.NOT_STATED
        words = _recoded(answers, self.forces.wordings)
        words[rng.random(self.size) < 0.015] = ""
        for name, values in (
            ("gender", _draw(lists.GENDERS, self.size, rng)),
            ("age_range", _draw(lists.AGE_RANGES, self.size, rng)),
            ("self_defined_ethnicity", words),
            ("officer_defined_ethnicity", officer),
        ):
            values[vehicle_only] = ""
            self._text(name, values)

    def _add_outcome(self) -> None:
        rng = self.rng
        shares = np.array([item.share for item in lists.OBJECTS])
        searched_for = rng.choice(len(shares), self.size, p=shares / shares.sum())[self.stop]
        self._text("legislation", np.array([item.legislation for item in lists.OBJECTS], dtype=object)[searched_for])
        self._text("object_of_search", np.array([item.name for item in lists.OBJECTS], dtype=object)[searched_for])
        chance = rng.random(self.size)
        arrest = np.array([item.arrest for item in lists.OBJECTS])[searched_for]
        nothing = np.array([item.no_further_action for item in lists.OBJECTS])[searched_for]
        outcome = _draw(lists.OTHER_OUTCOMES, self.size, rng)
        outcome[chance < arrest] = "Arrest"
        outcome[chance >= 1 - nothing] = lists.NO_FURTHER_ACTION
        self._text("outcome", outcome)
        # About a quarter of all searches find what was looked for; forces that never say so write False throughout.
        found = rng.random(self.size) < np.where(outcome == lists.NO_FURTHER_ACTION, 0.015, 0.85)
        linked = np.where(found & self.habits.links_outcomes[self.force], "True", "False").astype(object)
        linked[(rng.random(self.size) < 0.04) & self.habits.links_outcomes[self.force]] = ""
        self._text("outcome_linked_to_object_of_search", linked)
        removal = np.where(rng.random(self.size) < 0.025, "True", "False").astype(object)
        removal[self.kind == "Vehicle search"] = ""
        self._text("removal_of_more_than_just_outer_clothing", removal)


def _groups(forces: Forces, expected: Floats, force: Integers, rng: np.random.Generator) -> Integers:
    """Per encounter, the index into `GROUPS` of the person's ethnicity group."""
    cumulative = np.cumsum(_group_shares(forces, expected), axis=1)
    return np.asarray((rng.random(len(force))[:, None] > cumulative[force][:, :-1]).sum(axis=1))


def _group_shares(forces: Forces, expected: Floats) -> Floats:
    """Per force, shares of searches by group, with the Black to White ratio of the whole country fitted.

    `expected` holds the searches expected per force: a small world has relatively many in forces with few Black
    residents, so the ratio within a force that gives the national one depends on it.
    """
    ratios = np.array([lists.GROUP_RATIOS[group] for group in GROUPS])
    black, white = GROUPS.index("black"), GROUPS.index("white")
    shares = np.empty_like(forces.residents)
    for _ in range(30):
        weights = forces.residents * ratios
        shares = weights / weights.sum(axis=1, keepdims=True)
        searches = (shares * expected[:, None]).sum(axis=0)
        per_resident = searches / forces.residents.sum(axis=0)
        ratios[black] *= lists.BLACK_WHITE_RATIO / (per_resident[black] / per_resident[white])
    return shares


def _self_defined(group: Integers, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Per encounter, the 18+1 code of the person's own description."""
    answers = np.empty(len(group), dtype=object)
    for number, name in enumerate(GROUPS):
        chosen = group == number
        answers[chosen] = _draw(lists.SELF_DEFINED[name], int(chosen.sum()), rng)
    return answers


def _recoded(values: npt.NDArray[np.object_], words: dict[str, str]) -> npt.NDArray[np.object_]:
    """Each value as `words` has it, itself where `words` has nothing."""
    recoded = pd.Series(values, dtype=object)
    return np.asarray(recoded.map(words).where(lambda word: word.notna(), recoded).to_numpy(dtype=object))


def _officer_defined(group: Integers, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    seen = np.empty(len(group), dtype=object)
    for number, name in enumerate(GROUPS):
        chosen = group == number
        seen[chosen] = _draw(lists.OFFICER_DEFINED[name], int(chosen.sum()), rng)
    return seen


def _local_times(month: Integers, month_ends: Sequence[date], rng: np.random.Generator) -> npt.NDArray[np.datetime64]:
    """Wall-clock times in Europe/London inside each encounter's month, to the minute, mostly to five minutes.

    One in a hundred falls in the first or last hour of the month, where UTC and London disagree about the month.
    """
    ends = np.array(month_ends, dtype="datetime64[D]")
    firsts = ends.astype("datetime64[M]").astype("datetime64[D]")
    days = (ends - firsts).astype(int) + 1
    day = (rng.random(len(month)) * days[month]).astype(int)
    shares = np.array(lists.HOURS, dtype="float64")
    hour = rng.choice(24, len(month), p=shares / shares.sum())
    minute = rng.integers(0, 60, len(month))
    minute = np.where(rng.random(len(month)) < 0.75, minute // 5 * 5, minute)
    edge = rng.random(len(month))
    at_start, at_end = edge < 0.005, edge >= 0.995
    day = np.where(at_start, 0, np.where(at_end, days[month] - 1, day))
    hour = np.where(at_start, 0, np.where(at_end, 23, hour))
    seconds = (hour * 3600 + minute * 60).astype("timedelta64[s]")
    return np.asarray((firsts[month] + day).astype("datetime64[s]") + seconds)


def _draw(options: Sequence[tuple[str, float]], size: int, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    shares = np.array([share for _, share in options])
    names = np.array([name for name, _ in options], dtype=object)
    return np.asarray(names[rng.choice(len(options), size, p=shares / shares.sum())])


def _blank_as_missing(values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    values[values == ""] = None
    return values
