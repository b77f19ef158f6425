"""What happens in the magistrates' court: first hearing, allocation, sending, plea, trial, committal, sentence date.

Belongs here: the course of a case until it ends in the magistrates' court or leaves for the Crown Court. Does not
belong here: remand decisions (`remand.py`), sentences passed (`sentencing.py`), the Crown Court (`crown.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.diary import (
    CRACKED_ENDED,
    CRACKED_GUILTY,
    DENIED,
    DISCONTINUED,
    DISMISSED,
    EFFECTIVE,
    GUILTY,
    SENTENCED,
    WITHDRAWN,
    Diary,
    Progress,
    run_trials,
    warrant_executions,
)
from orchestration.simulation.offending import (
    CROWN_SENTENCE,
    CROWN_TRIAL,
    MAGISTRATES,
    REQUISITIONED,
    SINGLE_JUSTICE,
    SUMMONED,
)
from orchestration.simulation.reference import Offences
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Ints,
    bernoulli,
    choose,
    lognormal_days,
    sitting_day,
)

_SINGLE_JUSTICE_OUTCOMES = {"guilty": 0.29, "no_response": 0.585, "withdrawn": 0.06, "denied": 0.065}
"""What becomes of a notice: plea by post or online, proved without a response, withdrawn, a full hearing instead."""


def run_magistrates(
    rng: np.random.Generator,
    diary: Diary,
    progress: Progress,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    remanded: Bools,
    offences: Offences,
) -> None:
    """Take every defendant through the magistrates' court; afterwards `progress` says who was sent or committed on.

    Args:
        rng: random stream.
        diary: gets the appearances.
        progress: `first_hearing` must be set.
        cases: from `draw_caseload`.
        defendants: from `draw_caseload`.
        remanded: defendants in custody from their first hearing; their cases are heard sooner.
        offences: the offence list.
    """
    case = defendants["case"].to_numpy()
    track = cases["track"].to_numpy()[case]
    _first_hearings(rng, diary, progress, cases, case, remanded)
    _single_justice(rng, diary, progress, case, np.flatnonzero(track == SINGLE_JUSTICE))
    _send(rng, diary, progress, cases, case, offences, np.flatnonzero(track == CROWN_TRIAL))
    _commit(rng, diary, progress, np.flatnonzero(track == CROWN_SENTENCE))
    _try_summarily(rng, diary, progress, cases, case, remanded, np.flatnonzero(track == MAGISTRATES))


def _first_hearings(
    rng: np.random.Generator, diary: Diary, progress: Progress, cases: pd.DataFrame, case: Ints, remanded: Bools
) -> None:
    """First hearings; those who stay away get a warrant and are `ready` when brought before a court on it."""
    size = progress.size
    initiation = cases["initiation"].to_numpy()[case]
    full_hearing = cases["track"].to_numpy()[case] != SINGLE_JUSTICE
    share = np.asarray([cal.FIRST_HEARING_ABSENT[name] for name in ("charge", "requisition", "summons")] + [0.0])
    alone = cases["size"].to_numpy()[case] == 1
    absent = full_hearing & alone & ~remanded & bernoulli(rng, share[initiation], size)
    everyone = np.arange(size)
    diary.add(everyone, progress.first_hearing, "FH", False, absent=absent | ~full_hearing)
    progress.ready = progress.first_hearing.copy()
    missing = np.flatnonzero(absent)
    executed = warrant_executions(rng, progress.first_hearing[missing])
    progress.warrant_issued[missing] = progress.first_hearing[missing]
    progress.warrant_executed[missing] = executed
    brought = np.where(executed < NEVER, sitting_day(np.where(executed < NEVER, executed + 1, 0)), NEVER)
    progress.ready[missing] = brought
    diary.add(missing, brought, "AOW", False)


def _single_justice(rng: np.random.Generator, diary: Diary, progress: Progress, case: Ints, who: Ints) -> None:
    """Decided on the papers, unless the defendant denies the offence and wants a hearing."""
    decided = choose(rng, list(_SINGLE_JUSTICE_OUTCOMES.values()), len(who))
    day = progress.first_hearing[who]
    guilty, silent, withdrawn, denied = (who[decided == value] for value in range(4))
    progress.plead(guilty, GUILTY, progress.first_hearing[guilty])
    progress.end(guilty, SENTENCED, progress.first_hearing[guilty], crown=False)
    progress.verdict_day[silent] = progress.first_hearing[silent]
    progress.conviction_day[silent] = progress.first_hearing[silent]
    progress.end(silent, SENTENCED, progress.first_hearing[silent], crown=False)
    progress.end(withdrawn, WITHDRAWN, progress.first_hearing[withdrawn], crown=False)
    progress.plead(denied, DENIED, progress.first_hearing[denied])
    if len(denied):
        wait = 30 + lognormal_days(rng, *cal.MAGISTRATES_TRIAL_WAIT, len(denied), 400)
        held = np.zeros(len(denied), dtype=bool)
        _summary_trials(rng, diary, progress, denied, case[denied], sitting_day(day[decided == 3] + wait), held)


def _send(
    rng: np.random.Generator,
    diary: Diary,
    progress: Progress,
    cases: pd.DataFrame,
    case: Ints,
    offences: Offences,
    who: Ints,
) -> None:
    """Send to the Crown Court for trial: at the first hearing, or at a later one that decides allocation."""
    either_way = offences.category[cases["code"].to_numpy()] == "CE"
    later = either_way & bernoulli(rng, cal.ALLOCATION_LATER, len(cases))
    interval = 1 + lognormal_days(rng, *cal.ALLOCATION_AFTER, len(cases), 90)
    ready = progress.ready[who]
    comes = ready < NEVER
    adjourned = later[case[who]] & comes
    sent = np.where(adjourned, sitting_day(np.where(comes, ready, 0) + interval[case[who]]), ready)
    diary.add(who[adjourned], sent[adjourned], "MOT", False)
    progress.sent_day[who] = sent


def _commit(rng: np.random.Generator, diary: Diary, progress: Progress, who: Ints) -> None:
    """Convicted by magistrates and committed to the Crown Court for sentence."""
    ready = progress.ready[who]
    who, ready = who[ready < NEVER], ready[ready < NEVER]
    late = bernoulli(rng, 0.35, len(who))
    day = np.where(late, sitting_day(ready + 1 + lognormal_days(rng, *cal.ALLOCATION_AFTER, len(who), 90)), ready)
    diary.add(who[late], day[late], "PBV", False)
    progress.plead(who, GUILTY, day)
    progress.committed_day[who] = day


def _try_summarily(
    rng: np.random.Generator,
    diary: Diary,
    progress: Progress,
    cases: pd.DataFrame,
    case: Ints,
    remanded: Bools,
    who: Ints,
) -> None:
    """Plea, trial and end of the cases that stay with the magistrates."""
    who = who[progress.ready[who] < NEVER]
    size = len(who)
    initiation = cases["initiation"].to_numpy()[case[who]]
    group = cases["group"].to_numpy()[case[who]]
    ready = progress.ready[who]
    early_end = bernoulli(rng, cal.EARLY_END, size)
    absence_share = np.select(
        [initiation == REQUISITIONED, initiation == SUMMONED],
        [cal.PROVED_IN_ABSENCE["requisition"], cal.PROVED_IN_ABSENCE["summons"]],
        0.0,
    )
    summary = group >= mix.OFFENCE_GROUPS.index(mix.SUMMARY)
    in_absence = ~early_end & summary & bernoulli(rng, absence_share, size) & (progress.warrant_issued[who] >= NEVER)
    guilty_share = np.asarray([cal.GUILTY_AT_FIRST_HEARING[name] for name in mix.OFFENCE_GROUPS])[group]
    pleads = ~early_end & ~in_absence
    guilty = pleads & bernoulli(rng, guilty_share, size)
    denied = pleads & ~guilty
    _end_early(rng, diary, progress, who[early_end], ready[early_end])
    absentees = who[in_absence]
    progress.verdict_day[absentees] = ready[in_absence]
    progress.conviction_day[absentees] = ready[in_absence]
    progress.end(absentees, SENTENCED, ready[in_absence], crown=False)
    progress.plead(who[guilty], GUILTY, ready[guilty])
    set_sentence_day(rng, diary, progress, who[guilty], ready[guilty], "magistrates")
    progress.plead(who[denied], DENIED, ready[denied])
    tried = who[denied]
    bail = lognormal_days(rng, *cal.MAGISTRATES_TRIAL_WAIT, len(tried), 400)
    custody = lognormal_days(rng, *cal.MAGISTRATES_TRIAL_WAIT_CUSTODY, len(tried), 100)
    listed = sitting_day(ready[denied] + 7 + np.where(remanded[tried], custody, bail))
    _summary_trials(rng, diary, progress, tried, case[tried], listed, remanded[tried])


def _end_early(rng: np.random.Generator, diary: Diary, progress: Progress, who: Ints, ready: Ints) -> None:
    adjourned = bernoulli(rng, 0.55, len(who))
    day = np.where(adjourned, sitting_day(ready + 14 + rng.integers(0, 40, len(who))), ready)
    diary.add(who[adjourned], day[adjourned], "MNTN", False)
    withdrawn = bernoulli(rng, 0.5, len(who))
    progress.end(who[withdrawn], WITHDRAWN, day[withdrawn], crown=False)
    progress.end(who[~withdrawn], DISCONTINUED, day[~withdrawn], crown=False)


def _summary_trials(
    rng: np.random.Generator, diary: Diary, progress: Progress, who: Ints, case: Ints, listed: Ints, held: Bools
) -> None:
    result = run_trials(rng, diary, progress, who, case, listed, held, "magistrates")
    convicted = (result.outcome == EFFECTIVE) & bernoulli(rng, cal.CONVICTED_AT_TRIAL["magistrates"], len(who))
    acquitted = (result.outcome == EFFECTIVE) & ~convicted
    late_plea = result.outcome == CRACKED_GUILTY
    ended = result.outcome == CRACKED_ENDED
    comes = result.day < NEVER
    progress.verdict_day[who[(convicted | acquitted) & comes]] = result.day[(convicted | acquitted) & comes]
    progress.conviction_day[who[convicted & comes]] = result.day[convicted & comes]
    progress.end(who[acquitted], DISMISSED, result.day[acquitted], crown=False)
    withdrawn = bernoulli(rng, 0.4, len(who))
    progress.end(who[ended & withdrawn], WITHDRAWN, result.day[ended & withdrawn], crown=False)
    progress.end(who[ended & ~withdrawn], DISCONTINUED, result.day[ended & ~withdrawn], crown=False)
    late = late_plea & comes
    progress.plead(who[late], GUILTY, result.day[late])
    sentenced = (convicted | late_plea) & comes
    set_sentence_day(rng, diary, progress, who[sentenced], result.day[sentenced], "magistrates")


def set_sentence_day(
    rng: np.random.Generator, diary: Diary, progress: Progress, who: Ints, convicted: Ints, court: str
) -> None:
    """Sentence at once or after a pre-sentence report; either way the proceedings end in a sentence."""
    crown = court == "crown"
    adjourned = bernoulli(rng, cal.SENTENCE_ADJOURNED[court], len(who))
    after = 7 + lognormal_days(rng, *cal.SENTENCE_AFTER[court], len(who), 200)
    day = np.where(adjourned, sitting_day(convicted + after), convicted)
    diary.add(who[adjourned], day[adjourned], "SWPSR", crown)
    progress.end(who, SENTENCED, day, crown=crown)
