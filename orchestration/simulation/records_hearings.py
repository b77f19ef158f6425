"""Common Platform records of hearings, who was there, and the results given.

Belongs here: the columns of hmcts/hearings, hmcts/hearing_defendants and hmcts/results. Does not belong here: cases,
defendants and offences (`records_cases.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation.identifiers import uuids
from orchestration.simulation.offending import CROWN_TRIAL, SINGLE_JUSTICE
from orchestration.simulation.proceedings import Proceedings
from orchestration.simulation.records import blank_where, feed_table, texts, yes_no
from orchestration.simulation.reference import Reference
from orchestration.simulation.remand import BAIL_STATUS_CODES, CONDITIONAL, CUSTODY, grounds
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Ints,
    Texts,
    bernoulli,
    choose_by_row,
    dates_of,
)

CHILD_DAYS = 6_575
"""Eighteen years."""

MURDER_CODES = ("COML025", "COML026")

REPRESENTATION_CODES = ("REPRESENTATION_ORDER", "DUTY_SOLICITOR", "PRIVATE", "OTHER", "NONE", "")
"""What a hearing record can say about representation; the last, blank, is not recorded."""


def delivered_appearances(proceedings: Proceedings, last_day: int) -> pd.DataFrame:
    """Appearances of delivered defendants up to the last day, with the position of their hearing.

    A hearing is one case before one court on one day for one purpose, whoever of its defendants appears.
    """
    table: pd.DataFrame = proceedings.remand.appearances
    who = table["defendant"].to_numpy()
    wanted = proceedings.delivered[who] & (table["day"].to_numpy() <= last_day)
    table = table[wanted].reset_index(drop=True)
    case = proceedings.defendants["case"].to_numpy()[table["defendant"].to_numpy()]
    types, type_position = np.unique(table["hearing_type"].to_numpy(dtype=object).astype(str), return_inverse=True)
    vacated = (table["trial_class"].to_numpy(dtype=object) == "VACATED").astype(np.int64)
    day_and_court = (case * 40_000 + table["day"].to_numpy()) * 2 + table["crown"].to_numpy()
    key = day_and_court * 64 + type_position * 2 + vacated
    if len(types) > 31:
        raise ValueError(f"{len(types)} hearing types; the hearing key has room for 31.")
    _, position = np.unique(key, return_inverse=True)
    table["case"] = case
    table["hearing"] = position
    return table


def hearing_records(
    rng: np.random.Generator,
    appearances: pd.DataFrame,
    hearing_ids: Texts,
    proceedings: Proceedings,
    reference: Reference,
) -> pd.DataFrame:
    """hmcts/hearings, one row per hearing in order of position."""
    first = appearances.drop_duplicates("hearing").sort_values("hearing", kind="stable")
    crown = first["crown"].to_numpy()
    case = proceedings.cases.iloc[first["case"].to_numpy()]
    court = np.where(crown, case["crown_court"].to_numpy(), case["court"].to_numpy())
    trial_class = texts(first["trial_class"])
    listed = texts(first["hearing_type"]) == "TRIAL"
    size = len(first)
    officers = 4 + (court * 7) % np.where(crown, 15, 26)
    officer = court * 100 + np.floor(officers * rng.random(size) ** 1.3).astype(np.int64)
    median = np.select(
        [listed & (trial_class == "EFFECTIVE") & crown, listed & (trial_class == "EFFECTIVE"), crown], [260, 150, 26], 9
    )
    minutes = np.clip(np.round(median * np.exp(rng.standard_normal(size) * 0.5)), 1, 600)
    papers = case["track"].to_numpy() == SINGLE_JUSTICE
    minutes = np.where(papers & ~listed, 2, np.where(trial_class == "VACATED", np.nan, minutes))
    return feed_table(
        {
            "hearing_id": hearing_ids,
            "jurisdiction": np.where(crown, "C", "M").astype(object),
            "court_ou_code": reference.places.courts[court],
            "hearing_type_code": texts(first["hearing_type"]),
            "hearing_date": dates_of(first["day"].to_numpy()),
            "listed_for_trial": yes_no(listed),
            "trial_outcome_class": trial_class,
            "trial_outcome_code": texts(first["trial_code"]),
            "judicial_officer_id": blank_where(
                np.asarray([f"JO{number:06d}" for number in officer.tolist()], dtype=object), trial_class == "VACATED"
            ),
            "sitting_minutes": pd.array(minutes, dtype="Int64"),
        },
        created=first["day"].to_numpy(),
    )


def representation(rng: np.random.Generator, proceedings: Proceedings, reference: Reference) -> Ints:
    """How each defendant is represented on the whole: a position in `REPRESENTATION_CODES`."""
    case = proceedings.defendants["case"].to_numpy()
    track = proceedings.cases["track"].to_numpy()[case]
    imprisonable = reference.offences.imprisonable[proceedings.cases["code"].to_numpy()[case]]
    kind = np.where(track == CROWN_TRIAL, 0, np.where(imprisonable, 1, 2))
    shares = np.zeros((3, len(REPRESENTATION_CODES)))
    for row, name in enumerate(("crown", "imprisonable", "other")):
        for column, code in enumerate(REPRESENTATION_CODES[:-1]):
            shares[row, column] = cal.REPRESENTATION[name][code]
        shares[row, -1] = 1 - shares[row].sum()
    return choose_by_row(rng, shares, kind)


def hearing_defendant_records(
    rng: np.random.Generator,
    appearances: pd.DataFrame,
    hearing_ids: Texts,
    defendant_ids: Texts,
    proceedings: Proceedings,
    usual: Ints,
    reference: Reference,
) -> pd.DataFrame:
    """hmcts/hearing_defendants, one row per appearance."""
    who = appearances["defendant"].to_numpy()
    day = appearances["day"].to_numpy()
    size = len(who)
    status = appearances["status"].to_numpy()
    child = day - proceedings.defendants["birth_day"].to_numpy()[who] < CHILD_DAYS
    code = np.asarray(BAIL_STATUS_CODES, dtype=object)[status]
    refused = status == CUSTODY
    code[refused & child] = "S"
    # conditional bail on which something must first be done; children placed with the local authority
    conditional = status == CONDITIONAL
    code[conditional & bernoulli(rng, 0.015, size)] = "P"
    code[conditional & child & bernoulli(rng, 0.06, size)] = "L"
    vacated = texts(appearances["trial_class"]) == "VACATED"
    papers = (proceedings.cases["track"].to_numpy()[appearances["case"].to_numpy()] == SINGLE_JUSTICE) & (
        texts(appearances["hearing_type"]) == "FH"
    )
    attendance = _attendance(rng, appearances, vacated, papers, proceedings)
    # most hearings repeat what is usual for the defendant; early ones often have the duty solicitor instead of an order
    spoken = usual[who]
    first_duty = (texts(appearances["hearing_type"]) == "FH") & (spoken == 0) & bernoulli(rng, 0.45, size)
    spoken = np.where(first_duty, 1, spoken)
    unrecorded = bernoulli(rng, 0.06, size)
    spoken = np.where(unrecorded | vacated | papers, len(REPRESENTATION_CODES) - 1, spoken)
    spelt = np.asarray(REPRESENTATION_CODES, dtype=object)[spoken]
    represented = blank_where(spelt, spelt == "")
    represented = np.where(papers & bernoulli(rng, 0.5, size), "NONE", represented).astype(object)
    company = proceedings.defendants["organisation"].to_numpy()[who]
    return feed_table(
        {
            "hearing_id": hearing_ids[appearances["hearing"].to_numpy()],
            "defendant_id": defendant_ids[who],
            "attendance": attendance,
            "representation": blank_where(represented, company & bernoulli(rng, 0.5, size)),
            "bail_status": code,
            "remand_basis": blank_where(_bases(rng, appearances, child, proceedings), ~refused),
            "bail_exceptions": blank_where(_exceptions(rng, appearances, proceedings, reference), ~refused),
            "bail_exception_reasons": blank_where(
                grounds(rng, cal.BAIL_EXCEPTION_REASONS, size, cal.REMAND_REASONS_NOT_STATED, "NSO"), ~refused
            ),
            "ctl_expiry_date": dates_of(appearances["ctl_expiry_day"].to_numpy()),
            "ctl_extended_to": dates_of(appearances["ctl_extended_day"].to_numpy()),
        },
        created=day,
        person=proceedings.defendants["person"].to_numpy()[who],
    )


def _attendance(
    rng: np.random.Generator, appearances: pd.DataFrame, vacated: Bools, papers: Bools, proceedings: Proceedings
) -> Texts:
    size = len(appearances)
    held = appearances["before"].to_numpy() == CUSTODY
    video = bernoulli(rng, np.where(held, 0.42, 0.03), size)
    present = np.where(video, "BY_VIDEO", "IN_PERSON").astype(object)
    day, who = appearances["day"].to_numpy(), appearances["defendant"].to_numpy()
    progress = proceedings.progress
    proved_in_absence = (progress.verdict_day[who] == day) & (progress.plea_day[who] >= NEVER)
    absent = appearances["absent"].to_numpy() | proved_in_absence
    missing = ~held & bernoulli(rng, 0.03, size)
    attendance = np.select([vacated | papers, absent], ["NOT_REQUIRED", "ABSENT"], present).astype(object)
    return blank_where(attendance, missing & ~absent & ~vacated)


def _bases(rng: np.random.Generator, appearances: pd.DataFrame, child: Bools, proceedings: Proceedings) -> Texts:
    who, day = appearances["defendant"].to_numpy(), appearances["day"].to_numpy()
    progress = proceedings.progress
    convicted = progress.conviction_day[who] <= day
    sent = progress.sent_day[who] <= day
    kind = texts(appearances["hearing_type"])
    for_reports = convicted & bernoulli(rng, 0.4, len(who))
    by_schedule = bernoulli(rng, 0.3, len(who))
    basis = np.select(
        [kind == "BOB", child, for_reports, convicted, sent, by_schedule],
        ["BCB", "LASPO", "RPRT", "AC", "SENT", "SBA"],
        "BC",
    ).astype(object)
    basis[bernoulli(rng, cal.REMAND_BASIS_NOT_STATED, len(who))] = "NSTAT"
    return blank_where(basis, bernoulli(rng, 0.05, len(who)))


def _exceptions(
    rng: np.random.Generator, appearances: pd.DataFrame, proceedings: Proceedings, reference: Reference
) -> Texts:
    spelt = grounds(rng, cal.BAIL_EXCEPTIONS, len(appearances), cal.REMAND_REASONS_NOT_STATED, "LO")
    principal = reference.offences.codes[proceedings.cases["code"].to_numpy()[appearances["case"].to_numpy()]]
    return np.where(np.isin(principal, MURDER_CODES), "DCM", spelt).astype(object)


def new_ids(rng: np.random.Generator, size: int) -> Texts:
    """Fresh ids as an array."""
    return np.asarray(uuids(rng, size), dtype=object)
