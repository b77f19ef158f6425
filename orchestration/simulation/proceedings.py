"""All proceedings of the world, from receipt to end, and the choice of those the agencies' feeds will hold.

Belongs here: running the courts over the caseload, keeping the cases live in the window, remand, sentences and time
served. Does not belong here: people (`matching.py`, `people.py`) and records (`records_*.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from orchestration.simulation import crown, magistrates, remand
from orchestration.simulation.calibration_offences import DEFENDANTS_PER_CASE
from orchestration.simulation.crown import Appeals
from orchestration.simulation.diary import SENTENCED, Diary, Progress
from orchestration.simulation.model import WorldParameters
from orchestration.simulation.offending import (
    CHARGED,
    SINGLE_JUSTICE,
    Caseload,
    draw_caseload,
    first_hearing_days,
)
from orchestration.simulation.prison import custody_intervals, in_custody, sentences_served
from orchestration.simulation.reference import Reference
from orchestration.simulation.remand import Remand
from orchestration.simulation.sampling import NEVER, Bools, Ints, Streams, day_of
from orchestration.simulation.sentencing import CUSTODY_CODES, pass_sentences

_DAYS_LIVE = 100
"""Mean days a received case is live: sizes the first draw; a draw that turns out short is repeated larger."""

_SPARE = 1.06
_DRAWS_AT_MOST = 6


@dataclass
class Proceedings:
    """The proceedings that matter to the window.

    `delivered` flags the defendants whose cases are in the court feeds; the others are the recent past: people whose
    earlier sentence reaches into the window.
    """

    cases: pd.DataFrame
    defendants: pd.DataFrame
    charges: pd.DataFrame
    progress: Progress
    kept: Bools
    remanded: Bools
    delivered: Bools
    remand: Remand
    outcomes: pd.DataFrame
    served: pd.DataFrame
    intervals: pd.DataFrame
    appeals: Appeals


def run_proceedings(parameters: WorldParameters, reference: Reference, streams: Streams) -> Proceedings:
    """Simulate every case and keep exactly the wanted number of defendants live in the window, plus the recent past.

    Raises:
        RuntimeError: repeated draws did not reach the number of defendants (parameters far outside any real system).
    """
    window = day_of(parameters.end_date) - day_of(parameters.window_start) + 1
    single = parameters.single_justice_share
    per_case = single + (1 - single) * 0.8 * _mean_size("magistrates") + (1 - single) * 0.2 * _mean_size("crown")
    rate = _SPARE * (parameters.defendants + 8) / (per_case * (window + _DAYS_LIVE))
    for _ in range(_DRAWS_AT_MOST):
        caseload = draw_caseload(parameters, reference, streams, rate)
        diary, progress, kept, remanded = _run_courts(caseload, reference, streams)
        live = _live_in_window(caseload, progress, parameters)
        available = int(caseload.cases["size"].to_numpy()[live].sum())
        if available >= parameters.defendants:
            break
        rate *= 1.05 * (parameters.defendants + 8) / max(available, 1)
    else:
        raise RuntimeError(
            f"only {available} of {parameters.defendants} defendants could be drawn; choose more months."
        )
    chosen = _choose_cases(streams.named("proceedings.choice"), caseload, live, parameters.defendants)
    past = _recent_past(streams.named("proceedings.past"), caseload, progress, live, parameters, available)
    return _finish(parameters, reference, streams, caseload, diary, progress, kept, remanded, chosen, past)


def _mean_size(kind: str) -> float:
    return sum((number + 1) * share for number, share in enumerate(DEFENDANTS_PER_CASE[kind]))


def _run_courts(
    caseload: Caseload, reference: Reference, streams: Streams
) -> tuple[pd.DataFrame, Progress, Bools, Bools]:
    cases, defendants = caseload.cases, caseload.defendants
    kept, remanded = remand.draw_first_remand(streams.named("remand.first"), cases, defendants)
    diary, progress = Diary(), Progress(len(defendants))
    progress.first_hearing = first_hearing_days(streams.named("offending.first_hearing"), cases, defendants, kept)
    # a case is received by the court before anybody appears in it
    received = cases["received_day"].to_numpy(copy=True)
    np.minimum.at(received, defendants["case"].to_numpy(), progress.first_hearing)
    cases["received_day"] = received
    magistrates.run_magistrates(
        streams.named("magistrates"), diary, progress, cases, defendants, remanded, reference.offences
    )
    crown.run_crown(streams.named("crown"), diary, progress, cases, defendants, remanded, reference.places)
    crown.add_mentions(streams.named("crown.mentions"), diary, progress, defendants["case"].to_numpy(), len(cases))
    track = cases["track"].to_numpy()[defendants["case"].to_numpy()]
    charged = cases["initiation"].to_numpy()[defendants["case"].to_numpy()] == CHARGED
    remand.add_bail_hearings(
        streams.named("remand.hearings"), diary, progress, track, remanded,
        charged & ~defendants["organisation"].to_numpy(),
    )  # fmt: skip
    return diary.appearances(), progress, kept, remanded


def closing_days(case: Ints, size: int, end_day: Ints) -> Ints:
    """The day each case ends: the last of its defendants' ends, `NEVER` while one is pending."""
    closing = np.zeros(size, dtype=np.int64)
    np.maximum.at(closing, case, end_day)
    return closing


def _live_in_window(caseload: Caseload, progress: Progress, parameters: WorldParameters) -> Bools:
    case = caseload.defendants["case"].to_numpy()
    closing = closing_days(case, len(caseload.cases), progress.end_day)
    received = caseload.cases["received_day"].to_numpy()
    return (closing >= day_of(parameters.window_start)) & (received <= day_of(parameters.end_date))


def _choose_cases(rng: np.random.Generator, caseload: Caseload, live: Bools, wanted: int) -> Ints:
    """Random live cases with exactly the wanted number of defendants."""
    rows = rng.permutation(np.flatnonzero(live))
    size = caseload.cases["size"].to_numpy()
    total = np.cumsum(size[rows])
    taken = int(np.searchsorted(total, wanted, side="right"))
    chosen = rows[:taken]
    missing = wanted - (int(total[taken - 1]) if taken else 0)
    single = rows[taken:][size[rows[taken:]] == 1][:missing]
    if len(single) < missing:
        # too few lone defendants left to fill up: drop the last cases until single ones fill the gap
        singles = rows[size[rows] == 1]
        larger = rows[size[rows] > 1]
        for count in range(len(larger), -1, -1):
            sum_larger = int(size[larger[:count]].sum())
            if sum_larger <= wanted <= sum_larger + len(singles):
                return np.sort(np.concatenate([larger[:count], singles[: wanted - sum_larger]]))
    return np.sort(np.concatenate([chosen, single]))


def _recent_past(
    rng: np.random.Generator,
    caseload: Caseload,
    progress: Progress,
    live: Bools,
    parameters: WorldParameters,
    available: int,
) -> Ints:
    """Cases closed before the window with somebody sentenced, thinned as the live ones are."""
    case = caseload.defendants["case"].to_numpy()
    sentenced = np.zeros(len(caseload.cases), dtype=bool)
    np.logical_or.at(sentenced, case, progress.end_kind == SENTENCED)
    before = ~live & sentenced & (caseload.cases["track"].to_numpy() != SINGLE_JUSTICE)
    before &= caseload.cases["received_day"].to_numpy() <= day_of(parameters.end_date)
    before &= rng.random(len(before)) < parameters.defendants / available
    return np.flatnonzero(before).astype(np.int64)


def _finish(
    parameters: WorldParameters,
    reference: Reference,
    streams: Streams,
    caseload: Caseload,
    appearances: pd.DataFrame,
    progress: Progress,
    kept: Bools,
    remanded: Bools,
    chosen: Ints,
    past: Ints,
) -> Proceedings:
    """Remand, sentence and time served for the chosen cases and the recent past."""
    cases_in = np.zeros(len(caseload.cases), dtype=bool)
    cases_in[chosen] = True
    is_delivered = cases_in.copy()
    cases_in[past] = True
    defendants_in = cases_in[caseload.defendants["case"].to_numpy()]
    delivered = is_delivered[caseload.defendants["case"].to_numpy()][defendants_in]
    cases, defendants, charges, appearances = _reduce(caseload, appearances, cases_in, defendants_in)
    progress = _take(progress, defendants_in)
    kept, remanded = kept[defendants_in], remanded[defendants_in]
    defendants["birth_day"] = defendants["charge_day"] - defendants["age_days"]
    decided = remand.decide_remand(
        streams.named("remand.decisions"), appearances, progress, cases, defendants, remanded, reference.offences,
        charges, reference.law,
    )  # fmt: skip
    held = np.zeros(len(defendants), dtype=bool)
    held[decided.runs["defendant"].to_numpy()] = True
    outcomes = pass_sentences(
        streams.named("sentencing"), progress, cases, defendants, charges, reference.offences, held, reference.law
    )
    served = sentences_served(
        streams.named("prison.time"), progress, charges, outcomes, decided.runs, reference.offences, reference.law
    )
    intervals = custody_intervals(decided.runs, served)
    custodial = np.isin(outcomes["final_code"].to_numpy(dtype=object), CUSTODY_CODES)
    free = ~in_custody(intervals, len(defendants))
    free[charges["defendant"].to_numpy()[custodial]] = False
    extra = Diary()
    appeals = crown.draw_appeals(streams.named("crown.appeals"), extra, progress, cases, defendants, free & delivered)
    appeals = _only(appeals, delivered[appeals.defendant])
    decided = Remand(_with_appeals(decided.appearances, extra, delivered), decided.runs)
    return Proceedings(
        cases, defendants, charges, progress, kept, remanded, delivered, decided, outcomes, served, intervals, appeals
    )


def _reduce(
    caseload: Caseload, appearances: pd.DataFrame, cases_in: Bools, defendants_in: Bools
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    new_case = np.cumsum(cases_in) - 1
    new_defendant = np.cumsum(defendants_in) - 1
    cases = caseload.cases[cases_in].reset_index(drop=True)
    defendants = caseload.defendants[defendants_in].reset_index(drop=True)
    defendants["case"] = new_case[defendants["case"].to_numpy()]
    charges = caseload.charges[defendants_in[caseload.charges["defendant"].to_numpy()]].reset_index(drop=True)
    charges["defendant"] = new_defendant[charges["defendant"].to_numpy()]
    appearances = appearances[defendants_in[appearances["defendant"].to_numpy()]].reset_index(drop=True)
    appearances["defendant"] = new_defendant[appearances["defendant"].to_numpy()]
    return cases, defendants, charges, appearances


def _take(progress: Progress, flag: Bools) -> Progress:
    reduced = Progress(int(flag.sum()))
    for item in fields(progress):
        if item.name != "size":
            setattr(reduced, item.name, getattr(progress, item.name)[flag])
    return reduced


def _only(appeals: Appeals, flag: Bools) -> Appeals:
    return Appeals(*(getattr(appeals, item.name)[flag] for item in fields(appeals)))


def _with_appeals(appearances: pd.DataFrame, extra: Diary, delivered: Bools) -> pd.DataFrame:
    if extra.is_empty:
        return appearances
    hearings = extra.appearances()
    hearings = hearings[delivered[hearings["defendant"].to_numpy()]].copy()
    hearings["status"] = remand.NOT_APPLICABLE
    hearings["before"] = remand.NOT_APPLICABLE
    hearings["ctl_expiry_day"] = NEVER
    hearings["ctl_extended_day"] = NEVER
    hearings["entered"] = 20_000
    table: pd.DataFrame = pd.concat([appearances, hearings], ignore_index=True)
    return table.sort_values(["defendant", "day", "entered"], kind="stable", ignore_index=True)
