"""Custody time limits told out day by day, in pandas and plain Python, and the days held untried in the simulation.

Belongs here: `custody_time_limits` recomputed without any of the models' SQL. Does not belong here: when a charge was
concluded and which cases were merged (taken as given), deciding how much difference is too much (the tests do).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.settings import PROJECT_ROOT
from tests.marts.comparisons import Comparison
from tests.marts.delivered import newest_records
from tests.marts.truth_remand_outcomes import (
    IN_CUSTODY,
    LOCAL_CARE,
    built_rows,
    children_in_local_authority_accommodation,
    explained_comparison,
)

ON_BAIL = ("B", "P", "U")
COMMITTAL_TYPES = ("CTS61", "CTS62", "VBILL", "XCERT")
APPLICATION_TYPES = ("AXCTL", "CTA")
HOLIDAYS = {
    date.fromisoformat(day)
    for day in pd.read_csv(PROJECT_ROOT / "seeds" / "reference" / "bank_holidays.csv")["holiday_date"]
}

FIGURES = (
    "stage", "limit_days", "days_in_custody", "calculated_expiry_date", "recorded_expiry_date", "original_expiry_date",
    "extended_to", "status", "stop_reason", "stopped_date", "days_past_original", "days_past_limit",
)  # fmt: skip


def compare_untried_custody(data_dir: Path, truth_dir: Path) -> Comparison:
    """Days held untried by defendant: of the charge held longest, against the days prison really held them untried.

    Where the court was never in custody's way (a charge added later, a charge stopped early) the longest charge has all
    the days. Of people still held the truth is carried on to the newest prison extract.
    """
    ours = built_rows(
        data_dir,
        """
        select defendant_id, max(days_in_custody) as days, max(data_as_of) as data_as_of
        from marts.custody_time_limits where days_in_custody > 0 group by defendant_id
        """,
    )
    truth = pd.read_parquet(truth_dir / "remand_episodes.parquet")
    last_day = pd.to_datetime(truth["entry_date"]) + pd.to_timedelta(
        truth["days_net"] + truth["days_bail_gap"], unit="D"
    )
    untried_now = truth["is_open"].astype(bool) & (truth["days_convicted_unsentenced"] == 0)
    truth["days_untried"] += (ours["data_as_of"].max() - last_day).dt.days.where(untried_now, 0)
    truth = truth[truth["days_untried"] > 0][["defendant_id", "true_person_id", "days_untried"]]
    both = truth.merge(ours, on="defendant_id", how="outer", indicator="side")
    same = (both["side"] == "both") & (both["days"] == both["days_untried"])
    hearings = _hearings(data_dir)
    by_day = hearings.groupby(["defendant_id", "day"])[["held", "bailed"]].any().all(axis=1)
    other_reasons = {
        LOCAL_CARE: children_in_local_authority_accommodation(data_dir),
        "custody and bail decided on one day, in an order no record has": set(by_day[by_day].index.droplevel("day")),
    }
    return explained_comparison(both, same, data_dir, truth_dir, other_reasons)


def limits_day_by_day(data_dir: Path) -> pd.DataFrame:
    """What every charge held untried should read in `FIGURES`, by charge id, from the delivered records."""
    as_of = built_rows(data_dir, "select custody_as_of from conformed.observation_window").iloc[0, 0].date()
    hearings = _hearings(data_dir)
    charges = _charges(data_dir)
    hearing_days = {defendant: list(rows.itertuples()) for defendant, rows in hearings.groupby("defendant_id")}
    completed = dict(zip(charges["defendant_id"], charges["completion_date"], strict=True))
    nights = {
        defendant: nights_in_custody(seen, completed.get(defendant), as_of) for defendant, seen in hearing_days.items()
    }
    rows = {
        charge.charge_id: _limit(charge, nights[charge.defendant_id], hearing_days[charge.defendant_id], as_of)
        for charge in charges.itertuples()
        if nights.get(charge.defendant_id)
    }
    return pd.DataFrame(
        [row for row in rows.values() if row], index=[key for key, row in rows.items() if row], columns=list(FIGURES)
    )


def nights_in_custody(seen: Iterable[Any], completed: date | None, as_of: date) -> list[date]:
    """Every night a court kept the defendant in custody, from one decision to the next; the last one may be `as_of`.

    The night of `as_of` itself is in the list of those still in custody then, and counts no day.
    """
    decided: dict[date, str] = {}
    for hearing in sorted(seen, key=lambda one: (-one.bail_hearing, -one.crown, not one.bailed, not one.held, one.id)):
        if hearing.decides and hearing.day <= as_of:
            decided.setdefault(hearing.day, "held" if hearing.held else "free")
    held, is_held = [], False
    if not decided:
        return []
    day = min(decided)
    while day <= as_of:
        is_held = decided.get(day, "held" if is_held else "free") == "held"
        if completed is not None and day >= completed:
            break
        if is_held:
            held.append(day)
        day += timedelta(days=1)
    return held


def _limit(charge: Any, nights: list[date], seen: list[Any], as_of: date) -> tuple[Any, ...] | None:
    stop_date, stop_reason = _stop(charge, seen, as_of)
    held = [night for night in nights if night >= charge.charge_date and (stop_date is None or night < stop_date)]
    if not held:
        return None
    is_current = held[-1] == as_of
    whole = [night for night in held if night < as_of]
    end = as_of if is_current else held[-1] + timedelta(days=1)
    came_by = [hearing.day for hearing in seen if hearing.kind in COMMITTAL_TYPES and hearing.day < end]
    came = min((day for day in (charge.sent_date, *came_by) if day is not None), default=None)
    stage = "crown" if came is not None and came < end else "magistrates"
    decided = [hearing.day for hearing in seen if hearing.allocates]
    decided += [charge.plea_date] if charge.plea_date is not None else []
    in_time = bool(decided) and min(decided) <= held[0] + timedelta(days=56)
    limit = _limit_days(stage, charge.category, in_time, bool(came_by))
    committed = stage == "crown" and bool(came_by)
    counted = [night for night in whole if not committed or night >= min(came_by)]
    calculated = None
    if limit is not None:
        if len(counted) >= limit:
            calculated = counted[limit - 1] + timedelta(days=1)
        else:
            calculated = end + timedelta(days=limit - len(counted))
        while calculated.weekday() >= 5 or calculated in HOLIDAYS:
            calculated -= timedelta(days=1)
    run_start = end if not whole else next(
        night for night in reversed(held) if night - timedelta(days=1) not in set(held)
    )  # fmt: skip
    records = [
        hearing
        for hearing in sorted(seen, key=lambda one: (one.day, one.id))
        if run_start <= hearing.day <= end and (stage == "magistrates" or hearing.day >= came)
    ]
    recorded = next((hearing.expiry for hearing in records if hearing.expiry), None)
    original = recorded or calculated
    extended = [hearing for hearing in records if hearing.extended]
    extended_to = None
    if extended:
        first = extended[0].day
        granted = max((one.day for one in records if one.kind in APPLICATION_TYPES and one.day <= first), default=first)
        longest = max(hearing.extended for hearing in extended)
        if original is not None and granted <= original < longest:
            extended_to = longest
    if original is None:
        past_original, past_limit = 0, 0
    else:
        past_original = sum(night >= original for night in whole)
        past_limit = sum(night >= max(original, extended_to or original) for night in whole)
    if not is_current:
        status = "stopped"
        reason = stop_reason if stop_date is not None and stop_date <= end else "released"
    else:
        status, reason = _standing(original, extended_to, as_of), None
    return (
        stage, limit, len(counted), calculated, recorded, original, extended_to, status, reason,
        None if is_current else end, past_original, past_limit,
    )  # fmt: skip


def _standing(original: date | None, extended_to: date | None, as_of: date) -> str:
    if original is None:
        return "unknown"
    if extended_to is not None:
        return "extended" if as_of <= extended_to else "lapsed"
    return "within" if as_of <= original else "lapsed"


def _limit_days(stage: str, category: str | None, in_time: bool, committed: bool) -> int | None:
    """The ordinary limits: no simulated custody begins in the months of the longer ones of 2020 and 2021."""
    if stage == "crown":
        return 112 if committed else 182
    by_category = {"CS": 56, "CM": 56, "CE": 56 if in_time else 70, "CI": 70}
    return by_category.get(str(category))


def _stop(charge: Any, seen: list[Any], as_of: date) -> tuple[date | None, str | None]:
    trials = [hearing.day for hearing in seen if hearing.trial == "EFFECTIVE" and hearing.kind != "NEWT"]
    otherwise = charge.concluded_date or as_of
    events = [
        (charge.plea_date or otherwise, 1, "guilty_plea") if charge.plea == "G" else None,
        (min(trials), 2, "trial_started") if trials else None,
        (charge.verdict_date or otherwise, 3, "verdict") if charge.verdict is not None else None,
        (charge.disability_date, 4, "under_disability") if charge.disability_date else None,
        (charge.concluded_date, 5, "final_result") if charge.concluded_date else None,
    ]
    happened = [event for event in events if event is not None and event[0] <= as_of]
    if not happened:
        return None, None
    first = min(happened)
    return first[0], first[2]


def _hearings(data_dir: Path) -> pd.DataFrame:
    """Delivered appearances with their hearing, one row each, in plain dates."""
    seen = newest_records(data_dir, "hmcts/hearing_defendants", ["hearing_id", "defendant_id"])
    held = newest_records(data_dir, "hmcts/hearings", ["hearing_id"]).set_index("hearing_id")
    types = pd.read_csv(PROJECT_ROOT / "seeds" / "reference" / "hearing_types.csv", dtype=str)
    groups = types.set_index("hearing_type_code")["hearing_group"]
    columns = ["jurisdiction", "hearing_type_code", "hearing_date", "trial_outcome_class"]
    seen = seen.join(held[columns], on="hearing_id").dropna(subset=["hearing_date"])
    group = seen["hearing_type_code"].map(groups)
    crown = seen["jurisdiction"] == "C"
    return pd.DataFrame(
        {
            "defendant_id": seen["defendant_id"],
            "id": seen["hearing_id"],
            "day": _dates(seen["hearing_date"]),
            "kind": seen["hearing_type_code"],
            "crown": crown.astype(int),
            "bail_hearing": (group == "bail_and_custody").astype(int),
            "allocates": (group == "plea_and_allocation") & ~crown,
            "trial": seen["trial_outcome_class"],
            "held": seen["bail_status"].isin(IN_CUSTODY),
            "bailed": seen["bail_status"].isin(ON_BAIL),
            "decides": seen["bail_status"].isin([*IN_CUSTODY, *ON_BAIL, "A"]),
            "expiry": _dates(seen["ctl_expiry_date"]),
            "extended": _dates(seen["ctl_extended_to"]),
        }
    ).sort_values(["defendant_id", "day", "id"])


def _charges(data_dir: Path) -> pd.DataFrame:
    """Charges with plea and verdict as delivered; conclusion and the case's sending as conformed."""
    given = built_rows(
        data_dir,
        """
        select charges.charge_id, charges.defendant_id, charges.concluded_date, charges.offence_category as category,
            defendants.completion_date, cases.sent_to_crown_date as sent_date,
            (select min(result_date) from conformed.results
                where cjs_result_code = '3149' and results.defendant_id = charges.defendant_id) as disability_date
        from conformed.charges as charges
        inner join conformed.defendants as defendants using (defendant_id)
        left join conformed.cases as cases on defendants.case_id = cases.case_id
        """,
    )
    offences = newest_records(data_dir, "hmcts/offences", ["offence_id"]).set_index("offence_id")
    given = given.join(offences[["plea", "plea_date", "verdict", "verdict_date", "charge_date"]], on="charge_id")
    for column in given.columns[given.columns.str.endswith("_date")]:
        given[column] = _dates(given[column])
    for column in ("plea", "verdict", "category"):
        given[column] = given[column].astype(object).where(given[column].notna(), None)
    return given


def _dates(values: pd.Series) -> pd.Series:
    days = pd.to_datetime(values, errors="coerce")
    return pd.Series([None if pd.isna(day) else day.date() for day in days], index=values.index, dtype=object)
