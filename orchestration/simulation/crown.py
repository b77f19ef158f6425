"""What happens in the Crown Court: plea hearing, trial, sentence, committals for sentence, appeals.

Belongs here: the course of a case from its Crown Court receipt to its end. Does not belong here: remand decisions
(`remand.py`) or the sentences passed (`sentencing.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.diary import (
    CRACKED_ENDED,
    CRACKED_GUILTY,
    DENIED,
    DISCONTINUED,
    EFFECTIVE,
    GUILTY,
    NO_EVIDENCE,
    NOT_GUILTY,
    SENTENCED,
    Diary,
    Progress,
    run_trials,
)
from orchestration.simulation.magistrates import set_sentence_day
from orchestration.simulation.offending import MAGISTRATES
from orchestration.simulation.reference import Places
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Ints,
    bernoulli,
    lognormal_days,
    sitting_day,
    uniform_days,
)

_FIRST_MENTION_AFTER, _LAST_MENTION_AFTER = 7, 900
"""Days after the Crown Court's receipt between which a case is mentioned, those of people never found too."""


@dataclass(frozen=True)
class Appeals:
    """Appeals from magistrates, one per defendant who appealed.

    `against_conviction` false is against sentence. Where allowed, the magistrates' results are replaced on the day.
    """

    defendant: Ints
    lodged_day: Ints
    heard_day: Ints
    against_conviction: Bools
    allowed: Bools


def run_crown(
    rng: np.random.Generator,
    diary: Diary,
    progress: Progress,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    remanded: Bools,
    places: Places,
) -> None:
    """Take everyone sent or committed by the magistrates to the end of the proceedings."""
    case = defendants["case"].to_numpy()
    _sentence_committed(rng, diary, progress, np.flatnonzero(progress.committed_day < NEVER))
    who = np.flatnonzero(progress.sent_day < NEVER)
    size = len(who)
    interval = 7 + lognormal_days(rng, *cal.SENDING_TO_PLEA_HEARING, len(cases), 70)
    hearing = sitting_day(progress.sent_day[who] + interval[case[who]])
    diary.add(who, hearing, "PDH", True)
    draw = rng.random(size)
    guilty = draw < cal.PLEA_HEARING_GUILTY
    later = ~guilty & (draw < cal.PLEA_HEARING_GUILTY + cal.EARLY_GUILTY_NEEDS_LATER_HEARING)
    denied = ~guilty & ~later
    progress.plead(who[guilty], GUILTY, hearing[guilty])
    set_sentence_day(rng, diary, progress, who[guilty], hearing[guilty], "crown")
    review = sitting_day(hearing + 21 + lognormal_days(rng, 45, 0.6, size, 250))
    diary.add(who[later], review[later], "PTR", True)
    progress.plead(who[later], GUILTY, review[later])
    set_sentence_day(rng, diary, progress, who[later], review[later], "crown")
    progress.plead(who[denied], DENIED, hearing[denied])
    _try(rng, diary, progress, cases, case, remanded, places, who[denied], hearing[denied])


def _sentence_committed(rng: np.random.Generator, diary: Diary, progress: Progress, who: Ints) -> None:
    day = sitting_day(progress.committed_day[who] + 10 + lognormal_days(rng, *cal.COMMITTAL_TO_SENTENCE, len(who), 260))
    put_off = bernoulli(rng, 0.18, len(who))
    diary.add(who[put_off], day[put_off], "MNTN", True)
    day = np.where(put_off, sitting_day(day + 14 + rng.integers(0, 35, len(who))), day)
    diary.add(who, day, "CS", True)
    progress.end(who, SENTENCED, day, crown=True)


def _try(
    rng: np.random.Generator,
    diary: Diary,
    progress: Progress,
    cases: pd.DataFrame,
    case: Ints,
    remanded: Bools,
    places: Places,
    who: Ints,
    hearing: Ints,
) -> None:
    size = len(cases)
    group = cases["group"].to_numpy()
    tilt = np.asarray([cal.CROWN_TRIAL_WAIT_TILT.get(name, 1.0) for name in mix.OFFENCE_GROUPS])[group]
    delay = np.asarray([cal.REGION_DELAY.get(str(name), 1.0) for name in places.court_region])
    delay = delay[cases["crown_court"].to_numpy()]
    held = np.zeros(size, dtype=bool)
    np.logical_or.at(held, case[who], remanded[who])
    bail = lognormal_days(rng, cal.CROWN_TRIAL_WAIT_BAIL[0] * tilt * delay, cal.CROWN_TRIAL_WAIT_BAIL[1], size, 1_300)
    custody = lognormal_days(
        rng, cal.CROWN_TRIAL_WAIT_CUSTODY[0] * tilt * np.sqrt(delay), cal.CROWN_TRIAL_WAIT_CUSTODY[1], size, 700
    )
    wait = 28 + np.where(held, custody, bail)
    listed = sitting_day(np.maximum(progress.sent_day[who] + wait[case[who]], hearing + 14))
    ended = bernoulli(rng, cal.CROWN_EARLY_END, size)[case[who]]
    early_day = sitting_day(uniform_days(rng, hearing[ended] + 14, np.maximum(listed[ended] - 7, hearing[ended] + 14)))
    diary.add(who[ended], early_day, "MNTN", True)
    no_evidence = bernoulli(rng, 0.45, len(early_day))
    progress.end(who[ended][no_evidence], NO_EVIDENCE, early_day[no_evidence], crown=True)
    progress.end(who[ended][~no_evidence], DISCONTINUED, early_day[~no_evidence], crown=True)
    who, listed, hearing = who[~ended], listed[~ended], hearing[~ended]
    # a pre-trial review in half the cases, one to three weeks before the first trial date
    review_before = (7 + rng.integers(0, 15, size))[case[who]]
    reviewed = bernoulli(rng, 0.5, size)[case[who]] & (listed - review_before > hearing + 7)
    diary.add(who[reviewed], sitting_day(listed - review_before)[reviewed], "PTR", True)
    result = run_trials(rng, diary, progress, who, case[who], listed, remanded[who], "crown")
    comes = result.day < NEVER
    convicted = (result.outcome == EFFECTIVE) & bernoulli(rng, cal.CONVICTED_AT_TRIAL["crown"], len(who))
    acquitted = (result.outcome == EFFECTIVE) & ~convicted
    late_plea = result.outcome == CRACKED_GUILTY
    given_up = result.outcome == CRACKED_ENDED
    tried = (convicted | acquitted) & comes
    progress.verdict_day[who[tried]] = result.day[tried]
    progress.conviction_day[who[convicted & comes]] = result.day[convicted & comes]
    progress.end(who[acquitted], NOT_GUILTY, result.day[acquitted], crown=True)
    progress.end(who[given_up], NO_EVIDENCE, result.day[given_up], crown=True)
    progress.plead(who[late_plea & comes], GUILTY, result.day[late_plea & comes])
    sentenced = (convicted | late_plea) & comes
    set_sentence_day(rng, diary, progress, who[sentenced], result.day[sentenced], "crown")


def add_mentions(rng: np.random.Generator, diary: Diary, progress: Progress, case: Ints, cases: int) -> None:
    """Hearings of a case between its first Crown Court hearing and its end that decide nothing: management, mentions.

    Args:
        rng: random stream.
        diary: gets the hearings.
        progress: the ended proceedings.
        case: of each defendant.
        cases: how many there are.
    """
    for received, kind in ((progress.sent_day, "trial"), (progress.committed_day, "committed")):
        who = np.flatnonzero(received < NEVER)
        of_case = case[who]
        first = np.full(cases, NEVER, dtype=np.int64)
        np.minimum.at(first, of_case, received[who] + _FIRST_MENTION_AFTER)
        last = np.zeros(cases, dtype=np.int64)
        np.maximum.at(last, of_case, np.minimum(progress.end_day[who] - 1, received[who] + _LAST_MENTION_AFTER))
        count = np.where(last > first, rng.poisson(cal.CROWN_MENTIONS[kind], cases), 0)
        for number in range(int(count.max(initial=0))):
            day = sitting_day(uniform_days(rng, first, last))[of_case]
            come = (count[of_case] > number) & (day < progress.end_day[who])
            diary.add(who[come], day[come], "MNTN", True)


def draw_appeals(
    rng: np.random.Generator,
    diary: Diary,
    progress: Progress,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    can_be_allowed: Bools,
) -> Appeals:
    """Appeals against magistrates' convictions and sentences, heard in the Crown Court.

    Args:
        rng: random stream.
        diary: gets the appeal hearings.
        progress: the ended proceedings.
        cases: from `draw_caseload`.
        defendants: from `draw_caseload`.
        can_be_allowed: defendants whose sentence can still be undone (nobody is in custody under it).
    """
    case = defendants["case"].to_numpy()
    alone = cases["size"].to_numpy()[case] == 1
    tried_here = (cases["track"].to_numpy()[case] == MAGISTRATES) & (progress.end_kind == SENTENCED)
    denied = progress.plea == DENIED
    share = np.where(denied, cal.APPEAL_SHARE["not_guilty_plea"], cal.APPEAL_SHARE["guilty_plea"])
    who = np.flatnonzero(
        tried_here
        & alone
        & (progress.plea_day < NEVER)
        & ~defendants["organisation"].to_numpy()
        & bernoulli(rng, share, progress.size)
    )
    lodged = progress.end_day[who] + 1 + np.minimum(lognormal_days(rng, *cal.APPEAL_LODGED_AFTER, len(who)), 20)
    heard = sitting_day(lodged + 21 + lognormal_days(rng, *cal.APPEAL_TO_HEARING, len(who), 400))
    against_conviction = denied[who]
    diary.add(who, heard, np.where(against_conviction, "AAC", "AAS").astype(object), True)
    allowed = bernoulli(rng, cal.APPEAL_ALLOWED, len(who)) & can_be_allowed[who]
    return Appeals(who, lodged, heard, against_conviction, allowed)
