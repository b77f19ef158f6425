"""Police events that never reach a court: arrests without a charge and out-of-court disposals.

Belongs here: drawing those events. Does not belong here: arrests that lead to a case (`offending.py`), the records of
either (`records_police.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.model import WorldParameters
from orchestration.simulation.offending import draw_demographics, draw_forces, draw_group_codes
from orchestration.simulation.reference import Reference
from orchestration.simulation.sampling import Streams, bernoulli, choose_label, day_of, lognormal_days

UNCHARGED_ENDS = {
    "NO_FURTHER_ACTION": 0.74,
    "RELEASED_UNDER_INVESTIGATION": 0.0,
    "CAUTION": 0.10,
    "CONDITIONAL_CAUTION": 0.06,
    "COMMUNITY_RESOLUTION": 0.10,
}
"""How custody episodes without a charge end; some are still under investigation when the world ends."""

FIRST_RELEASE = {"RELEASED_UNDER_INVESTIGATION": 0.30, "PRE_CHARGE_BAIL": 0.34, "": 0.36}
"""What follows arrest: released under investigation, on pre-charge bail, or dealt with at once."""

INVESTIGATION_DAYS = {"RELEASED_UNDER_INVESTIGATION": (95, 0.9), "PRE_CHARGE_BAIL": (62, 0.6)}

OUT_OF_COURT_CODES = {"2": 0.02, "3": 0.065, "6": 0.02, "7": 0.03, "8": 0.74, "22": 0.12}
"""Outcome codes of the crime outcomes framework: community resolutions lead (HO outcomes)."""


def draw_uncharged_arrests(
    parameters: WorldParameters, reference: Reference, streams: Streams, charged_in_window: int
) -> pd.DataFrame:
    """Arrests in the window that do not end in a charge.

    Returns:
        code, group, force, sex, ethnic_group, youth, birth_day, offence_day, arrest_day, first_disposal ('' when dealt
        with at once), final_disposal, final_day.
    """
    rng = streams.named("police.uncharged")
    size = round(charged_in_window * cal.ORDINARY_ARRESTS_PER_CHARGED)
    code = draw_group_codes(rng, mix.UNCHARGED_ARREST_GROUP_SHARE, reference.offences, size)
    group = reference.offences.group[code]
    force = draw_forces(rng, reference, size)
    people = draw_demographics(rng, code, group, force, reference)
    arrest = rng.integers(day_of(parameters.window_start), day_of(parameters.end_date) + 1, size)
    offence = arrest - np.minimum(lognormal_days(rng, 3, 1.7, size), 1_500)
    first = choose_label(rng, tuple(FIRST_RELEASE), tuple(FIRST_RELEASE.values()), size)
    wait = np.zeros(size, dtype=np.int64)
    for name, (median, sigma) in INVESTIGATION_DAYS.items():
        rows = first == name
        wait[rows] = 3 + lognormal_days(rng, median, sigma, int(rows.sum()), 900)
    final = choose_label(rng, tuple(UNCHARGED_ENDS), tuple(UNCHARGED_ENDS.values()), size)
    return people.assign(
        code=code,
        group=group,
        force=force,
        birth_day=arrest - people["age_days"],
        offence_day=np.maximum(offence, arrest - people["age_days"].to_numpy() + 3_700),
        arrest_day=arrest,
        first_disposal=first,
        final_disposal=final,
        final_day=arrest + wait,
    )


def draw_out_of_court(parameters: WorldParameters, reference: Reference, streams: Streams, size: int) -> pd.DataFrame:
    """Out-of-court disposals given without an arrest, in the window.

    Returns:
        code, group, force, sex, ethnic_group, youth, birth_day, offence_day, outcome_code, outcome_day.
    """
    rng = streams.named("police.out_of_court")
    code = draw_group_codes(rng, mix.OUT_OF_COURT_GROUP_SHARE, reference.offences, size)
    group = reference.offences.group[code]
    force = draw_forces(rng, reference, size)
    people = draw_demographics(rng, code, group, force, reference)
    youth = people["youth"].to_numpy() | bernoulli(rng, 0.09, size)
    people["age_days"] = np.where(
        youth, np.floor(365.25 * (11 + 6.9 * rng.beta(4.5, 1.6, size))), people["age_days"]
    ).astype(np.int64)
    people["youth"] = youth
    outcome_day = rng.integers(day_of(parameters.window_start), day_of(parameters.end_date) + 1, size)
    outcome = choose_label(rng, tuple(OUT_OF_COURT_CODES), tuple(OUT_OF_COURT_CODES.values()), size)
    # cautions are youth cautions for children; penalty notices and cannabis warnings are for adults
    outcome = np.where(youth & (outcome == "3"), "2", outcome)
    outcome = np.where(~youth & (outcome == "2"), "3", outcome)
    outcome = np.where(youth & np.isin(outcome, ("6", "7")), "8", outcome)
    drugs = group == mix.OFFENCE_GROUPS.index(mix.DRUGS)
    outcome = np.where(~drugs & (outcome == "7"), "8", outcome)
    lag = lognormal_days(rng, 22, 1.0, size, 360)
    return people.assign(
        code=code,
        group=group,
        force=force,
        birth_day=outcome_day - people["age_days"],
        offence_day=outcome_day - lag,
        outcome_code=outcome,
        outcome_day=outcome_day,
    )
