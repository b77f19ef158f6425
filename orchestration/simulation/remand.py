"""Bail and custody: the remand decision at every hearing, the custody it leads to, and custody time limits.

Belongs here: who is held between two hearings and why. Does not belong here: the prison's own record of it
(`prison.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.diary import GUILTY, Diary, Progress
from orchestration.simulation.offending import (
    CHARGED,
    CROWN_SENTENCE,
    CROWN_TRIAL,
    MAGISTRATES,
    REQUISITIONED,
    SINGLE_JUSTICE,
)
from orchestration.simulation.reference import Law, Offences
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Ints,
    Texts,
    bernoulli,
    lognormal_days,
    sitting_day,
    uniform_days,
)

NOT_APPLICABLE, UNCONDITIONAL, CONDITIONAL, CUSTODY = range(4)
BAIL_STATUS_CODES = ("A", "U", "B", "C")
"""Common Platform bail status by remand status; children in custody read S, youth detention accommodation."""


@dataclass(frozen=True)
class Remand:
    """Remand decisions and custody.

    Attributes:
        appearances: the diary in order, with `status` (out of the hearing), `before` (into it), `ctl_expiry_day`,
            `ctl_extended_day`.
        runs: uninterrupted custody on remand: defendant, start, end (`NEVER` while the case never ends), exit_status.
    """

    appearances: pd.DataFrame
    runs: pd.DataFrame


def draw_first_remand(rng: np.random.Generator, cases: pd.DataFrame, defendants: pd.DataFrame) -> tuple[Bools, Bools]:
    """Who is kept in police custody for the first hearing, and who of them that hearing remands in custody."""
    case = defendants["case"].to_numpy()
    group = cases["group"].to_numpy()[case]
    track = cases["track"].to_numpy()[case]
    tables = {
        name: np.asarray([shares[group_name] for group_name in mix.OFFENCE_GROUPS])[group]
        for name, shares in cal.REMANDED_AT_FIRST_HEARING.items()
    }
    share = np.select(
        [track == CROWN_TRIAL, track == CROWN_SENTENCE, track == MAGISTRATES],
        [tables["crown"], 0.55 * tables["crown"], tables["magistrates"]],
        0.0,
    )
    share = share * np.where(defendants["youth"].to_numpy(), cal.YOUTH_REMAND_FACTOR, 1.0)
    share = share * np.where(defendants["sex"].to_numpy() == "F", cal.WOMEN_REMAND_FACTOR, 1.0)
    charged = (cases["initiation"].to_numpy()[case] == CHARGED) & ~defendants["organisation"].to_numpy()
    remanded = charged & bernoulli(rng, share, len(case))
    kept = remanded | (charged & bernoulli(rng, 0.09, len(case)))
    return kept, remanded


def add_bail_hearings(
    rng: np.random.Generator, diary: Diary, progress: Progress, track: Ints, remanded: Bools, kept_or_charged: Bools
) -> None:
    """Bail applications of people in custody and breaches of people on bail, between first hearing and end."""
    size = progress.size
    first = progress.first_hearing
    last = np.minimum(progress.end_day, first + 400) - 2
    quiet = progress.warrant_issued >= NEVER
    apply = remanded & (last > first + 4) & bernoulli(rng, cal.BAIL_APPLICATION, size)
    _between(rng, diary, progress, np.flatnonzero(apply), first + 3, np.minimum(last, first + 60), "BA")
    crown = np.isin(track, (CROWN_TRIAL, CROWN_SENTENCE))
    share = np.where(crown, cal.BREACH_OF_BAIL["crown"], cal.BREACH_OF_BAIL["magistrates"])
    breach = kept_or_charged & quiet & ~remanded & (track != SINGLE_JUSTICE) & (last > first + 6)
    breach &= bernoulli(rng, share, size)
    _between(rng, diary, progress, np.flatnonzero(breach), first + 5, np.minimum(last, first + 200), "BOB")
    # people first held and later bailed breach too; where they are still held the hearing only renews the remand
    again = remanded & quiet & (last > first + 20) & bernoulli(rng, cal.HEARING_AGAIN, size)
    _between(rng, diary, progress, np.flatnonzero(again), first + 18, last, "BOB")


def _between(
    rng: np.random.Generator, diary: Diary, progress: Progress, who: Ints, low: Ints, high: Ints, hearing_type: str
) -> None:
    day = sitting_day(uniform_days(rng, low[who], high[who]))
    before_end = day < progress.end_day[who]
    who, day = who[before_end], day[before_end]
    in_crown = day > np.minimum(progress.sent_day, progress.committed_day)[who]
    diary.add(who[in_crown], day[in_crown], hearing_type, True)
    diary.add(who[~in_crown], day[~in_crown], hearing_type, False)


def decide_remand(
    rng: np.random.Generator,
    appearances: pd.DataFrame,
    progress: Progress,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    remanded: Bools,
    offences: Offences,
    charges: pd.DataFrame,
    law: Law,
) -> Remand:
    """Walk through every defendant's appearances in order and decide bail or custody at each."""
    appearances = appearances.drop_duplicates(["defendant", "day", "crown", "hearing_type"], ignore_index=True)
    status, before = _walk(rng, appearances, progress, cases, defendants, remanded)
    appearances["status"] = status
    appearances["before"] = before
    kind = appearances["hearing_type"].to_numpy(dtype=object, copy=True)
    kind[(kind == "BOB") & (before == CUSTODY)] = "RMAND"
    kind[(kind == "BA") & (before != CUSTODY)] = "BV"
    appearances["hearing_type"] = kind
    runs = _custody_runs(appearances, progress)
    limits = _time_limits(rng, runs, progress, cases, defendants, offences, charges, law)
    appearances = _add_extension_hearings(appearances, runs, limits, progress)
    return Remand(appearances, runs)


def _walk(
    rng: np.random.Generator,
    appearances: pd.DataFrame,
    progress: Progress,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    remanded: Bools,
) -> tuple[Ints, Ints]:
    who = appearances["defendant"].to_numpy()
    day = appearances["day"].to_numpy()
    kind = appearances["hearing_type"].to_numpy(dtype=object)
    crown = appearances["crown"].to_numpy()
    size = len(appearances)
    final = day >= progress.end_day[who]
    idle = appearances["absent"].to_numpy() | (appearances["trial_class"].to_numpy(dtype=object) == "VACATED")
    convicted_here = (day == progress.conviction_day[who]) & ~final
    by_plea = progress.plea[who] == GUILTY
    if_held = np.full(size, cal.BAILED_AT_OTHER_HEARING)
    if_held[kind == "PDH"] = cal.BAILED_AT_PLEA_HEARING
    if_held[kind == "MNTN"] = cal.BAILED_AT_MENTION
    if_held[kind == "BA"] = cal.BAIL_APPLICATION_GRANTED
    if_held[kind == "BOB"] = 0.0
    if_held[day >= progress.conviction_day[who]] = 0.0
    if_held[convicted_here] = cal.BAILED_AFTER_CONVICTION
    court = np.where(crown, 0, 1)
    after_verdict = np.asarray([cal.REMANDED_AFTER_VERDICT[name] for name in ("crown", "magistrates")])[court]
    after_plea = np.asarray([cal.REMANDED_AFTER_GUILTY_PLEA[name] for name in ("crown", "magistrates")])[court]
    if_bailed = np.where(kind == "BOB", cal.BREACH_REMANDED, 0.006)
    if_bailed = np.where(kind == "AOW", cal.WARRANT_REMANDED, if_bailed)
    if_bailed = np.where(convicted_here, np.where(by_plea, after_plea, after_verdict), if_bailed)
    if_bailed = if_bailed * np.where(defendants["sex"].to_numpy()[who] == "F", cal.WOMEN_REMAND_FACTOR, 1.0)
    never_held = _never_held(cases, defendants)[who]
    if_bailed[never_held] = 0.0
    initial = _initial_status(rng, cases, defendants, remanded)
    stiffened = bernoulli(rng, 0.02, size) | np.isin(kind, ("BOB", "AOW", "BA"))
    drawn = rng.random(size)
    rank = appearances.groupby("defendant", sort=False).cumcount().to_numpy()
    state = np.where(initial == CUSTODY, CONDITIONAL, initial)
    status = np.zeros(size, dtype=np.int64)
    before = np.zeros(size, dtype=np.int64)
    for step in range(int(rank.max(initial=-1)) + 1):
        rows = np.flatnonzero(rank == step)
        person = who[rows]
        prior = state[person]
        held = prior == CUSTODY
        decided = np.where(
            held,
            np.where(drawn[rows] < if_held[rows], CONDITIONAL, CUSTODY),
            np.where(drawn[rows] < if_bailed[rows], CUSTODY, np.where(stiffened[rows], CONDITIONAL, prior)),
        )
        decided = np.where(never_held[rows] & (decided == CONDITIONAL), prior, decided)
        decided = np.where(kind[rows] == "FH", initial[person], decided)
        decided = np.where(idle[rows], prior, decided)
        decided = np.where(final[rows], NOT_APPLICABLE, decided)
        before[rows] = prior
        status[rows] = decided
        state[person] = decided
    return status, before


def _never_held(cases: pd.DataFrame, defendants: pd.DataFrame) -> Bools:
    case = defendants["case"].to_numpy()
    single = cases["track"].to_numpy()[case] == SINGLE_JUSTICE
    return np.asarray(single | defendants["organisation"].to_numpy(), dtype=bool)


def _initial_status(rng: np.random.Generator, cases: pd.DataFrame, defendants: pd.DataFrame, remanded: Bools) -> Ints:
    case = defendants["case"].to_numpy()
    initiation = cases["initiation"].to_numpy()[case]
    size = len(case)
    conditional = np.select(
        [initiation == CHARGED, initiation == REQUISITIONED],
        [cal.CONDITIONAL_BAIL_SHARE["charge"], cal.CONDITIONAL_BAIL_SHARE["requisition"]],
        cal.CONDITIONAL_BAIL_SHARE["summons"],
    )
    bail = np.where(bernoulli(rng, conditional, size), CONDITIONAL, UNCONDITIONAL)
    summary = cases["group"].to_numpy()[case] >= mix.OFFENCE_GROUPS.index(mix.SUMMARY)
    loose = (initiation != CHARGED) & summary & bernoulli(rng, 0.6, size)
    status = np.where(remanded, CUSTODY, np.where(loose | _never_held(cases, defendants), NOT_APPLICABLE, bail))
    return status.astype(np.int64)


def _custody_runs(appearances: pd.DataFrame, progress: Progress) -> pd.DataFrame:
    """Neighbouring appearances that keep somebody in custody, as one run from the first to the next that does not."""
    who = appearances["defendant"].to_numpy()
    day = appearances["day"].to_numpy()
    held = appearances["status"].to_numpy() == CUSTODY
    same_before = np.r_[False, who[1:] == who[:-1]]
    starts = np.flatnonzero(held & ~(same_before & np.r_[False, held[:-1]]))
    same_after = np.r_[who[1:] == who[:-1], False]
    ends = np.flatnonzero(held & ~(same_after & np.r_[held[1:], False]))
    has_next = same_after[ends]
    following = np.minimum(ends + 1, len(who) - 1)
    runs = pd.DataFrame(
        {
            "defendant": who[starts],
            "start": day[starts],
            "end": np.where(has_next, day[following], NEVER),
            "exit_status": np.where(has_next, appearances["status"].to_numpy()[following], CUSTODY),
        }
    )
    return runs[runs["end"] > runs["start"]].reset_index(drop=True)


def _time_limits(
    rng: np.random.Generator,
    runs: pd.DataFrame,
    progress: Progress,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    offences: Offences,
    charges: pd.DataFrame,
    law: Law,
) -> pd.DataFrame:
    """Per custody run: when the limit expires, and the hearing that extends it, if one does.

    Days in custody count, days on bail between two runs do not; a plea or verdict of guilty stops the clock. A limit
    that would expire at a weekend or on a bank holiday expires on the last sitting day before.
    """
    who = runs["defendant"].to_numpy()
    case = defendants["case"].to_numpy()[who]
    gravest = np.full(len(defendants), 9, dtype=np.int64)
    np.minimum.at(gravest, charges["defendant"].to_numpy(), offences.rank[charges["code"].to_numpy()])
    either_way = gravest[who] <= 1
    days = cal.CUSTODY_TIME_LIMIT_DAYS
    limit = np.where(either_way, days["either_way"], days["summary"])
    limit = np.where(cases["track"].to_numpy()[case] == CROWN_TRIAL, days["crown"], limit)
    untried_end = np.minimum(runs["end"].to_numpy(), progress.conviction_day[who])
    served = np.maximum(untried_end - runs["start"].to_numpy(), 0)
    served = np.where(served > NEVER // 2, 0, served)
    earlier = pd.Series(served).groupby(who).cumsum().to_numpy() - served
    expiry = law.last_sitting_day(runs["start"].to_numpy() + np.maximum(limit - earlier, 1))
    reached = (untried_end > expiry) & (untried_end > runs["start"].to_numpy())
    extended = reached & bernoulli(rng, cal.CTL_EXTENDED, len(runs))
    ahead = 1 + lognormal_days(rng, *cal.CTL_EXTENSION_BEFORE, len(runs), 40)
    hearing = np.maximum(expiry - ahead, runs["start"].to_numpy() + 1)
    hearing = np.where(extended, np.minimum(sitting_day(np.where(extended, hearing, 0)), expiry), NEVER)
    beyond = 1 + rng.integers(0, 2 * cal.CTL_EXTENSION_BEYOND_TRIAL, len(runs))
    to = np.where(extended, np.where(untried_end >= NEVER, expiry + 120, untried_end + beyond), NEVER)
    untried = untried_end > runs["start"].to_numpy()
    return pd.DataFrame(
        {
            "expiry": np.where(untried, expiry, NEVER),
            "hearing": hearing,
            "extended_to": to,
            "untried_end": untried_end,
        }
    )


def _add_extension_hearings(
    appearances: pd.DataFrame, runs: pd.DataFrame, limits: pd.DataFrame, progress: Progress
) -> pd.DataFrame:
    rows = np.flatnonzero(limits["hearing"].to_numpy() < NEVER)
    who = runs["defendant"].to_numpy()[rows]
    day = limits["hearing"].to_numpy()[rows]
    extra = pd.DataFrame(
        {
            "defendant": who,
            "day": day,
            "hearing_type": np.full(len(rows), "AXCTL", dtype=object),
            "crown": day > progress.sent_day[who],
            "trial_class": np.full(len(rows), None, dtype=object),
            "trial_code": np.full(len(rows), None, dtype=object),
            "absent": np.zeros(len(rows), dtype=bool),
            "entered": np.full(len(rows), 10_000),
            "status": np.full(len(rows), CUSTODY),
            "before": np.full(len(rows), CUSTODY),
        }
    )
    table = pd.concat([appearances, extra], ignore_index=True) if len(rows) else appearances
    table = table.sort_values(["defendant", "day", "entered"], kind="stable", ignore_index=True)
    run = _run_of(table, runs)
    inside = run >= 0
    found = np.where(inside, run, 0)
    day = table["day"].to_numpy()
    expiry = np.full(len(table), NEVER)
    extended = np.full(len(table), NEVER)
    if len(runs):
        untried = inside & (day < limits["untried_end"].to_numpy()[found])
        expiry = np.where(untried, limits["expiry"].to_numpy()[found], NEVER)
        known = untried & (limits["hearing"].to_numpy()[found] <= day)
        extended = np.where(known, limits["extended_to"].to_numpy()[found], NEVER)
    table["ctl_expiry_day"] = expiry
    table["ctl_extended_day"] = extended
    return table


def _run_of(table: pd.DataFrame, runs: pd.DataFrame) -> Ints:
    """The custody run that each appearance out of which somebody stays in custody belongs to, else -1."""
    if not len(runs):
        return np.full(len(table), -1, dtype=np.int64)
    scale = 4 * NEVER
    key = runs["defendant"].to_numpy() * scale + runs["start"].to_numpy()
    order = np.argsort(key)
    wanted = table["defendant"].to_numpy() * scale + table["day"].to_numpy()
    at = np.searchsorted(key[order], wanted, side="right") - 1
    found = order[np.maximum(at, 0)]
    inside = (
        (at >= 0)
        & (runs["defendant"].to_numpy()[found] == table["defendant"].to_numpy())
        & (table["day"].to_numpy() < runs["end"].to_numpy()[found])
        & (table["status"].to_numpy() == CUSTODY)
    )
    return np.where(inside, found, -1).astype(np.int64)


def grounds(rng: np.random.Generator, shares: dict[str, float], size: int, not_stated: float, fallback: str) -> Texts:
    """';'-joined codes cited at each refusal of bail; missing for the share that states none."""
    codes = list(shares)
    cited = np.zeros(size, dtype=np.int64)
    for bit, code in enumerate(codes):
        cited |= bernoulli(rng, shares[code], size).astype(np.int64) << bit
    silent = bernoulli(rng, not_stated, size)
    patterns, position = np.unique(cited, return_inverse=True)
    spelt = np.asarray(
        [
            ";".join(code for bit, code in enumerate(codes) if pattern >> bit & 1) or fallback
            for pattern in patterns.tolist()
        ],
        dtype=object,
    )
    joined = spelt[position]
    joined[silent] = None
    return joined
