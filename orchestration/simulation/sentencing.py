"""Final outcomes: what becomes of every charge, and the sentence of those convicted.

Belongs here: final result codes, lengths, amounts and whether terms run one after another. Does not belong here: how a
sentence is served (`prison.py`, `records_probation.py`) or how results are written down (`records_results.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.diary import (
    DENIED,
    DISCONTINUED,
    DISMISSED,
    GUILTY,
    NO_EVIDENCE,
    NOT_GUILTY,
    PENDING,
    SENTENCED,
    WITHDRAWN,
    Progress,
)
from orchestration.simulation.offending import SINGLE_JUSTICE
from orchestration.simulation.records import blank_where
from orchestration.simulation.reference import Law, Offences
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Floats,
    Ints,
    Texts,
    bernoulli,
    choose,
    choose_by_row,
)

IMPRISONMENT, YOUNG_OFFENDERS, DETENTION = "1002", "1024", "1081"
LIFE, HELD_AT_PLEASURE, EXTENDED = "4065", "1003", "3058"
SUSPENDED, SUSPENDED_YOUNG, COMMUNITY, REFERRAL, YOUTH_REHABILITATION = "1115", "1134", "1116", "1097", "1141"
FINE, CONDITIONAL_DISCHARGE, ABSOLUTE_DISCHARGE, COMPENSATION, NO_PENALTY = "1015", "1018", "1017", "3012", "1057"
CUSTODY_CODES = (IMPRISONMENT, YOUNG_OFFENDERS, LIFE, HELD_AT_PLEASURE, EXTENDED, DETENTION)
SUSPENDED_CODES = (SUSPENDED, SUSPENDED_YOUNG)
SURCHARGE, COSTS, DISQUALIFIED = "3117", "3011", "3070"

_END_CODES = {NOT_GUILTY: "2004", DISMISSED: "2006", NO_EVIDENCE: "2050", WITHDRAWN: "2051", DISCONTINUED: "2053"}
_ADULT_CODES = np.asarray(
    [IMPRISONMENT, SUSPENDED, COMMUNITY, FINE, CONDITIONAL_DISCHARGE, ABSOLUTE_DISCHARGE, COMPENSATION], dtype=object
)
_YEAR = 365.25


def pass_sentences(
    rng: np.random.Generator,
    progress: Progress,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    charges: pd.DataFrame,
    offences: Offences,
    held: Bools,
    law: Law,
) -> pd.DataFrame:
    """The final result of every charge whose proceedings end.

    Args:
        rng: random stream.
        progress: how the proceedings went.
        cases: from `draw_caseload`.
        defendants: from `draw_caseload`, with `birth_day`.
        charges: from `draw_caseload`.
        offences: the offence list.
        held: defendants who were in custody on remand; they are sentenced to custody more often.
        law: from when short terms are presumed suspended.

    Returns:
        One row per charge, in the order of `charges`: final_code, final_day, plea ('G', 'NG' or None), plea_day,
        verdict ('G', 'NG' or None), verdict_day, duration_value, duration_unit, months (of the term), amount,
        consecutive, extension_months, tariff_months. Charges still pending have no code and `NEVER` as day.
    """
    who = charges["defendant"].to_numpy()
    kind, end = progress.end_kind[who], progress.end_day[who]
    principal = charges["principal"].to_numpy()
    size = len(charges)
    dropped, cleared = _lesser_charges(rng, progress, who, principal)
    convicted = (kind == SENTENCED) & ~dropped & ~cleared
    code = np.full(size, None, dtype=object)
    for value, ended in _END_CODES.items():
        code[kind == value] = ended
    code[(kind == SENTENCED) & dropped] = "2063"
    code[(kind == SENTENCED) & cleared] = np.where(progress.ended_in_crown[who], "2004", "2006")[
        (kind == SENTENCED) & cleared
    ]
    final_day = np.where((dropped | cleared) & (kind == SENTENCED), progress.conviction_day[who], end)
    final_day = np.where(kind == PENDING, NEVER, final_day)
    table = pd.DataFrame({"final_code": code, "final_day": final_day})
    _pleas_and_verdicts(table, progress, who, dropped, cleared)
    for column in ("duration_value", "months", "amount", "extension_months", "tariff_months"):
        table[column] = np.full(size, np.nan)
    table["duration_unit"] = np.full(size, None, dtype=object)
    table["consecutive"] = np.full(size, None, dtype=object)
    rows = np.flatnonzero(convicted)
    _sentence(rng, table, rows, progress, cases, defendants, charges, offences, held, law)
    # terms run after the heaviest one, never it after them
    heaviest = heaviest_charges(table, charges, offences)
    codes = table["final_code"].to_numpy(dtype=object)[heaviest]
    consecutive = table["consecutive"].to_numpy(dtype=object, copy=True)
    consecutive[heaviest[np.isin(codes, (*CUSTODY_CODES, *SUSPENDED_CODES))]] = "N"
    table["consecutive"] = consecutive
    return table


def young_adult_codes(outcomes: pd.DataFrame, age_days: Ints) -> None:
    """Spell imprisonment of 18-20-year-olds as detention in a young offender institution, in place.

    Args:
        outcomes: from `pass_sentences`.
        age_days: age of each charge's defendant when the proceedings ended.
    """
    code = outcomes["final_code"].to_numpy(dtype=object)
    young = (age_days >= 18 * _YEAR) & (age_days < 21 * _YEAR)
    code = np.where((code == IMPRISONMENT) & young, YOUNG_OFFENDERS, code)
    outcomes["final_code"] = np.where((code == SUSPENDED) & young, SUSPENDED_YOUNG, code)


_SEVERITY = {
    LIFE: 1, HELD_AT_PLEASURE: 1, EXTENDED: 2, IMPRISONMENT: 3, YOUNG_OFFENDERS: 3, DETENTION: 3, SUSPENDED: 4,
    SUSPENDED_YOUNG: 4, COMMUNITY: 5, REFERRAL: 5, YOUTH_REHABILITATION: 5, FINE: 6, COMPENSATION: 7,
    CONDITIONAL_DISCHARGE: 8, ABSOLUTE_DISCHARGE: 9, NO_PENALTY: 11,
}  # fmt: skip
"""Severity of the disposals this simulation passes (life > extended > determinate > suspended > community ...)."""


def heaviest_charges(outcomes: pd.DataFrame, charges: pd.DataFrame, offences: Offences) -> Ints:
    """Positions of the charges with the heaviest penalty, one per sentenced defendant.

    Disposal severity first, then length or amount, then the longest maximum sentence, then the lowest sequence
    (the Criminal Justice System statistics' principal offence, with ties settled).
    """
    rank = outcomes["final_code"].map(_SEVERITY).to_numpy(dtype=float)
    rows = np.flatnonzero(~np.isnan(rank))
    size = outcomes["months"].fillna(outcomes["duration_value"]).fillna(outcomes["amount"]).fillna(0).to_numpy()
    who = charges["defendant"].to_numpy()
    order = np.lexsort(
        (
            charges["sequence"].to_numpy()[rows],
            -offences.max_months[charges["code"].to_numpy()[rows]],
            -size[rows],
            rank[rows],
            who[rows],
        )
    )
    ordered = rows[order]
    first = np.r_[True, who[ordered][1:] != who[ordered][:-1]] if len(ordered) else np.zeros(0, dtype=bool)
    return ordered[first]


def _lesser_charges(rng: np.random.Generator, progress: Progress, who: Ints, principal: Bools) -> tuple[Bools, Bools]:
    """Further charges dropped on a guilty plea, or of which a trial acquits, while the principal one is convicted."""
    pleaded = progress.plea[who] == GUILTY
    tried = (progress.plea[who] == DENIED) & (progress.verdict_day[who] < NEVER)
    dropped = ~principal & pleaded & bernoulli(rng, 0.17, len(who))
    cleared = ~principal & tried & bernoulli(rng, 0.25, len(who))
    return dropped, cleared


def _pleas_and_verdicts(table: pd.DataFrame, progress: Progress, who: Ints, dropped: Bools, cleared: Bools) -> None:
    plea = np.full(len(who), None, dtype=object)
    plea[progress.plea[who] == GUILTY] = "G"
    plea[(progress.plea[who] == DENIED) | (dropped & (progress.plea[who] == GUILTY))] = "NG"
    verdict = np.full(len(who), None, dtype=object)
    decided = progress.verdict_day[who] < NEVER
    convicted = decided & (progress.conviction_day[who] < NEVER) & ~cleared
    verdict[decided] = "NG"
    verdict[convicted] = "G"
    table["plea"] = plea
    table["plea_day"] = np.where(pd.isna(plea), NEVER, progress.plea_day[who])
    table["verdict"] = verdict
    table["verdict_day"] = np.where(decided, progress.verdict_day[who], NEVER)


def _sentence(
    rng: np.random.Generator,
    table: pd.DataFrame,
    rows: Ints,
    progress: Progress,
    cases: pd.DataFrame,
    defendants: pd.DataFrame,
    charges: pd.DataFrame,
    offences: Offences,
    held: Bools,
    law: Law,
) -> None:
    who = charges["defendant"].to_numpy()[rows]
    case = defendants["case"].to_numpy()[who]
    group = charges["group"].to_numpy()[rows]
    position = charges["code"].to_numpy()[rows]
    crown = progress.ended_in_crown[who]
    age_days = progress.end_day[who] - defendants["birth_day"].to_numpy()[who]
    child = age_days < 18 * _YEAR
    organisation = defendants["organisation"].to_numpy()[who]
    single = cases["track"].to_numpy()[case] == SINGLE_JUSTICE
    imprisonable = offences.imprisonable[position]
    principal = charges["principal"].to_numpy()[rows]
    code = _adult_disposals(rng, group, crown, single)
    women = defendants["sex"].to_numpy()[who] == "F"
    code = _weigh_remand(rng, code, held[who], women, crown)
    young = _youth_disposals(rng, crown)
    code = np.where(child & ~single, young, code)
    life = np.isin(offences.codes[position], cal.LIFE_CODES)
    code = np.where(life, LIFE, code)
    # a fine is all there is for organisations and for offences without imprisonment
    too_much = np.isin(code, (IMPRISONMENT, SUSPENDED, DETENTION)) & (~imprisonable | organisation)
    too_much |= organisation & np.isin(code, (COMMUNITY, LIFE, YOUTH_REHABILITATION, REFERRAL))
    too_much |= (code == COMMUNITY) & ~imprisonable
    code = np.where(too_much, FINE, code)
    code = _follow_principal(rng, code, who, principal, imprisonable, child)
    months = _term_months(rng, code, group, crown, offences.max_months[position], principal, women)
    leading = pd.Series(months[principal], index=who[principal]).reindex(who).to_numpy()
    months = np.fmin(months, leading)
    code = _presumption(rng, code, months, progress.conviction_day[who], child, law)
    _write_terms(rng, table, rows, code, months, group, age_days, crown, single, organisation, principal)


def _adult_disposals(rng: np.random.Generator, group: Ints, crown: Bools, single: Bools) -> Texts:
    tables = np.concatenate(
        [
            np.asarray([cal.DISPOSAL_SHARE_MAGISTRATES[name] for name in mix.OFFENCE_GROUPS]),
            np.asarray([cal.DISPOSAL_SHARE_CROWN[name] for name in mix.OFFENCE_GROUPS]),
            np.asarray([cal.SINGLE_JUSTICE_DISPOSALS]),
        ]
    )
    groups = len(mix.OFFENCE_GROUPS)
    row = np.where(single, 2 * groups, group + groups * crown)
    return _ADULT_CODES[choose_by_row(rng, tables, row)]


def _weigh_remand(rng: np.random.Generator, code: Texts, held: Bools, women: Bools, crown: Bools) -> Texts:
    """Who was remanded goes to prison more often than who was bailed, and women less often than men."""
    size = len(code)
    spared = np.where(women, cal.SPARED_CUSTODY["women"], cal.SPARED_CUSTODY["men"])
    lenient = (code == IMPRISONMENT) & ~held & bernoulli(rng, spared, size)
    instead = np.where(crown | bernoulli(rng, 0.4, size), SUSPENDED, COMMUNITY)
    turned = np.where(crown, cal.CUSTODY_AFTER_REMAND["crown"], cal.CUSTODY_AFTER_REMAND["magistrates"])
    severe = held & np.isin(code, (SUSPENDED, COMMUNITY, FINE)) & bernoulli(rng, turned, size)
    return np.where(lenient, instead, np.where(severe, IMPRISONMENT, code)).astype(object)


def _youth_disposals(rng: np.random.Generator, crown: Bools) -> Texts:
    spelt = {
        "referral": REFERRAL,
        "youth_rehabilitation": YOUTH_REHABILITATION,
        "conditional_discharge": CONDITIONAL_DISCHARGE,
        "fine": FINE,
        "custody": DETENTION,
    }
    codes = np.asarray(list(spelt.values()), dtype=object)
    courts = ("magistrates", "crown")
    shares = np.asarray([[cal.YOUTH_DISPOSAL_SHARE[court][name] for name in spelt] for court in courts])
    return codes[choose_by_row(rng, shares, crown.astype(np.int64))]


def _follow_principal(
    rng: np.random.Generator, code: Texts, who: Ints, principal: Bools, imprisonable: Bools, child: Bools
) -> Texts:
    """Further offences mostly get the principal one's kind of sentence, or none of their own."""
    leading = pd.Series(code[principal], index=who[principal])
    led_by = leading.reindex(who).to_numpy(dtype=object)
    same = ~principal & bernoulli(rng, 0.66, len(who))
    copied = np.where(np.isin(led_by, (LIFE,)), IMPRISONMENT, led_by)
    too_much = ~imprisonable & np.isin(copied, (*CUSTODY_CODES, *SUSPENDED_CODES, COMMUNITY))
    copied = np.where(too_much, NO_PENALTY, copied)
    heavier = ~principal & ~same & np.isin(code, (IMPRISONMENT, SUSPENDED, DETENTION, LIFE))
    light = np.where(bernoulli(rng, 0.5, len(who)), NO_PENALTY, FINE)
    light = np.where(child, NO_PENALTY, light)
    code = np.where(same, copied, np.where(~principal & (heavier | np.isin(code, (COMMUNITY,))), light, code))
    # an acquittal of the principal charge can leave a lesser one on its own: it then keeps its own sentence
    return np.where(pd.isna(code), FINE, code).astype(object)


def _term_months(
    rng: np.random.Generator,
    code: Texts,
    group: Ints,
    crown: Bools,
    max_months: Ints,
    principal: Bools,
    women: Bools,
) -> Floats:
    """Length of each term of custody or suspended custody in months; weeks at the magistrates' court."""
    size = len(code)
    shape = np.asarray([cal.CUSTODY_LENGTH_CROWN[name] for name in mix.OFFENCE_GROUPS])[group]
    upper = np.exp(rng.standard_normal(size) * shape[:, 1]) * shape[:, 0]
    upper *= np.where(principal, 1.0, 0.55) * np.where(women, cal.WOMEN_TERM_FACTOR, 1.0)
    weeks = np.asarray(cal.CUSTODY_WEEKS_MAGISTRATES)[choose(rng, cal.CUSTODY_WEEKS_MAGISTRATES_SHARE, size)]
    suspended = np.asarray(cal.SUSPENDED_MONTHS)[choose(rng, cal.SUSPENDED_MONTHS_SHARE, size)]
    step = np.select([upper < 24, upper < 60], [1, 3], 6)
    rounded = np.round(upper / step) * step
    months = np.where(crown, np.maximum(rounded, 1), weeks * 7 / 30.4375)
    months = np.where(np.isin(code, SUSPENDED_CODES) & crown, suspended, months)
    detention = np.asarray([4, 6, 8, 10, 12, 18, 24])[choose(rng, (0.3, 0.2, 0.12, 0.1, 0.14, 0.08, 0.06), size)]
    months = np.where(code == DETENTION, detention, months)
    ceiling = np.where(max_months > 0, max_months, 6)
    return np.where(months > ceiling, ceiling, months)


def _presumption(
    rng: np.random.Generator, code: Texts, months: Floats, convicted: Ints, child: Bools, law: Law
) -> Texts:
    """Most terms of twelve months or less are suspended for adults convicted since the law presumes it."""
    applies = (convicted >= law.suspended_from) & (convicted < NEVER) & ~child
    applies &= (code == IMPRISONMENT) & (months <= cal.PRESUMPTION_MONTHS)
    return np.where(applies & bernoulli(rng, cal.SUSPENDED_UNDER_PRESUMPTION, len(code)), SUSPENDED, code)


def _write_terms(
    rng: np.random.Generator,
    table: pd.DataFrame,
    rows: Ints,
    code: Texts,
    months: Floats,
    group: Ints,
    age_days: Ints,
    crown: Bools,
    single: Bools,
    organisation: Bools,
    principal: Bools,
) -> None:
    size = len(rows)
    names = np.asarray(mix.OFFENCE_GROUPS, dtype=object)[group]
    life_share = np.asarray([cal.LIFE_SHARE_OTHER.get(name, 0.0) for name in names])
    extended_share = np.asarray([cal.EXTENDED_SHARE.get(name, 0.0) for name in names])
    long_term = principal & crown & (code == IMPRISONMENT) & (months >= 48)
    code = np.where(long_term & bernoulli(rng, life_share * 8, size), LIFE, code)
    code = np.where(long_term & (code == IMPRISONMENT) & bernoulli(rng, extended_share * 2, size), EXTENDED, code)
    code = np.where((code == LIFE) & (age_days < 18 * _YEAR), HELD_AT_PLEASURE, code)
    timed = np.isin(code, (*CUSTODY_CODES, *SUSPENDED_CODES)) & ~np.isin(code, (LIFE, HELD_AT_PLEASURE))
    in_weeks = timed & ~crown & (code != DETENTION)
    years = timed & ~in_weeks & (months >= 24) & (np.mod(months, 12) == 0)
    value = np.select([in_weeks, years, timed], [np.round(months * 30.4375 / 7), months / 12, months], np.nan)
    unit = np.select([in_weeks, years, timed], ["W", "Y", "M"], "").astype(object)
    order_months = np.asarray(cal.COMMUNITY_ORDER_MONTHS)[choose(rng, cal.COMMUNITY_ORDER_MONTHS_SHARE, size)]
    order = np.isin(code, (COMMUNITY, YOUTH_REHABILITATION))
    referral = code == REFERRAL
    value = np.select([order, referral], [order_months, rng.integers(3, 13, size)], value)
    unit = np.where(order | referral | (code == CONDITIONAL_DISCHARGE), "M", unit)
    value = np.where(code == CONDITIONAL_DISCHARGE, np.asarray([6, 12, 18, 24])[rng.integers(0, 4, size)], value)
    forever = np.isin(code, (LIFE, HELD_AT_PLEASURE))
    unit = np.where(forever, "L", unit)
    extension = 12 * rng.integers(1, 6, size)
    tariff = np.round(np.exp(rng.standard_normal(size) * cal.TARIFF_MONTHS[1]) * cal.TARIFF_MONTHS[0] / 12) * 12
    custodial = np.isin(code, (*CUSTODY_CODES, *SUSPENDED_CODES))
    runs_after = timed & bernoulli(rng, cal.CONSECUTIVE_SHARE, size)
    written: dict[str, npt.NDArray[Any]] = {
        "final_code": code,
        "duration_value": value,
        "duration_unit": blank_where(unit, unit == ""),
        "months": np.where(timed, months, np.nan),
        "amount": _amounts(rng, code, crown, single, organisation),
        "extension_months": np.where(code == EXTENDED, extension, np.nan),
        "tariff_months": np.where(forever, tariff, np.nan),
        "consecutive": blank_where(np.where(runs_after, "Y", "N").astype(object), ~custodial),
    }
    for column, values in written.items():
        whole = table[column].to_numpy(copy=True)
        whole[rows] = values
        table[column] = whole


def _amounts(rng: np.random.Generator, code: Texts, crown: Bools, single: Bools, organisation: Bools) -> Floats:
    size = len(code)
    kinds = ("magistrates", "crown", "single_justice", "organisation")
    which = np.where(organisation, 3, np.where(single, 2, crown.astype(np.int64)))
    median, sigma = np.asarray([cal.FINES[kind] for kind in kinds])[which].T
    fine = np.maximum(np.round(np.exp(rng.standard_normal(size) * sigma) * median), 20)
    compensation = 25 * rng.integers(2, 30, size)
    return np.select([code == FINE, code == COMPENSATION], [fine, compensation], np.nan)
