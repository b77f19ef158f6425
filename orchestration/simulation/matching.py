"""Which person each event happened to: newcomers, and people who come back.

Belongs here: giving every defendant, arrest and out-of-court disposal its person, so that people reoffend as often as
they do and nobody is in two places at once. Does not belong here: what the person is called (`people.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.sampling import Ints, Texts

Interval = tuple[int, int]

_TRIES = 5
_RETURN_DAYS = 230
"""Mean days after which somebody comes back, before custody shifts it."""

_SINGLE_JUSTICE_REMEMBERED = 0.15
_AGE_OF_RESPONSIBILITY_DAYS = 3_660
_CHILD_DAYS = 6_575


@dataclass(frozen=True)
class Matched:
    """The person of every event and what follows from it.

    `person` per event; per person (by number): `sex`, `ethnic_group`, `birth_day`, `force`, `first_seen`.
    """

    person: Ints
    sex: Texts
    ethnic_group: Ints
    birth_day: Ints
    force: Ints
    first_seen: Ints


def match_people(rng: np.random.Generator, events: pd.DataFrame, custody: dict[int, list[Interval]]) -> Matched:
    """Give every event a person.

    An event may fall to somebody known of the same force area, sex, ethnic group and side of 18, if that person was
    not in custody on the day of the offence or when met, is not in the same case already, and if no day of custody the
    event leads to overlaps custody the person has had or will have.

    Args:
        rng: random stream.
        events: offence_day, seen_day, kind (a key of `REPEAT_SHARE`), group, sex, ethnic_group, youth, force,
            birth_day, case (-1 outside court).
        custody: event position -> days in custody it leads to, as (first, last) pairs.
    """
    size = len(events)
    kinds = events["kind"].to_numpy(dtype=object)
    group = events["group"].to_numpy()
    tilt = np.asarray([cal.REPEAT_TILT.get(name, 1.0) for name in mix.OFFENCE_GROUPS])[group]
    share = np.asarray([cal.REPEAT_SHARE[kind] for kind in kinds]) * np.where(kinds == "single_justice", 1.0, tilt)
    wants_known = (rng.random(size) < share).tolist()
    remembered = ((kinds != "single_justice") | (rng.random(size) < _SINGLE_JUSTICE_REMEMBERED)).tolist()
    back = rng.exponential(_RETURN_DAYS, size).astype(np.int64).tolist()
    jitter = rng.integers(0, 1 << 30, (size, _TRIES)).tolist()
    columns = {
        name: events[name].tolist()
        for name in ("offence_day", "seen_day", "sex", "ethnic_group", "youth", "force", "birth_day", "case")
    }
    order = np.lexsort((np.arange(size), events["seen_day"].to_numpy())).tolist()
    person = [-1] * size
    births: list[int] = []
    founders: list[int] = []
    members_of: dict[int, set[int]] = {}
    held: list[list[Interval]] = []
    pools: dict[tuple[int, str, int, bool], tuple[list[int], list[int]]] = {}
    for event in order:
        offence, seen, case = columns["offence_day"][event], columns["seen_day"][event], columns["case"][event]
        youth = columns["youth"][event]
        key = (columns["force"][event], columns["sex"][event], columns["ethnic_group"][event], youth)
        days, members = pools.setdefault(key, ([], []))
        wanted = custody.get(event, [])
        found = -1
        if wants_known[event] and members:
            around = bisect_left(days, seen - back[event])
            for number in jitter[event]:
                candidate = members[(around + number % 7 - 3) % len(members)]
                if case >= 0 and candidate in members_of.get(case, ()):
                    continue
                if _fits(births[candidate], held[candidate], offence, seen, youth, wanted):
                    found = candidate
                    break
        if found < 0:
            found = len(births)
            births.append(columns["birth_day"][event])
            founders.append(event)
            held.append([])
        person[event] = found
        if case >= 0:
            members_of.setdefault(case, set()).add(found)
        if wanted:
            held[found] = sorted([*held[found], *wanted])
        if remembered[event]:
            days.append(seen)
            members.append(found)
    founder = np.asarray(founders, dtype=np.int64)
    return Matched(
        person=np.asarray(person, dtype=np.int64),
        sex=events["sex"].to_numpy(dtype=object)[founder],
        ethnic_group=events["ethnic_group"].to_numpy()[founder],
        birth_day=np.asarray(births, dtype=np.int64),
        force=events["force"].to_numpy()[founder],
        first_seen=events["seen_day"].to_numpy()[founder],
    )


def _fits(
    birth: int, held: Sequence[Interval], offence: int, seen: int, youth: bool, wanted: Sequence[Interval]
) -> bool:
    if offence - birth < _AGE_OF_RESPONSIBILITY_DAYS or (seen - birth < _CHILD_DAYS) != youth:
        return False
    for first, last in held:
        if first <= offence < last or first <= seen < last:
            return False
        for start, end in wanted:
            if start <= last and first <= end:
                return False
    return True
