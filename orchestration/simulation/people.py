"""The people of the simulated world: names, birth dates, households, twins, moves, aliases, identifiers.

Belongs here: who somebody is. Does not belong here: what they did (`offending.py`, `police_events.py`) or how an
agency misspells them (the deliveries half).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration_offences as mix
from orchestration.simulation import name_lists as names
from orchestration.simulation.records import blank_where
from orchestration.simulation.reference import Places
from orchestration.simulation.sampling import (
    NEVER,
    Floats,
    Ints,
    Streams,
    Texts,
    bernoulli,
    choose,
    dates_of,
    uniform_days,
)

TAIL_SHARE = 0.30
"""Share of White and Mixed people with one of the rarer composed surnames."""

HOUSEHOLD_SHARE = 0.10
TWIN_SHARE = 0.006
SAME_FORENAME_IN_HOUSEHOLD = 0.06
MOVED_SHARE = 0.30
ALIAS_SHARE = 0.07
SECOND_FORENAME_SHARE = 0.62
DOUBLE_BARREL_SHARE = 0.02

_TWIN_DAYS_APART = 500
_ADULT_DAYS = 19 * 365


def make_people(
    sex: Texts,
    ethnic_group: Ints,
    birth_day: Ints,
    first_seen: Ints,
    force: Ints,
    places: Places,
    streams: Streams,
    first_day: int,
    last_day: int,
) -> pd.DataFrame:
    """One row per person, in the order of the arguments (the position is the true person number).

    Args:
        sex: 'M' or 'F' each.
        ethnic_group: position in `ETHNIC_GROUPS`.
        birth_day: day of birth; twins are given one shared day, so read `birth_day` from the result.
        first_seen: the first day any agency meets the person.
        force: position of the force whose area the person lives in.
        places: forces and their postcode areas.
        streams: random streams.
        first_day: first day of the window; people who move do so in it.
        last_day: last day of the window.

    Returns:
        true_person_id, surname, forename_1, forename_2, birth_day, date_of_birth, sex, ethnic_group, ethnicity_code,
        nationality_code, postcode, previous_postcode, moved_day, alias_surname, alias_forename, nickname, twin_of,
        household (both -1 where none), force.
    """
    rng = streams.named("people")
    size = len(sex)
    code = _ethnicity_codes(rng, ethnic_group)
    surname = _surnames(rng, ethnic_group)
    forename = _forenames(rng, ethnic_group, sex)
    second = _forenames(rng, ethnic_group, sex)
    second[~bernoulli(rng, SECOND_FORENAME_SHARE, size) | (second == forename)] = None
    postcode = _postcodes(rng, force, places)
    people = pd.DataFrame(
        {
            "true_person_id": np.arange(size),
            "surname": surname,
            "forename_1": forename,
            "forename_2": second,
            "birth_day": birth_day,
            "sex": sex,
            "ethnic_group": ethnic_group,
            "ethnicity_code": code,
            "nationality_code": _nationalities(rng, ethnic_group),
            "postcode": postcode,
            "previous_postcode": _postcodes(rng, force, places),
            "moved_day": np.where(
                bernoulli(rng, MOVED_SHARE, size),
                uniform_days(rng, np.full(size, first_day), np.full(size, last_day)),
                NEVER,
            ),
            "force": force,
            "twin_of": -1,
            "household": -1,
        }
    )
    _share_homes(people, rng)
    _make_twins(people, first_seen, rng)
    _add_aliases(people, rng)
    people["date_of_birth"] = dates_of(people["birth_day"].to_numpy())
    return people


def forename_frequencies(length: int) -> Floats:
    """Relative frequencies of a list ordered commonest first: a few very common, a long tail."""
    return np.asarray(1.0 / (np.arange(length) + 6.0) ** 0.9, dtype=np.float64)


def _pick(rng: np.random.Generator, pool: list[str], size: int) -> Texts:
    return np.asarray(pool, dtype=object)[choose(rng, forename_frequencies(len(pool)), size)]


def _surnames(rng: np.random.Generator, ethnic_group: Ints) -> Texts:
    pools = {
        "white": names.SURNAMES_WHITE,
        "asian": names.SURNAMES_ASIAN,
        "black": names.SURNAMES_BLACK,
        "other": names.SURNAMES_OTHER,
    }
    surname = np.empty(len(ethnic_group), dtype=object)
    for index, group in enumerate(mix.ETHNIC_GROUPS):
        chosen = np.flatnonzero(ethnic_group == index)
        if group == "mixed":
            other = np.asarray(["black", "asian"], dtype=object)[choose(rng, [0.75, 0.25], len(chosen))]
            kind = np.where(bernoulli(rng, 0.6, len(chosen)), "white", other)
        else:
            kind = np.full(len(chosen), group, dtype=object)
        for name, pool in pools.items():
            part = chosen[kind == name]
            surname[part] = _pick(rng, pool, len(part))
        tail = chosen[(kind == "white") & bernoulli(rng, TAIL_SHARE, len(chosen))]
        stems = np.asarray(names.SURNAME_STEMS, dtype=object)[rng.integers(0, len(names.SURNAME_STEMS), len(tail))]
        endings = np.asarray(names.SURNAME_ENDINGS, dtype=object)[
            rng.integers(0, len(names.SURNAME_ENDINGS), len(tail))
        ]
        surname[tail] = stems + endings
    double = np.flatnonzero(bernoulli(rng, DOUBLE_BARREL_SHARE, len(surname)))
    surname[double] = surname[double] + "-" + _pick(rng, names.SURNAMES_WHITE, len(double))
    return surname


def _forenames(rng: np.random.Generator, ethnic_group: Ints, sex: Texts) -> Texts:
    pools = {
        ("white", "M"): names.FORENAMES_WHITE_MALE,
        ("white", "F"): names.FORENAMES_WHITE_FEMALE,
        ("mixed", "M"): names.FORENAMES_WHITE_MALE[:90] + names.FORENAMES_BLACK_MALE[:30],
        ("mixed", "F"): names.FORENAMES_WHITE_FEMALE[:70] + names.FORENAMES_BLACK_FEMALE[:20],
        ("asian", "M"): names.FORENAMES_ASIAN_MALE,
        ("asian", "F"): names.FORENAMES_ASIAN_FEMALE,
        ("black", "M"): names.FORENAMES_BLACK_MALE,
        ("black", "F"): names.FORENAMES_BLACK_FEMALE,
        ("other", "M"): names.FORENAMES_OTHER_MALE,
        ("other", "F"): names.FORENAMES_OTHER_FEMALE,
    }
    forename = np.empty(len(sex), dtype=object)
    for (group, which), pool in pools.items():
        part = np.flatnonzero((ethnic_group == mix.ETHNIC_GROUPS.index(group)) & (sex == which))
        forename[part] = _pick(rng, pool, len(part))
    return forename


def _ethnicity_codes(rng: np.random.Generator, ethnic_group: Ints) -> Texts:
    code = np.empty(len(ethnic_group), dtype=object)
    for index, group in enumerate(mix.ETHNIC_GROUPS):
        part = np.flatnonzero(ethnic_group == index)
        pool = np.asarray(mix.ETHNICITY_CODES[group], dtype=object)
        code[part] = pool[choose(rng, mix.ETHNICITY_CODE_SHARE[group], len(part))]
    return code


def _nationalities(rng: np.random.Generator, ethnic_group: Ints) -> Texts:
    nationality = np.empty(len(ethnic_group), dtype=object)
    for index, group in enumerate(mix.ETHNIC_GROUPS):
        part = np.flatnonzero(ethnic_group == index)
        codes, shares = zip(*mix.NATIONALITY_SHARE[group], strict=True)
        nationality[part] = np.asarray(codes, dtype=object)[choose(rng, shares, len(part))]
    return nationality


def _postcodes(rng: np.random.Generator, force: Ints, places: Places) -> Texts:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    districts = rng.integers(1, 29, len(force)).tolist()
    sectors = rng.integers(0, 10, len(force)).tolist()
    ends = rng.integers(0, 400, len(force)).tolist()
    which = rng.random(len(force)).tolist()
    codes = np.empty(len(force), dtype=object)
    for row, index in enumerate(force.tolist()):
        areas = places.force_postal[index]
        area = areas[int(which[row] * len(areas))]
        first, second = divmod(ends[row], 20)
        codes[row] = f"{area}{districts[row]} {sectors[row]}{letters[first]}{letters[second]}"
    return codes


def _share_homes(people: pd.DataFrame, rng: np.random.Generator) -> None:
    """Families: some people share surname, address and ethnic group with another; a few even the forename."""
    order = np.lexsort((rng.random(len(people)), people["ethnic_group"], people["force"]))
    head, member = order[:-1:2], order[1::2]
    head = head[: len(member)]
    same = (people["ethnic_group"].to_numpy()[head] == people["ethnic_group"].to_numpy()[member]) & (
        people["force"].to_numpy()[head] == people["force"].to_numpy()[member]
    )
    taken = same & bernoulli(rng, HOUSEHOLD_SHARE, len(member))
    head, member = head[taken], member[taken]
    for column in ("surname", "postcode", "previous_postcode", "moved_day"):
        values = people[column].to_numpy(copy=True)
        values[member] = values[head]
        people[column] = values
    household = people["household"].to_numpy(copy=True)
    household[head] = np.arange(len(head))
    household[member] = np.arange(len(head))
    people["household"] = household
    junior = (people["sex"].to_numpy()[head] == people["sex"].to_numpy()[member]) & bernoulli(
        rng, SAME_FORENAME_IN_HOUSEHOLD, len(head)
    )
    forename = people["forename_1"].to_numpy(copy=True)
    forename[member[junior]] = forename[head[junior]]
    people["forename_1"] = forename


def _make_twins(people: pd.DataFrame, first_seen: Ints, rng: np.random.Generator) -> None:
    """Twins: two adults of nearly the same age become siblings of one birth, with different forenames."""
    birth = people["birth_day"].to_numpy(copy=True)
    adult = (first_seen - birth > _ADULT_DAYS) & (people["household"].to_numpy() < 0)
    candidates = np.flatnonzero(adult)
    group, force = people["ethnic_group"].to_numpy(), people["force"].to_numpy()
    order = candidates[np.lexsort((birth[candidates], group[candidates], force[candidates]))]
    first, second = order[:-1:2], order[1::2]
    first = first[: len(second)]
    alike = (
        (group[first] == group[second])
        & (force[first] == force[second])
        & (np.abs(birth[first] - birth[second]) < _TWIN_DAYS_APART)
        & (first_seen[second] - birth[first] > _ADULT_DAYS)
        & bernoulli(rng, 2 * TWIN_SHARE, len(first))
    )
    first, second = first[alike], second[alike]
    for column in ("surname", "postcode", "previous_postcode", "moved_day"):
        values = people[column].to_numpy(copy=True)
        values[second] = values[first]
        people[column] = values
    birth[second] = birth[first]
    people["birth_day"] = birth
    twin = people["twin_of"].to_numpy(copy=True)
    twin[second], twin[first] = first, second
    people["twin_of"] = twin
    forename = people["forename_1"].to_numpy(copy=True)
    clash = second[forename[first] == forename[second]]
    same_sex_pool = {"M": names.FORENAMES_WHITE_MALE[-40:], "F": names.FORENAMES_WHITE_FEMALE[-40:]}
    for row in clash.tolist():
        pool = same_sex_pool[str(people["sex"].iat[row])]
        forename[row] = pool[int(rng.integers(0, len(pool)))]
    people["forename_1"] = forename


def _add_aliases(people: pd.DataFrame, rng: np.random.Generator) -> None:
    size = len(people)
    has_alias = bernoulli(rng, ALIAS_SHARE, size)
    group = people["ethnic_group"].to_numpy()
    alias_surname = _surnames(rng, group)
    alias_forename = _forenames(rng, group, people["sex"].to_numpy(dtype=object))
    keeps_forename = bernoulli(rng, 0.7, size)
    forename = people["forename_1"].to_numpy(dtype=object)
    people["alias_surname"] = blank_where(alias_surname, ~has_alias)
    people["alias_forename"] = blank_where(np.where(keeps_forename, forename, alias_forename), ~has_alias)
    people["nickname"] = [names.NICKNAMES.get(name) for name in forename]
