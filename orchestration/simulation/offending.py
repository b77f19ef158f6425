"""What is alleged: cases, the defendants in them and their charges, with the dates that lead to court.

Belongs here: drawing offence, court, prosecutor, number of defendants and charges, demographics wanted of each
defendant, and the days of offence, arrest, charge and receipt. Does not belong here: which person it is (`matching.py`)
or what the courts then do (`magistrates.py`, `crown.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.model import WorldParameters
from orchestration.simulation.reference import Offences, Reference
from orchestration.simulation.sampling import (
    Bools,
    Floats,
    Ints,
    Streams,
    Texts,
    bernoulli,
    choose,
    choose_by_row,
    day_of,
    lognormal_days,
    remand_sitting_day,
    sitting_day,
)

SINGLE_JUSTICE, MAGISTRATES, CROWN_SENTENCE, CROWN_TRIAL = range(4)
"""Tracks of a case. A case committed for sentence runs in the magistrates' court first."""

TRACK_NAMES = ("single_justice", "magistrates", "magistrates", "crown")

CHARGED, REQUISITIONED, SUMMONED, NOTICED = range(4)
INITIATION_CODES = ("C", "R", "S", "J")

_AGE_OF_RESPONSIBILITY_DAYS = 3_660
"""Ten years: nobody younger can commit an offence (Children and Young Persons Act 1933 s50)."""


@dataclass(frozen=True)
class Caseload:
    """Cases, defendants (`case` is the position of their case) and charges (`defendant` likewise)."""

    cases: pd.DataFrame
    defendants: pd.DataFrame
    charges: pd.DataFrame


def draw_caseload(
    parameters: WorldParameters, reference: Reference, streams: Streams, arrivals_per_day: float
) -> Caseload:
    """Draw every case received from the warm-up to the end of the window.

    Args:
        parameters: the world's size and window.
        reference: offence, court and force lists.
        streams: random streams.
        arrivals_per_day: cases received per day, all tracks together.

    Returns:
        cases: code, group, track, initiation, force, court (magistrates'), crown_court, prosecutor, received_day,
        size. defendants: case, first_of_case, organisation, sex, ethnic_group, offence_age_days, youth, offence_day,
        arrest_day, charge_day, charge_count. charges: defendant, sequence, code, group, offence_day.
    """
    rng = streams.named("offending.cases")
    cases = _draw_cases(rng, parameters, reference, arrivals_per_day)
    defendants = _draw_defendants(streams.named("offending.defendants"), cases, reference)
    charges = _draw_charges(streams.named("offending.charges"), cases, defendants, reference.offences)
    return Caseload(cases, defendants, charges)


def draw_group_codes(rng: np.random.Generator, shares: dict[str, float], offences: Offences, size: int) -> Ints:
    """Positions of offence codes: the group by its share, the code by its popularity in the group."""
    group = choose(rng, [shares[name] for name in mix.OFFENCE_GROUPS], size)
    return codes_within_groups(rng, group, offences)


def codes_within_groups(
    rng: np.random.Generator, group: Ints, offences: Offences, allowed: Bools | None = None
) -> Ints:
    """A code position for each group position, drawn by popularity among the allowed codes of the group."""
    usable = offences.weights > 0 if allowed is None else (offences.weights > 0) & allowed
    code = np.zeros(len(group), dtype=np.int64)
    for index in range(len(mix.OFFENCE_GROUPS)):
        rows = np.flatnonzero(group == index)
        pool = np.flatnonzero((offences.group == index) & usable)
        if len(rows) and len(pool):
            code[rows] = pool[choose(rng, offences.weights[pool], len(rows))]
    return code


def draw_forces(rng: np.random.Generator, reference: Reference, size: int) -> Ints:
    """Positions of forces in proportion to their volume."""
    return choose(rng, reference.places.force_weights, size)


def draw_demographics(
    rng: np.random.Generator, code: Ints, group: Ints, force: Ints, reference: Reference
) -> pd.DataFrame:
    """Sex, ethnic group, youth flag and age in days at charge (or disposal) wanted of whoever did it."""
    size = len(code)
    male_share = np.asarray([mix.MALE_SHARE[name] for name in mix.OFFENCE_GROUPS])[group]
    for name, share in mix.MALE_SHARE_BY_CODE.items():
        male_share = np.where(code == reference.offences.position(name), share, male_share)
    sex = np.where(bernoulli(rng, male_share, size), "M", "F").astype(object)
    kinds = ("london", "diverse", "elsewhere")
    tilt = np.asarray([mix.ETHNICITY_TILT.get(name, (1.0,) * 5) for name in mix.OFFENCE_GROUPS])
    area = np.asarray([mix.ETHNICITY_BY_AREA[kind] for kind in kinds])
    matrix = (area[:, None, :] * tilt[None, :, :]).reshape(-1, len(mix.ETHNIC_GROUPS))
    kind = np.asarray([kinds.index(name) for name in reference.places.force_kind])[force]
    ethnic_group = choose_by_row(rng, matrix, kind * len(mix.OFFENCE_GROUPS) + group)
    youth = bernoulli(rng, np.asarray([mix.YOUTH_SHARE[name] for name in mix.OFFENCE_GROUPS])[group], size)
    shapes = np.asarray([mix.ADULT_AGE_GAMMA[name] for name in mix.OFFENCE_GROUPS])[group]
    adult_age = 18.05 + rng.gamma(shapes[:, 0], shapes[:, 1])
    youth_age = 11 + 6.9 * rng.beta(4.5, 1.6, size)
    age = np.where(youth, youth_age, np.minimum(adult_age, 88))
    return pd.DataFrame(
        {"sex": sex, "ethnic_group": ethnic_group, "youth": youth, "age_days": np.floor(age * 365.25).astype(np.int64)}
    )


def _draw_cases(
    rng: np.random.Generator, parameters: WorldParameters, reference: Reference, arrivals_per_day: float
) -> pd.DataFrame:
    offences, places = reference.offences, reference.places
    first, last = day_of(parameters.window_start), day_of(parameters.end_date)
    earliest = first - max(cal.WARM_UP_DAYS.values())
    drawn = round(arrivals_per_day * (last - earliest + 1))
    single = bernoulli(rng, parameters.single_justice_share, drawn)
    code = draw_group_codes(rng, mix.COURT_GROUP_SHARE, offences, drawn)
    single_codes = np.asarray([offences.position(name) for name in mix.SINGLE_JUSTICE_CODES])
    single_weights = np.asarray(list(mix.SINGLE_JUSTICE_CODES.values()))[single_codes >= 0]
    single_codes = single_codes[single_codes >= 0]
    code[single] = single_codes[choose(rng, single_weights, int(single.sum()))]
    group = offences.group[code]
    track = _draw_track(rng, code, group, single, offences)
    received = rng.integers(earliest, last + 1, drawn)
    warm_up = np.asarray([cal.WARM_UP_DAYS[name] for name in TRACK_NAMES])[track]
    warm_up = np.where(track == CROWN_SENTENCE, 1_200, warm_up)
    kept = received >= first - warm_up
    kept &= ~np.isin(track, (CROWN_SENTENCE, CROWN_TRIAL)) | bernoulli(rng, _grown(received, last), drawn)
    code, group, track, received = code[kept], group[kept], track[kept], received[kept]
    size = len(code)
    initiation = choose_by_row(rng, np.asarray([cal.INITIATION[name] for name in mix.OFFENCE_GROUPS]), group)
    initiation[track == SINGLE_JUSTICE] = NOTICED
    force = draw_forces(rng, reference, size)
    court, crown_court = _draw_courts(rng, force, places.force_magistrates, places.force_crown)
    kind = np.asarray(["single_justice", "magistrates", "magistrates", "crown"], dtype=object)[track]
    defendants = np.ones(size, dtype=np.int64)
    for name, shares in mix.DEFENDANTS_PER_CASE.items():
        rows = np.flatnonzero(kind == name)
        defendants[rows] = 1 + choose(rng, shares, len(rows))
    cases = pd.DataFrame(
        {
            "code": code,
            "group": group,
            "track": track,
            "initiation": initiation,
            "force": force,
            "court": court,
            "crown_court": crown_court,
            "prosecutor": _draw_prosecutors(rng, code, group, track, offences),
            "received_day": received,
            "size": defendants,
        }
    )
    return cases.sort_values(["received_day", "code"], kind="stable", ignore_index=True)


def _grown(received: Ints, last: int) -> Floats:
    """What the Crown Court received on each day, as a share of what it receives on the last one."""
    return np.asarray((1 + cal.CROWN_RECEIPTS_GROWTH) ** ((received - last) / 365.25), dtype=float)


def _draw_track(rng: np.random.Generator, code: Ints, group: Ints, single: Bools, offences: Offences) -> Ints:
    size = len(code)
    venue = np.asarray([mix.CROWN_VENUE_SHARE[name] for name in mix.OFFENCE_GROUPS])[group]
    for name, share in mix.CROWN_VENUE_BY_CODE.items():
        venue = np.where(code == offences.position(name), share, venue)
    either_way = offences.category[code] == "CE"
    sent = (offences.category[code] == "CI") | (either_way & bernoulli(rng, venue, size))
    committed_share = np.asarray([mix.COMMITTED_FOR_SENTENCE_SHARE[name] for name in mix.OFFENCE_GROUPS])[group]
    committed = either_way & ~sent & bernoulli(rng, committed_share, size)
    track = np.where(sent, CROWN_TRIAL, np.where(committed, CROWN_SENTENCE, MAGISTRATES))
    return np.where(single, SINGLE_JUSTICE, track).astype(np.int64)


def _draw_courts(
    rng: np.random.Generator, force: Ints, magistrates: tuple[Ints, ...], crown: tuple[Ints, ...]
) -> tuple[Ints, Ints]:
    """A magistrates' court of the force's area, bigger ones more often, and the Crown Court it sends to."""
    court = np.zeros(len(force), dtype=np.int64)
    crown_court = np.zeros(len(force), dtype=np.int64)
    for index in range(len(magistrates)):
        rows = np.flatnonzero(force == index)
        if not len(rows):
            continue
        local, upper = magistrates[index], crown[index]
        chosen = choose(rng, 1.0 / (np.arange(len(local)) + 1.5), len(rows))
        court[rows] = local[chosen]
        nearest = chosen % len(upper)
        elsewhere = bernoulli(rng, 0.12, len(rows))
        crown_court[rows] = upper[np.where(elsewhere, rng.integers(0, len(upper), len(rows)), nearest)]
    return court, crown_court


def _draw_prosecutors(rng: np.random.Generator, code: Ints, group: Ints, track: Ints, offences: Offences) -> Texts:
    police = (group == mix.OFFENCE_GROUPS.index(mix.MOTORING)) & bernoulli(rng, mix.POLICE_PROSECUTION_SHARE, len(code))
    ordinary = [mix.OTHER_PROSECUTORS.get(name, "CPS") for name in offences.codes]
    single = [
        mix.SINGLE_JUSTICE_PROSECUTORS.get(name, mix.SINGLE_JUSTICE_DEFAULT_PROSECUTOR) for name in offences.codes
    ]
    prosecutor = np.asarray(ordinary, dtype=object)[code]
    prosecutor = np.where(police & (prosecutor == "CPS"), "POLICE", prosecutor)
    return np.where(track == SINGLE_JUSTICE, np.asarray(single, dtype=object)[code], prosecutor).astype(object)


def _draw_defendants(rng: np.random.Generator, cases: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    size_of = cases["size"].to_numpy()
    case = np.repeat(np.arange(len(cases)), size_of)
    size = len(case)
    number = np.arange(size) - np.repeat(np.cumsum(size_of) - size_of, size_of)
    code, group, track, initiation, force, received = (
        cases[name].to_numpy()[case] for name in ("code", "group", "track", "initiation", "force", "received_day")
    )
    single = track == SINGLE_JUSTICE
    wanted = draw_demographics(rng, code, group, force, reference)
    wanted.loc[single, "youth"] = False
    adult_age = np.floor(365.25 * (18.05 + rng.gamma(2.6, 9.0, size))).astype(np.int64)
    wanted["age_days"] = np.where(single, np.minimum(adult_age, 88 * 365), wanted["age_days"])
    codes = reference.offences.codes[code]
    organisation = np.isin(codes, mix.ORGANISATION_CODES) & bernoulli(rng, mix.ORGANISATION_SHARE_OF_THOSE, size)
    vehicle = single & np.isin(codes, ("VE94005", "RT88567", "RT88569"))
    organisation |= vehicle & bernoulli(rng, mix.ORGANISATION_SHARE_SINGLE_JUSTICE * 2, size)
    charge = received - rng.integers(0, 3, size) * (initiation != NOTICED)
    charge -= np.where((number > 0) & bernoulli(rng, 0.3, size), rng.integers(0, 4, size), 0)
    lag = _offence_to_charge(rng, group, initiation)
    # co-defendants acted together: the first defendant's lag, give or take when each was charged
    first_row = np.cumsum(size_of) - size_of
    lag = lag[first_row][case] + (charge - charge[first_row][case])
    age_days = wanted["age_days"].to_numpy()
    lag = np.clip(lag, 0, np.maximum(age_days - _AGE_OF_RESPONSIBILITY_DAYS, 0))
    offence_day = charge - lag
    arrested = (initiation == CHARGED) | ((initiation == REQUISITIONED) & bernoulli(rng, 0.55, size))
    arrested &= ~organisation
    investigation = bernoulli(rng, np.where(initiation == CHARGED, 0.36, 1.0), size) & (lag > 2)
    arrest_day = np.where(
        investigation, offence_day + np.floor(lag * rng.beta(1.2, 3.0, size)).astype(np.int64), charge
    )
    night_before = ~investigation & (lag > 0) & bernoulli(rng, 0.45, size)
    arrest_day = arrest_day - night_before
    kind = np.asarray(["single_justice", "magistrates", "magistrates", "crown"], dtype=object)[track]
    charge_count = np.ones(size, dtype=np.int64)
    for name, shares in mix.CHARGES_PER_DEFENDANT.items():
        rows = np.flatnonzero(kind == name)
        charge_count[rows] = 1 + choose(rng, shares, len(rows))
    return pd.DataFrame(
        {
            "case": case,
            "number": number + 1,
            "organisation": organisation,
            "sex": wanted["sex"],
            "ethnic_group": wanted["ethnic_group"],
            "youth": wanted["youth"] & ~organisation,
            "age_days": wanted["age_days"],
            "offence_day": offence_day,
            "arrested": arrested,
            "arrest_day": np.maximum(arrest_day, offence_day),
            "charge_day": charge,
            "charge_count": charge_count,
        }
    )


def _offence_to_charge(rng: np.random.Generator, group: Ints, initiation: Ints) -> Ints:
    size = len(group)
    charged = np.asarray([cal.OFFENCE_TO_CHARGE_CHARGED[name] for name in mix.OFFENCE_GROUPS])[group]
    requisitioned = np.asarray([cal.OFFENCE_TO_CHARGE_REQUISITIONED[name] for name in mix.OFFENCE_GROUPS])[group]
    at_station = initiation == CHARGED
    median = np.where(at_station, charged[:, 0], requisitioned[:, 0])
    sigma = np.where(at_station, charged[:, 1], requisitioned[:, 1])
    share, historic_median, historic_sigma = cal.HISTORIC_SEXUAL
    historic = (group == mix.OFFENCE_GROUPS.index(mix.SEXUAL)) & bernoulli(rng, share, size)
    lag = lognormal_days(
        rng, np.where(historic, historic_median, median), np.where(historic, historic_sigma, sigma), size, 18_000
    )
    ceiling = np.where(historic, 18_000, 2_600)
    # a summary offence must be charged within six months (Magistrates' Courts Act 1980 s127)
    summary = group >= mix.OFFENCE_GROUPS.index(mix.SUMMARY)
    ceiling = np.where(summary, 183, ceiling)
    lag = np.where(lag > ceiling, rng.integers(0, 1_000_000, size) % (ceiling + 1), lag)
    notice = np.minimum(lognormal_days(rng, *cal.OFFENCE_TO_NOTICE, size), 183)
    return np.where(initiation == NOTICED, notice, lag)


def first_hearing_days(rng: np.random.Generator, cases: pd.DataFrame, defendants: pd.DataFrame, kept: Bools) -> Ints:
    """Day of each defendant's first hearing (for single justice cases: the day a magistrate decides on the papers).

    Co-defendants charged together appear together: the case draws the interval once.
    """
    case = defendants["case"].to_numpy()
    initiation = cases["initiation"].to_numpy()
    size = len(cases)
    bailed = lognormal_days(rng, *cal.CHARGE_TO_FIRST_HEARING["bailed"], size, 120)
    requisition = lognormal_days(rng, *cal.CHARGE_TO_FIRST_HEARING["requisition"], size, 200)
    summons = lognormal_days(rng, *cal.CHARGE_TO_FIRST_HEARING["summons"], size, 220)
    notice = 28 + lognormal_days(rng, *cal.NOTICE_TO_DECISION, size, 300)
    interval = np.select([initiation == CHARGED, initiation == REQUISITIONED, initiation == SUMMONED],
                         [bailed, requisition, summons], notice)  # fmt: skip
    charge = defendants["charge_day"].to_numpy()
    overnight = remand_sitting_day(charge + 1)
    return np.where(kept, overnight, sitting_day(charge + np.maximum(interval[case], 1)))


def _draw_charges(
    rng: np.random.Generator, cases: pd.DataFrame, defendants: pd.DataFrame, offences: Offences
) -> pd.DataFrame:
    count = defendants["charge_count"].to_numpy()
    defendant = np.repeat(np.arange(len(defendants)), count)
    number = np.arange(len(defendant)) - np.repeat(np.cumsum(count) - count, count)
    case = defendants["case"].to_numpy()[defendant]
    principal_code = cases["code"].to_numpy()[case]
    track = cases["track"].to_numpy()[case]
    size = len(defendant)
    same = bernoulli(rng, mix.SECOND_CHARGE_SAME_GROUP, size)
    group = np.where(
        same, cases["group"].to_numpy()[case], choose(rng, list(mix.COURT_GROUP_SHARE.values()), size)
    ).astype(np.int64)
    code = codes_within_groups(rng, group, offences)
    # a further charge is never of a graver category than the case's own, or the case would be somewhere else
    graver = offences.rank[code] < offences.rank[principal_code]
    code = np.where((number == 0) | graver | (track == SINGLE_JUSTICE), principal_code, code)
    offence_day = defendants["offence_day"].to_numpy()[defendant]
    shift = np.where((number > 0) & bernoulli(rng, 0.4, size), rng.integers(0, 21, size), 0)
    charge_day = defendants["charge_day"].to_numpy()[defendant]
    arrest_day = defendants["arrest_day"].to_numpy()[defendant]
    # nobody offends after the arrest it is charged on
    day = np.minimum(offence_day + shift, np.minimum(arrest_day, charge_day))
    order = np.argsort(defendant + rng.random(size), kind="stable")
    principal = number == 0
    frame = pd.DataFrame(
        {
            "defendant": defendant[order],
            "code": code[order],
            "group": offences.group[code][order],
            "offence_day": np.maximum(day, offence_day)[order],
            "principal": principal[order],
        }
    )
    frame["sequence"] = number + 1
    return frame
