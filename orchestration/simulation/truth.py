"""What really happened: the tables accuracy is scored against, and that no pipeline code reads.

Belongs here: truth computed from the world by the official counting rules, as at its last day.
Does not belong here: errors injected in deliveries, which their own half records.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from orchestration.simulation.calibration_offences import OFFENCE_GROUPS
from orchestration.simulation.model import NO_PERSON
from orchestration.simulation.prison import DAYS_PER_MONTH, UNTRIED
from orchestration.simulation.proceedings import Proceedings
from orchestration.simulation.records import texts
from orchestration.simulation.records_prison import REMAND_STATUSES
from orchestration.simulation.reference import Reference
from orchestration.simulation.sampling import NEVER, Ints, Texts, dates_of

AGE_BANDS = ((18, "10-17"), (21, "18-20"), (25, "21-24"), (30, "25-29"), (40, "30-39"), (50, "40-49"), (60, "50-59"))

RECORD_KEYS = {
    "police/custody_records": ("force_code", "custody_number"),
    "police/out_of_court_disposals": ("force_code", "disposal_ref"),
    "cps/defendants": ("ptiurn", "defendant_number"),
    "hmcts/defendants": ("defendant_id",),
    "prison/prisoners": ("noms_number",),
    "probation/orders": ("crn", "event_number"),
    "laa/representation_orders": ("maat_id",),
}
"""Key of a record of a person in each feed that names people: the parts joined with '|' (one per custody number)."""

_PERSON_COLUMNS = (
    "true_person_id", "surname", "forename_1", "forename_2", "date_of_birth", "sex", "ethnicity_code",
    "nationality_code", "postcode", "previous_postcode", "moved_on", "pnc_id", "cro_number", "noms_number", "crn",
    "alias_surname", "alias_forename", "nickname", "twin_of", "household",
)  # fmt: skip


def age_bands(birth: pd.Series[pd.Timestamp], on: pd.Series[pd.Timestamp]) -> Texts:
    """Age band in completed years on a date."""
    had_birthday = (on.dt.month > birth.dt.month) | ((on.dt.month == birth.dt.month) & (on.dt.day >= birth.dt.day))
    age = on.dt.year - birth.dt.year - (~had_birthday).astype(int)
    band = np.full(len(age), "60+", dtype=object)
    for limit, name in reversed(AGE_BANDS):
        band[(age < limit).to_numpy()] = name
    band[age.isna().to_numpy()] = "unknown"
    return band


def true_persons(people: pd.DataFrame, met: Ints) -> pd.DataFrame:
    """One row per person some feed names, with the clean identity."""
    table = people.assign(moved_on=dates_of(people["moved_day"].to_numpy()))
    return table.loc[np.unique(met[met >= 0]), list(_PERSON_COLUMNS)].reset_index(drop=True)


def true_person_records(feeds: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """agency, feed, record_key, true_person_id: one row per source record of a person."""
    parts = []
    for name, keys in RECORD_KEYS.items():
        table = feeds[name]
        table = table[table["_person"] >= 0].drop_duplicates(list(keys))
        agency, feed = name.split("/")
        key = table[keys[0]].astype("str")
        for column in keys[1:]:
            key = key + "|" + table[column].astype("str")
        parts.append(
            pd.DataFrame(
                {
                    "agency": agency,
                    "feed": feed,
                    "record_key": key.to_numpy(),
                    "true_person_id": table["_person"].to_numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def true_remand_episodes(
    segments: pd.DataFrame,
    proceedings: Proceedings,
    defendant_ids: Texts,
    case_ids: pd.DataFrame,
    sentencing: pd.DataFrame,
    outcomes: pd.Series[str],
    last_day: int,
) -> pd.DataFrame:
    """One row per delivered defendant with custodial remand.

    Days run from the first to the last day of each segment, end less start; an open one ends on the world's last day.

    Args:
        segments: all custody by legal status.
        proceedings: the proceedings.
        defendant_ids: id per defendant.
        case_ids: per defendant: `case_id` as merged, `source_case_id` as filed.
        sentencing: from `true_sentencing`.
        outcomes: final outcome per defendant id that has one (convicted or acquitted).
        last_day: last day of the world.
    """
    table = segments[
        np.isin(segments["status"].to_numpy(), REMAND_STATUSES)
        & proceedings.delivered[segments["defendant"].to_numpy()]
    ].copy()
    table["days"] = np.minimum(table["end"], last_day) - table["start"]
    table["days_untried"] = np.where(table["status"] == UNTRIED, table["days"], 0)
    table["days_convicted_unsentenced"] = table["days"] - table["days_untried"]
    grouped = table.groupby("defendant", sort=True)
    episodes = grouped.agg(
        entry=("start", "min"),
        exit=("end", "max"),
        days_untried=("days_untried", "sum"),
        days_convicted_unsentenced=("days_convicted_unsentenced", "sum"),
        days_net=("days", "sum"),
        spell_count=("days", "size"),
    ).reset_index()
    who = episodes["defendant"].to_numpy()
    is_open = (episodes["exit"] >= NEVER).to_numpy()
    ends = np.where(is_open, last_day, episodes["exit"])
    ids = defendant_ids[who]
    disposal = pd.Series(sentencing["disposal_type"].to_numpy(), index=sentencing["defendant_id"]).reindex(ids)
    outcome = np.where(
        disposal.notna(),
        np.where(disposal.isin(IMMEDIATE_CUSTODY), "immediate_custody", "non_custodial"),
        np.where(outcomes.reindex(ids).notna(), "acquitted", "pending"),
    )
    return pd.DataFrame(
        {
            "defendant_id": ids,
            "case_id": case_ids["case_id"].to_numpy()[who],
            "source_case_id": case_ids["source_case_id"].to_numpy()[who],
            "true_person_id": proceedings.defendants["person"].to_numpy()[who],
            "entry_date": dates_of(episodes["entry"].to_numpy()),
            "exit_date": dates_of(episodes["exit"].to_numpy()),
            "days_untried": episodes["days_untried"].to_numpy(),
            "days_convicted_unsentenced": episodes["days_convicted_unsentenced"].to_numpy(),
            "days_net": episodes["days_net"].to_numpy(),
            "days_bail_gap": ends - episodes["entry"].to_numpy() - episodes["days_net"].to_numpy(),
            "spell_count": episodes["spell_count"].to_numpy(),
            "is_open": is_open,
            "outcome": outcome.astype(object),
        }
    )


IMMEDIATE_CUSTODY = ("life_or_indeterminate", "extended_or_special", "determinate_custody")


def months_of(value: pd.Series[float], unit: pd.Series[str]) -> pd.Series[float]:
    """A length in months: years x 12 + months + (weeks x 7 + days) / 30.4375."""
    factor = unit.map({"Y": 12.0, "M": 1.0, "W": 7 / DAYS_PER_MONTH, "D": 1 / DAYS_PER_MONTH})
    return value.astype(float) * factor.astype(float)


def live_final_results(feeds: dict[str, pd.DataFrame], reference: Reference) -> pd.DataFrame:
    """Results that conclude a charge and were not deleted, with what the principal-offence rule needs."""
    results = feeds["hmcts/results"]
    results = results[(results["result_type"] == "F") & (results["is_deleted"] == "N")].copy()
    conclusive = set(reference.severity_rank) | set(_ENDS)
    results = results[results["cjs_result_code"].isin(conclusive)]
    results["disposal_type"] = results["cjs_result_code"].map(reference.disposal_type)
    results["severity_rank"] = results["cjs_result_code"].map(reference.severity_rank)
    results["months"] = months_of(results["duration_value"], results["duration_unit"])
    return results


_ENDS = ("2004", "2005", "2006", "2050", "2051", "2053", "2063")
"""Results that conclude a charge without a conviction."""


def true_sentencing(
    feeds: dict[str, pd.DataFrame],
    finals: pd.DataFrame,
    people: pd.DataFrame,
    reference: Reference,
    resolved_case: dict[str, str],
) -> tuple[pd.DataFrame, pd.Series[str]]:
    """One row per sentenced defendant, and the final outcome of every defendant that has one.

    Principal offence by heaviest penalty: disposal severity, then length or amount, then the longest maximum sentence,
    then the lowest sequence. Lengths are of determinate custody only; effective length is the principal term and the
    terms ordered to follow it. Plea is the plea to the principal offence. Regime is the law of suspended sentences: by
    the day of conviction, for custody and suspended sentences of people who were adults then; `regime_at_conviction` is
    the same whatever the sentence.
    """
    offences = feeds["hmcts/offences"]
    codes = reference.offences
    max_months = dict(zip(codes.codes, codes.max_months, strict=True))
    group = dict(zip(codes.codes, np.asarray(OFFENCE_GROUPS, dtype=object)[codes.group], strict=True))
    table = finals.merge(
        offences[["offence_id", "defendant_id", "offence_sequence", "cjs_offence_code", "plea", "plea_date", "verdict",
         "verdict_date"]], on="offence_id"
    )  # fmt: skip
    charged = offences.groupby("defendant_id").size()
    concluded = table.groupby("defendant_id")["offence_id"].nunique()
    done = concluded[concluded == charged.reindex(concluded.index)].index
    table = table[table["defendant_id"].isin(done)]
    convicted = table[table["severity_rank"].notna()].copy()
    outcomes = pd.Series("acquitted", index=done, dtype="str")
    outcomes[outcomes.index.isin(convicted["defendant_id"])] = "convicted"
    figure = convicted["months"].fillna(convicted["amount_gbp"])
    convicted["weight"] = figure.fillna(convicted["duration_value"]).fillna(0)
    convicted["max_months"] = convicted["cjs_offence_code"].map(max_months)
    convicted = convicted.sort_values(
        ["defendant_id", "severity_rank", "weight", "max_months", "offence_sequence"],
        ascending=[True, True, False, False, True],
        kind="stable",
    )
    principal = convicted.drop_duplicates("defendant_id").reset_index(drop=True)
    custodial = convicted[convicted["disposal_type"] == "determinate_custody"]
    others = custodial[~custodial["result_id"].isin(principal["result_id"])]
    added = others[others["consecutive"] == "Y"].groupby("defendant_id")["months"].sum()
    own = principal["months"].where(principal["disposal_type"] == "determinate_custody")
    hearings = feeds["hmcts/hearings"].set_index("hearing_id")["court_ou_code"]
    defendants = feeds["hmcts/defendants"].set_index("defendant_id").loc[principal["defendant_id"]].reset_index()
    person = defendants["_person"].to_numpy()
    known = people.iloc[np.maximum(person, 0)].reset_index(drop=True)
    named = person != NO_PERSON
    plea = principal["plea"].map({"G": "guilty_plea", "NG": "not_guilty_plea"}).fillna("no_plea")
    convicted_on = _conviction_dates(principal)
    sentenced_to_custody = principal["disposal_type"].isin([*IMMEDIATE_CUSTODY, "suspended_sentence"])
    was_child = known["date_of_birth"] + pd.DateOffset(years=18) > convicted_on
    after_break = convicted_on >= dates_of([reference.law.suspended_from])[0]
    regime = np.select(
        [(was_child.to_numpy() | ~named), convicted_on.isna().to_numpy(), after_break.to_numpy()],
        ["not_applicable", "unknown", "from_2026_03_22"],
        "pre_2026_03_22",
    )
    sentencing = pd.DataFrame(
        {
            "defendant_id": principal["defendant_id"],
            "case_id": [resolved_case[case] for case in defendants["case_id"]],
            "true_person_id": person,
            "is_organisation": ~named,
            "court_ou_code": hearings.reindex(principal["hearing_id"]).to_numpy(),
            "conviction_date": convicted_on.to_numpy(),
            "sentence_date": principal["result_date"].to_numpy(),
            "principal_offence_code": principal["cjs_offence_code"].to_numpy(),
            "offence_group": principal["cjs_offence_code"].map(group).to_numpy(),
            "disposal_type": principal["disposal_type"].to_numpy(),
            "custody_length_months": own.to_numpy(),
            "effective_length_months": (own + added.reindex(principal["defendant_id"]).fillna(0).to_numpy()).to_numpy(),
            "plea_group": plea.to_numpy(),
            "regime": np.where(sentenced_to_custody, regime, "not_applicable"),
            "regime_at_conviction": regime,
            "sex": np.where(named, np.where(known["sex"] == "M", "male", "female"), "unknown"),
            "age_band": np.where(named, age_bands(known["date_of_birth"], principal["result_date"]), "unknown"),
            "ethnicity_group": np.where(named, texts(known["ethnic_name"]), "unknown"),
        }
    )
    return sentencing, outcomes


def _conviction_dates(charges: pd.DataFrame) -> pd.Series[Any]:
    """The day of the guilty plea or of the verdict of guilty, whichever came first."""
    pleaded = pd.to_datetime(charges["plea_date"]).where(charges["plea"] == "G")
    found = pd.to_datetime(charges["verdict_date"]).where(charges["verdict"] == "G")
    return pd.concat([pleaded, found], axis=1).min(axis=1)
