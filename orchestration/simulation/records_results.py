"""Common Platform results: every result of every charge at every hearing, with re-shared amendments and deletions.

Belongs here: the columns of hmcts/results. Does not belong here: which sentence was passed (`sentencing.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation.model import Reveal
from orchestration.simulation.proceedings import Proceedings
from orchestration.simulation.records import blank_where, feed_table, texts, timestamps, yes_no
from orchestration.simulation.records_hearings import CHILD_DAYS, new_ids
from orchestration.simulation.reference import Reference
from orchestration.simulation.remand import CONDITIONAL, CUSTODY, NOT_APPLICABLE, UNCONDITIONAL
from orchestration.simulation.sampling import NEVER, Streams, Texts, bernoulli, choose, dates_of
from orchestration.simulation.sentencing import COMMUNITY, COSTS, DISQUALIFIED, FINE, SURCHARGE, heaviest_charges

RESULT_REVEALS = (
    Reveal(
        ("amended_at", "duration_value", "amount_gbp", "is_deleted"),
        when="_amended_date",
        before_from={
            "duration_value": "_first_duration_value",
            "amount_gbp": "_first_amount_gbp",
            "is_deleted": "_first_is_deleted",
        },
    ),
)
"""A result reads as first shared until it is amended."""

AMENDED_SHARE = 0.012
MISTAKEN_SHARE = 0.006
"""Final results re-shared with another figure; results entered by mistake and deleted within days."""

DRINK_DRIVE_CODES = ("RT88007", "RT88010", "RT88339", "RT88340", "RT88584", "RT88333", "RT88026")

APPEAL_DISMISSED, APPEAL_VARIED, ACQUITTED_ON_APPEAL = "3045", "1046", "2005"


def result_records(
    streams: Streams,
    appearances: pd.DataFrame,
    hearing_ids: Texts,
    offence_ids: Texts,
    proceedings: Proceedings,
    reference: Reference,
    last_day: int,
) -> pd.DataFrame:
    """hmcts/results as at the last day: interim, final, ancillary, appeal and mistaken results."""
    rng = streams.named("records.results")
    charged = _per_charge(appearances, proceedings)
    interim = _interim(rng, charged, proceedings)
    final = _final(charged, proceedings)
    ancillary = _ancillary(rng, final, proceedings, reference)
    table = pd.concat([interim, final, ancillary], ignore_index=True)
    table = _apply_appeals(table, charged, proceedings, last_day)
    table = _amend(rng, table, last_day)
    table = pd.concat([table, _mistakes(rng, final, last_day)], ignore_index=True)
    table = table.sort_values(["day", "charge", "order"], kind="stable", ignore_index=True)
    return _spell(streams, table, hearing_ids, offence_ids, proceedings)


def _per_charge(appearances: pd.DataFrame, proceedings: Proceedings) -> pd.DataFrame:
    """One row per appearance and charge not concluded before it."""
    who_charged = proceedings.charges["defendant"].to_numpy()
    first = np.searchsorted(who_charged, appearances["defendant"].to_numpy(), side="left")
    count = np.searchsorted(who_charged, appearances["defendant"].to_numpy(), side="right") - first
    row = np.repeat(np.arange(len(appearances)), count)
    charge = np.repeat(first, count) + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    table = pd.DataFrame(
        {
            "charge": charge,
            "defendant": appearances["defendant"].to_numpy()[row],
            "hearing": appearances["hearing"].to_numpy()[row],
            "day": appearances["day"].to_numpy()[row],
            "crown": appearances["crown"].to_numpy()[row],
            "status": appearances["status"].to_numpy()[row],
            "absent": appearances["absent"].to_numpy()[row],
            "hearing_type": texts(appearances["hearing_type"])[row],
            "vacated": (texts(appearances["trial_class"]) == "VACATED")[row],
        }
    )
    table["final_day"] = proceedings.outcomes["final_day"].to_numpy()[charge]
    return table


def _blank(table: pd.DataFrame, codes: Texts, order: int) -> pd.DataFrame:
    """Result rows without figures."""
    result = table[["charge", "hearing", "day"]].reset_index(drop=True)
    result["code"] = codes
    for column in ("duration_value", "amount"):
        result[column] = np.full(len(result), np.nan)
    for column in ("duration_unit", "consecutive"):
        result[column] = np.full(len(result), None, dtype=object)
    result["deleted_day"] = np.full(len(result), NEVER)
    result["order"] = order
    return result


def _interim(rng: np.random.Generator, charged: pd.DataFrame, proceedings: Proceedings) -> pd.DataFrame:
    """Adjournments with a remand decision, sendings, committals and warrants."""
    appeal = np.isin(texts(charged["hearing_type"]), ("AAC", "AAS"))
    going_on = (charged["day"] < charged["final_day"]).to_numpy() & ~charged["vacated"].to_numpy() & ~appeal
    table = charged[going_on]
    who, day, status = table["defendant"].to_numpy(), table["day"].to_numpy(), table["status"].to_numpy()
    progress = proceedings.progress
    child = day - proceedings.defendants["birth_day"].to_numpy()[who] < CHILD_DAYS
    code = np.select(
        [(status == CUSTODY) & child, status == CUSTODY, status == CONDITIONAL, status == UNCONDITIONAL],
        ["4058", "4531", "4530", "4542"],
        "4506",
    ).astype(object)
    older = bernoulli(rng, 0.1, len(table)) & ~child
    replaced = {"4531": "4028", "4530": "4027", "4542": "4047"}
    for new, old in replaced.items():
        code[older & (code == new)] = old
    sent = {CUSTODY: "4560", CONDITIONAL: "4559", UNCONDITIONAL: "4558", NOT_APPLICABLE: "4558"}
    committed = {CUSTODY: "4016", CONDITIONAL: "4015", UNCONDITIONAL: "4014", NOT_APPLICABLE: "4014"}
    on_sending = day == progress.sent_day[who]
    on_committal = day == progress.committed_day[who]
    for value in (CUSTODY, CONDITIONAL, UNCONDITIONAL, NOT_APPLICABLE):
        code[on_sending & (status == value)] = sent[value]
        code[on_committal & (status == value)] = committed[value]
    code[on_sending & (status == CUSTODY) & child] = "4057"
    code[on_committal & (status == CUSTODY) & child] = "4054"
    warrant = table["absent"].to_numpy() & (day == progress.warrant_issued[who])
    code[warrant] = np.where(bernoulli(rng, 0.3, len(table)), "4575", "4576")[warrant]
    return _blank(table, code, 0)


def _final(charged: pd.DataFrame, proceedings: Proceedings) -> pd.DataFrame:
    """The final result of each concluded charge, at the last hearing of its day."""
    appeal = np.isin(texts(charged["hearing_type"]), ("AAC", "AAS"))
    concluding = (charged["day"] == charged["final_day"]).to_numpy() & ~charged["vacated"].to_numpy() & ~appeal
    table = charged[concluding].drop_duplicates("charge", keep="last")
    charge = table["charge"].to_numpy()
    outcomes = proceedings.outcomes.iloc[charge].reset_index(drop=True)
    result = _blank(table, texts(outcomes["final_code"]), 1)
    result["duration_value"] = outcomes["duration_value"].to_numpy()
    result["duration_unit"] = texts(outcomes["duration_unit"])
    result["amount"] = outcomes["amount"].to_numpy()
    result["consecutive"] = texts(outcomes["consecutive"])
    return result


def _ancillary(
    rng: np.random.Generator, final: pd.DataFrame, proceedings: Proceedings, reference: Reference
) -> pd.DataFrame:
    """Surcharge, costs and driving bans, with the principal sentence of each convicted defendant."""
    heaviest = heaviest_charges(proceedings.outcomes, proceedings.charges, reference.offences)
    table = final[np.isin(final["charge"].to_numpy(), heaviest)].reset_index(drop=True)
    code = texts(table["code"])
    surcharge = _blank(table, np.full(len(table), SURCHARGE, dtype=object), 2)
    fined = code == FINE
    surcharge["amount"] = np.where(
        fined, np.clip(np.round(table["amount"].to_numpy() * cal.SURCHARGE_SHARE), 34, 2_000),
        np.where(code == COMMUNITY, 114, 187),
    )  # fmt: skip
    with_costs = bernoulli(rng, 0.72, len(table))
    costs = _blank(table[with_costs], np.full(int(with_costs.sum()), COSTS, dtype=object), 3)
    who = proceedings.charges["defendant"].to_numpy()[costs["charge"].to_numpy()]
    crown = proceedings.progress.ended_in_crown[who]
    lower = np.asarray(cal.COSTS["magistrates"])[rng.integers(0, len(cal.COSTS["magistrates"]), len(costs))]
    upper = np.asarray(cal.COSTS["crown"])[rng.integers(0, len(cal.COSTS["crown"]), len(costs))]
    costs["amount"] = np.where(crown, upper, lower).astype(float)
    names = reference.offences.codes[proceedings.charges["code"].to_numpy()[final["charge"].to_numpy()]]
    banned = np.isin(names, DRINK_DRIVE_CODES) & ~np.isin(texts(final["code"]), _NOT_CONVICTED)
    bans = _blank(final[banned], np.full(int(banned.sum()), DISQUALIFIED, dtype=object), 4)
    bans["duration_value"] = np.asarray([12.0, 14, 16, 17, 18, 20, 22, 24, 36])[rng.integers(0, 9, len(bans))]
    bans["duration_unit"] = np.full(len(bans), "M", dtype=object)
    return pd.concat([surcharge, costs, bans], ignore_index=True)


_NOT_CONVICTED = ("2004", "2005", "2006", "2050", "2051", "2053", "2063")


def _apply_appeals(table: pd.DataFrame, charged: pd.DataFrame, proceedings: Proceedings, last_day: int) -> pd.DataFrame:
    """Appeal outcomes: dismissed, or the magistrates' final result deleted and replaced on the day it was heard."""
    appeals = proceedings.appeals
    heard = appeals.heard_day <= last_day
    allowed_for = np.zeros(proceedings.progress.size, dtype=bool)
    allowed_for[appeals.defendant[appeals.allowed & heard]] = True
    conviction_for = np.zeros(proceedings.progress.size, dtype=bool)
    conviction_for[appeals.defendant[appeals.against_conviction]] = True
    at_appeal = charged[np.isin(texts(charged["hearing_type"]), ("AAC", "AAS"))]
    at_appeal = at_appeal[at_appeal["day"] > at_appeal["final_day"]].reset_index(drop=True)
    who = at_appeal["defendant"].to_numpy()
    allowed, conviction = allowed_for[who], conviction_for[who]
    code = np.where(allowed, APPEAL_VARIED, APPEAL_DISMISSED).astype(object)
    outcome = _blank(at_appeal, code, 0)
    previous = texts(proceedings.outcomes["final_code"])[at_appeal["charge"].to_numpy()]
    affected = allowed & ~np.isin(previous, _NOT_CONVICTED)
    replaced = _blank(at_appeal[affected], previous[affected], 1)
    for column, source in (("duration_value", "duration_value"), ("amount", "amount")):
        replaced[column] = proceedings.outcomes[source].to_numpy()[replaced["charge"].to_numpy()]
    for column in ("duration_unit", "consecutive"):
        replaced[column] = texts(proceedings.outcomes[column])[replaced["charge"].to_numpy()]
    quashed = conviction[affected]
    replaced.loc[quashed, "code"] = ACQUITTED_ON_APPEAL
    replaced.loc[quashed, ["duration_value", "amount"]] = np.nan
    replaced.loc[quashed, ["duration_unit", "consecutive"]] = None
    replaced["amount"] = np.maximum(np.round(replaced["amount"] * 0.6), 10)
    gone = pd.Series(at_appeal["day"].to_numpy()[affected], index=at_appeal["charge"].to_numpy()[affected])
    doomed = (table["order"] == 1) & table["charge"].isin(gone.index)
    table.loc[doomed, "deleted_day"] = gone.reindex(table.loc[doomed, "charge"]).to_numpy()
    return pd.concat([table, outcome, replaced], ignore_index=True)


def _amend(rng: np.random.Generator, table: pd.DataFrame, last_day: int) -> pd.DataFrame:
    """Some final results are re-shared with a corrected figure: what was first shared is kept aside."""
    day = table["day"].to_numpy()
    amended = day + 1 + np.floor(rng.exponential(12, len(table))).astype(np.int64)
    timed = table["duration_value"].notna().to_numpy() & (texts(table["duration_unit"]) != "L")
    money = table["amount"].notna().to_numpy()
    chosen = (table["order"].to_numpy() == 1) & (timed | money) & bernoulli(rng, AMENDED_SHARE, len(table))
    chosen &= (amended <= last_day) & (table["deleted_day"].to_numpy() >= NEVER)
    table["amended_day"] = np.where(chosen, amended, table["deleted_day"].to_numpy())
    duration, amount = table["duration_value"].to_numpy(dtype=float), table["amount"].to_numpy(dtype=float)
    table["first_duration_value"] = np.where(chosen & timed, duration + rng.integers(1, 4, len(table)), duration)
    table["first_amount"] = np.where(chosen & money & ~timed, amount + 10 * rng.integers(1, 9, len(table)), amount)
    return table


def _mistakes(rng: np.random.Generator, final: pd.DataFrame, last_day: int) -> pd.DataFrame:
    """Final results entered twice, the wrong one deleted within days."""
    table = final[bernoulli(rng, MISTAKEN_SHARE, len(final))].copy()
    table["deleted_day"] = table["day"].to_numpy() + 1 + choose(rng, (0.5, 0.2, 0.1, 0.1, 0.05, 0.05), len(table))
    table = table[table["deleted_day"] <= last_day].reset_index(drop=True)
    table["code"] = np.asarray(["1015", "1116", "2051", "1018"], dtype=object)[rng.integers(0, 4, len(table))]
    table["duration_value"], table["duration_unit"], table["consecutive"] = np.nan, None, None
    table["amount"] = np.where(texts(table["code"]) == FINE, 120.0, np.nan)
    table["amended_day"] = table["deleted_day"]
    table["first_duration_value"], table["first_amount"] = table["duration_value"], table["amount"]
    table["order"] = 5
    return table


def _spell(
    streams: Streams, table: pd.DataFrame, hearing_ids: Texts, offence_ids: Texts, proceedings: Proceedings
) -> pd.DataFrame:
    rng = streams.named("records.result_ids")
    deleted = (table["deleted_day"] < NEVER).to_numpy()
    amended = table["amended_day"].to_numpy()
    code = texts(table["code"])
    interim = (table["order"] == 0).to_numpy()
    kind = blank_where(np.where(interim, "I", "F").astype(object), np.isin(table["order"].to_numpy(), (2, 3, 4)))
    who = proceedings.charges["defendant"].to_numpy()[table["charge"].to_numpy()]
    records = feed_table(
        {
            "result_id": new_ids(rng, len(table)),
            "hearing_id": hearing_ids[table["hearing"].to_numpy()],
            "offence_id": offence_ids[table["charge"].to_numpy()],
            "cjs_result_code": code,
            "result_date": dates_of(table["day"].to_numpy()),
            "result_type": kind,
            "duration_value": table["duration_value"].to_numpy(dtype=float),
            "duration_unit": texts(table["duration_unit"]),
            "amount_gbp": table["amount"].to_numpy(dtype=float),
            "consecutive": texts(table["consecutive"]),
            "is_deleted": yes_no(deleted),
            "amended_at": timestamps(amended, 9 * 60 + rng.integers(0, 8 * 60, len(table))).where(
                pd.Series(amended < NEVER)
            ),
        },
        created=table["day"].to_numpy(),
        person=proceedings.defendants["person"].to_numpy()[who],
    )
    records["_first_duration_value"] = table["first_duration_value"].to_numpy(dtype=float)
    records["_first_amount_gbp"] = table["first_amount"].to_numpy(dtype=float)
    records["_first_is_deleted"] = np.full(len(table), "N", dtype=object)
    # a result never amended reads as it does from the day it was made
    records["_amended_date"] = dates_of(np.where(amended < NEVER, amended, table["day"].to_numpy()))
    return records


def ids_of(streams: Streams, name: str, size: int) -> Texts:
    """Ids of one kind of record, from that kind's own stream."""
    return new_ids(streams.named(f"ids.{name}"), size)
