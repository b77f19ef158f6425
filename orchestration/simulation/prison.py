"""Custody as the prison sees it: time served, release, recall, bookings, spells and transfers.

Belongs here: the days people spend in prison and the rows a prison system keeps of them. Does not belong here: who is
remanded (`remand.py`) or the licence after release (`records_probation.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.diary import DISCONTINUED, SENTENCED, WITHDRAWN, Progress
from orchestration.simulation.reference import Law, Offences, Prisons
from orchestration.simulation.remand import NOT_APPLICABLE
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Floats,
    Ints,
    Texts,
    bernoulli,
    choose,
    lognormal_days,
    uniform_days,
)
from orchestration.simulation.sentencing import (
    CUSTODY_CODES,
    DETENTION,
    EXTENDED,
    HELD_AT_PLEASURE,
    LIFE,
    heaviest_charges,
)

DAYS_PER_MONTH = 30.4375

UNTRIED, UNSENTENCED, SERVING, RECALLED, DEFAULTER, CIVIL = range(6)
LEGAL_STATUS = ("UNTRIED", "CONVICTED_UNSENTENCED", "SENTENCED", "RECALL", "FINE_DEFAULTER", "CIVIL")


def sentences_served(
    rng: np.random.Generator,
    progress: Progress,
    charges: pd.DataFrame,
    outcomes: pd.DataFrame,
    runs: pd.DataFrame,
    offences: Offences,
    law: Law,
) -> pd.DataFrame:
    """Immediate custody by defendant: how long, until when, and the recall that may follow.

    Returns:
        One row per defendant sentenced to immediate custody: defendant, charge (the heaviest), code, group,
        own_months (that charge's term), effective_months (with consecutive terms), credit_days (remand), sentence_day,
        release_day, expiry_day, recall_day and rerelease_day (`NEVER` without recall).
    """
    heaviest = heaviest_charges(outcomes, charges, offences)
    code = outcomes["final_code"].to_numpy(dtype=object)
    heaviest = heaviest[np.isin(code[heaviest], CUSTODY_CODES)]
    who = charges["defendant"].to_numpy()[heaviest]
    own = outcomes["months"].to_numpy(dtype=float)[heaviest]
    after = np.isin(code, CUSTODY_CODES) & (outcomes["consecutive"].to_numpy(dtype=object) == "Y")
    terms = pd.Series(outcomes["months"].to_numpy(dtype=float)[after])
    added = terms.groupby(charges["defendant"].to_numpy()[after]).sum().reindex(who).fillna(0.0).to_numpy()
    effective = own + added
    held_by = runs["defendant"].to_numpy()
    held = pd.Series(np.minimum(runs["end"].to_numpy(), progress.end_day[held_by]) - runs["start"].to_numpy())
    credit = held.groupby(held_by).sum().reindex(who).fillna(0).to_numpy(dtype=np.int64)
    sentence = progress.end_day[who]
    group = charges["group"].to_numpy()[heaviest]
    codes = code[heaviest]
    indeterminate = np.isin(codes, (LIFE, HELD_AT_PLEASURE))
    tariff = outcomes["tariff_months"].to_numpy(dtype=float)[heaviest]
    term = np.where(indeterminate, tariff, effective) * DAYS_PER_MONTH
    part = np.where(indeterminate, 1.0, _release_fraction(codes, group, effective, sentence, law))
    release = np.maximum(sentence, sentence + np.ceil(term * part).astype(np.int64) - credit)
    expiry = np.maximum(release, sentence + np.floor(term).astype(np.int64) - credit)
    expiry = np.where(indeterminate, NEVER, expiry)
    recall, rerelease = _recalls(rng, release, expiry, effective, codes, law)
    return pd.DataFrame(
        {
            "defendant": who,
            "charge": heaviest,
            "code": codes,
            "group": group,
            "own_months": own,
            "effective_months": effective,
            "credit_days": credit,
            "sentence_day": sentence,
            "release_day": release,
            "expiry_day": expiry,
            "recall_day": recall,
            "rerelease_day": rerelease,
        }
    )


def _release_fraction(code: Texts, group: Ints, months: Floats, sentence: Ints, law: Law) -> Floats:
    grave = np.isin(group, [mix.OFFENCE_GROUPS.index(name) for name in (mix.VIOLENCE, mix.SEXUAL)])
    standard = np.where(
        sentence + months * DAYS_PER_MONTH * 0.45 >= law.earlier_release_from,
        cal.RELEASE_FRACTION["standard"],
        cal.EARLIER_RELEASE_FRACTION,
    )
    standard = np.where(grave & (months >= cal.LONG_SENTENCE_MONTHS), cal.RELEASE_FRACTION["long"], standard)
    return np.select(
        [code == EXTENDED, code == DETENTION],
        [cal.RELEASE_FRACTION["extended"], cal.RELEASE_FRACTION["youth"]],
        standard,
    )


def _recalls(
    rng: np.random.Generator, release: Ints, expiry: Ints, months: Floats, code: Texts, law: Law
) -> tuple[Ints, Ints]:
    size = len(release)
    short = months < 12
    share = np.where(short, cal.RECALL_SHARE["short"], cal.RECALL_SHARE["longer"])
    on_licence = (expiry < NEVER) & (expiry > release + 20) & (code != DETENTION)
    recalled = on_licence & bernoulli(rng, share, size)
    day = uniform_days(rng, release + 7, np.where(recalled, np.minimum(expiry - 7, release + 365), release + 7))
    fixed_days = np.where(day < law.longer_recall_from, cal.FIXED_TERM_RECALL_DAYS[0], cal.FIXED_TERM_RECALL_DAYS[1])
    standard = 30 + lognormal_days(rng, *cal.STANDARD_RECALL, size, 900)
    length = np.where(bernoulli(rng, cal.FIXED_TERM_RECALL_SHARE, size), fixed_days, standard)
    back = np.minimum(day + length, np.where(expiry < NEVER, expiry, day + length))
    usable = recalled & (back > day)
    return np.where(usable, day, NEVER), np.where(usable, back, NEVER)


def custody_intervals(runs: pd.DataFrame, served: pd.DataFrame) -> pd.DataFrame:
    """All days in custody of each defendant as (defendant, start, end) rows: remand, sentence, recall."""
    parts = [
        runs[["defendant", "start", "end"]],
        served[["defendant", "sentence_day", "release_day"]].set_axis(["defendant", "start", "end"], axis=1),
        served[["defendant", "recall_day", "rerelease_day"]].set_axis(["defendant", "start", "end"], axis=1),
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[(table["start"] < NEVER) & (table["end"] > table["start"])].reset_index(drop=True)


def custody_segments(
    progress: Progress, runs: pd.DataFrame, served: pd.DataFrame, extra: pd.DataFrame, last_day: int
) -> pd.DataFrame:
    """Custody cut by legal status, as known on the last day of the world.

    Args:
        progress: conviction and end days.
        runs: remand custody.
        served: sentences.
        extra: further segments (fine defaulters), same columns as the result.
        last_day: segments that start after it are left out; ends after it are `NEVER`.

    Returns:
        defendant, person_row (-1, or the row of `extra`), status, start, end, entry_reason, exit_reason; ordered by
        defendant and start. Neighbouring segments share the boundary day.
    """
    who = runs["defendant"].to_numpy()
    start, end = runs["start"].to_numpy(), runs["end"].to_numpy()
    convicted = progress.conviction_day[who]
    middle = np.clip(convicted, start, end)
    in_custody_sentence = np.isin(who, served["defendant"].to_numpy())
    final = (runs["exit_status"].to_numpy() == NOT_APPLICABLE) & (end >= progress.end_day[who])
    exit_reason = np.full(len(runs), "BAIL", dtype=object)
    kind = progress.end_kind[who]
    exit_reason[final] = "ACQUITTED"
    exit_reason[final & np.isin(kind, (WITHDRAWN, DISCONTINUED))] = "COURT_DISCHARGE"
    exit_reason[final & (kind == SENTENCED)] = "COURT_DISCHARGE"
    exit_reason[final & (kind == SENTENCED) & in_custody_sentence] = "SENTENCED"
    split = (middle > start) & (middle < end)
    untried = _segments(who, UNTRIED, start, middle, "REMAND", np.where(split, "STATUS_CHANGE", exit_reason))
    unsentenced = _segments(who, UNSENTENCED, middle, end, np.where(split, "STATUS_CHANGE", "REMAND"), exit_reason)
    serving = _segments(
        served["defendant"].to_numpy(), SERVING, served["sentence_day"].to_numpy(), served["release_day"].to_numpy(),
        "SENTENCE", "RELEASED",
    )  # fmt: skip
    recalled = _segments(
        served["defendant"].to_numpy(), RECALLED, served["recall_day"].to_numpy(), served["rerelease_day"].to_numpy(),
        "RECALL", "RELEASED",
    )  # fmt: skip
    table = pd.concat([untried, unsentenced, serving, recalled, extra], ignore_index=True)
    table = table[(table["end"] > table["start"]) & (table["start"] <= last_day)]
    still = table["end"] > last_day
    table.loc[still, "end"] = NEVER
    table.loc[still, "exit_reason"] = None
    return table.sort_values(["defendant", "start", "status"], kind="stable", ignore_index=True)


def _segments(
    who: Ints, status: int | Ints, start: Ints, end: Ints, entry_reason: str | Texts, exit_reason: str | Texts
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "defendant": who,
            "status": np.broadcast_to(np.asarray(status, dtype=np.int64), (len(who),)).copy(),
            "start": start,
            "end": end,
            "entry_reason": np.full(len(who), entry_reason, dtype=object)
            if isinstance(entry_reason, str)
            else entry_reason,
            "exit_reason": np.full(len(who), exit_reason, dtype=object)
            if isinstance(exit_reason, str)
            else exit_reason,
        }
    )


def assign_bookings(rng: np.random.Generator, segments: pd.DataFrame, person: Ints) -> Ints:
    """A booking position per segment.

    Custody without a break is one booking. Back in custody for the same case, the old booking is mostly reopened;
    a recall always reopens the booking of its sentence.

    Args:
        rng: random stream.
        segments: ordered by defendant and start.
        person: the person of each segment.
    """
    size = len(segments)
    who = segments["defendant"].to_numpy()
    start, end = segments["start"].to_numpy(), segments["end"].to_numpy()
    same_case = np.r_[False, (who[1:] == who[:-1]) & (person[1:] == person[:-1])]
    joined = same_case & np.r_[False, start[1:] == end[:-1]]
    reopened = same_case & ((segments["status"].to_numpy() == RECALLED) | bernoulli(rng, 0.6, size))
    return (np.cumsum(~(joined | reopened)) - 1).astype(np.int64)


def cut_by_transfers(
    rng: np.random.Generator,
    segments: pd.DataFrame,
    booking: Ints,
    holds: Texts,
    region: Texts,
    prisons: Prisons,
    last_day: int,
) -> pd.DataFrame:
    """Spell rows: segments cut where somebody moved to another prison, with the establishment of each.

    Args:
        rng: random stream.
        segments: from `custody_segments`.
        booking: from `assign_bookings`.
        holds: 'men', 'women' or 'youth' per segment.
        region: region of the court per segment; people are received near it.
        prisons: the establishments.
        last_day: last day of the world.

    Returns:
        segment (position), booking, start, end, transfer_in, transfer_out, establishment_code.
    """
    start = segments["start"].to_numpy()
    shown_end = np.minimum(segments["end"].to_numpy(), last_day)
    length = np.maximum(shown_end - start, 0)
    cuts = np.minimum(rng.poisson(length / cal.TRANSFER_EVERY_DAYS), 4)
    cuts = np.where(length < 12, 0, np.minimum(cuts, length // 10))
    pieces = np.repeat(np.arange(len(segments)), cuts + 1)
    number = np.arange(len(pieces)) - np.repeat(np.cumsum(cuts + 1) - (cuts + 1), cuts + 1)
    # equal parts, shaken: cut k of n lies within its own nth of the segment, so cuts never collide
    share = (number + rng.uniform(-0.35, 0.35, len(pieces))) / (cuts[pieces] + 1)
    begins = np.where(number == 0, start[pieces], start[pieces] + np.floor(length[pieces] * share).astype(np.int64))
    last_piece = number == cuts[pieces]
    ends = np.where(last_piece, segments["end"].to_numpy()[pieces], np.r_[begins[1:], 0])
    moved = number > 0
    booked = booking[pieces]
    stay = np.cumsum(moved)
    first_of_booking = np.r_[True, booked[1:] != booked[:-1]] if len(booked) else np.zeros(0, dtype=bool)
    base = np.maximum.accumulate(np.where(first_of_booking, stay, 0))
    code = _establishments(rng, booked, stay - base, holds[pieces], region[pieces], prisons)
    return pd.DataFrame(
        {
            "segment": pieces,
            "booking": booked,
            "start": begins,
            "end": ends,
            "transfer_in": moved,
            "transfer_out": ~last_piece,
            "establishment_code": code,
        }
    )


def _establishments(
    rng: np.random.Generator, booking: Ints, stay: Ints, holds: Texts, region: Texts, prisons: Prisons
) -> Texts:
    """The first stay of a booking is in a prison that receives from the region's courts, later ones anywhere."""
    count = int(booking.max(initial=-1)) + 1
    stays = int(stay.max(initial=0)) + 1
    lucky = rng.random((max(count, 1), stays))
    code = np.full(len(booking), None, dtype=object)
    for kind in ("men", "women", "youth"):
        everywhere = prisons.pool(kind)
        rows = np.flatnonzero((holds == kind) & (stay > 0))
        code[rows] = prisons.codes[everywhere[(lucky[booking[rows], stay[rows]] * len(everywhere)).astype(np.int64)]]
        for name in np.unique(region[holds == kind].astype(str)):
            near = prisons.pool(kind, str(name), receiving=True)
            rows = np.flatnonzero((holds == kind) & (stay == 0) & (region == name))
            code[rows] = prisons.codes[near[(lucky[booking[rows], 0] * len(near)).astype(np.int64)]]
    return code


def fine_defaults(rng: np.random.Generator, candidates: Ints, days: Ints, last_day: int) -> pd.DataFrame:
    """A few days in prison for some who did not pay, as segments (see `custody_segments`).

    Args:
        rng: random stream.
        candidates: defendants who were fined and are in no custody at any time.
        days: the day each was fined.
        last_day: last day of the world.
    """
    start = days + 150 + rng.integers(0, 250, len(candidates))
    taken = bernoulli(rng, 0.004, len(candidates)) & (start <= last_day)
    length = np.asarray([5, 7, 10, 14, 28])[choose(rng, (0.2, 0.4, 0.1, 0.25, 0.05), len(candidates))]
    # a few are committed for a debt that is no fine (council tax, child maintenance)
    status = np.where(bernoulli(rng, 0.15, len(candidates)), CIVIL, DEFAULTER)
    end = start + np.ceil(length / 2).astype(np.int64)
    return _segments(candidates[taken], status[taken], start[taken], end[taken], "SENTENCE", "RELEASED")


def in_custody(intervals: pd.DataFrame, size: int) -> Bools:
    """Which defendants are in custody at any time."""
    held = np.zeros(size, dtype=bool)
    held[intervals["defendant"].to_numpy()] = True
    return held
