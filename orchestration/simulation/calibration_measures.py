"""The figures of a simulated world in the terms of the official series it is compared with.

Belongs here: measuring a world's clean feeds and truth, one number per target. Does not belong here: the bands
(`calibration_targets.py`), or any figure for publication (those are the marts').
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.model import World
from orchestration.simulation.reference import Reference
from orchestration.simulation.truth import IMMEDIATE_CUSTODY

Measures = dict[str, float]

_INDICTABLE = mix.OFFENCE_GROUPS[:10]
_TRIAL_RECEIPTS = ("TEW_TRIAL", "INDICTABLE_TRIAL")


def measure(world: World, reference: Reference) -> Measures:
    """Every measured figure by name; shares are fractions, durations days, lengths months."""
    return {
        **_caseload(world, reference),
        **_timeliness(world),
        **_trials_and_pleas(world),
        **_sentences(world),
        **_remand(world),
        **_people(world, reference),
        **_prison_and_probation(world),
    }


def _days(later: pd.Series[pd.Timestamp], earlier: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    return (later - earlier).dt.days.astype(float)


def _caseload(world: World, reference: Reference) -> Measures:
    cases = world.feeds["hmcts/cases"]
    end, start = pd.Timestamp(world.parameters.end_date), pd.Timestamp(world.parameters.window_start)
    own = cases[cases["merged_into_case_id"].isna()]
    received = own[own["received_date"] >= start]
    years = world.parameters.months / 12
    defendants = world.feeds["hmcts/defendants"].merge(own[["case_id", "initiation_code"]], on="case_id")
    warrant = defendants["bench_warrant_issued"].notna() & defendants["bench_warrant_executed"].isna()
    at_large = set(defendants.loc[warrant, "case_id"])
    live = own[(own["case_status"] == "LIVE") & ~own["case_id"].isin(at_large)]
    in_crown = live[live["crown_received_date"].notna()]
    age = _days(pd.Series(end, index=in_crown.index), in_crown["crown_received_date"])
    crown_received = own[own["crown_received_date"] >= start]
    crown_closed = own[own["crown_received_date"].notna() & (own["closed_date"] >= start)]
    regular = received[received["initiation_code"] != "J"]
    opening = own[
        (own["received_date"] < start) & own["crown_received_date"].notna() & (own["crown_received_date"] < start)
    ]
    types = crown_received["receipt_type"].value_counts(normalize=True)
    out_of_court = world.feeds["police/out_of_court_disposals"]
    return {
        "single_justice_share_of_receipts": float((received["initiation_code"] == "J").mean()),
        "crown_receipts_per_ordinary_receipt": len(crown_received) / len(regular),
        "crown_open_per_yearly_disposals": len(in_crown) / (len(crown_closed) / years),
        "crown_open_at_start_per_open_at_end": len(opening) / max(len(in_crown), 1),
        "crown_open_a_year_or_more": float((age >= 365).mean()),
        "crown_committed_for_sentence_share": float(types.get("COMMITTED_FOR_SENTENCE", 0.0)),
        "crown_appeal_share": float(types.get("APPEAL", 0.0)),
        "magistrates_open_months_of_receipts": (len(live) - len(in_crown)) / (len(received) / world.parameters.months),
        "bench_warrant_share": float(
            defendants.loc[defendants["initiation_code"] != "J", "bench_warrant_issued"].notna().mean()
        ),
        "organisation_share": float((defendants["defendant_type"] == "O").mean()),
        "out_of_court_per_received": len(out_of_court) / len(received),
        "merged_share": float(cases["merged_into_case_id"].notna().mean()),
        **_open_by_region(world, in_crown, reference),
    }


def _open_by_region(world: World, in_crown: pd.DataFrame, reference: Reference) -> Measures:
    hearings = world.feeds["hmcts/hearings"]
    crown = hearings[hearings["jurisdiction"] == "C"]
    found = world.feeds["hmcts/hearing_defendants"].merge(crown[["hearing_id", "court_ou_code"]], on="hearing_id")
    found = found.merge(world.feeds["hmcts/defendants"][["defendant_id", "case_id"]], on="defendant_id")
    court = found.drop_duplicates("case_id").set_index("case_id")["court_ou_code"].reindex(in_crown["case_id"]).dropna()
    regions = dict(zip(reference.places.courts, reference.places.court_region, strict=True))
    shares = court.map(regions).value_counts(normalize=True)
    return {
        f"crown_open_share_{name.lower().replace(' ', '_')}": float(shares.get(name, 0.0))
        for name in mix.CROWN_OPEN_BY_REGION
    }


def _completions(world: World) -> pd.DataFrame:
    """Defendants with a final outcome in the window: dates of offence, charge, completion, and the court."""
    results = world.feeds["hmcts/results"]
    final = results[(results["result_type"] == "F") & (results["is_deleted"] == "N")]
    final = final[~final["cjs_result_code"].isin(("3045", "1046"))]
    final = final.merge(world.feeds["hmcts/hearings"][["hearing_id", "jurisdiction"]], on="hearing_id")
    offences = world.feeds["hmcts/offences"]
    last = final.sort_values("result_date").drop_duplicates("offence_id", keep="last")
    joined = offences.merge(last[["offence_id", "result_date", "jurisdiction"]], on="offence_id", how="left")
    grouped = joined.groupby("defendant_id")
    table = grouped.agg(
        offence=("offence_start_date", "min"),
        charge=("charge_date", "min"),
        completion=("result_date", "max"),
        charges=("offence_id", "size"),
        concluded=("result_date", "count"),
        jurisdiction=("jurisdiction", "last"),
    )
    table = table[table["concluded"] == table["charges"]]
    table = table[table["completion"] >= pd.Timestamp(world.parameters.window_start)]
    cases = world.feeds["hmcts/defendants"].merge(
        world.feeds["hmcts/cases"][["case_id", "initiation_code", "receipt_type", "sent_to_crown_date"]], on="case_id"
    )
    return table.join(cases.set_index("defendant_id")[["initiation_code", "receipt_type", "sent_to_crown_date"]])


def _timeliness(world: World) -> Measures:
    table = _completions(world)
    magistrates = table[(table["jurisdiction"] == "M")]
    crown = table[(table["jurisdiction"] == "C") & (table["receipt_type"] != "APPEAL")]
    total = _days(crown["completion"], crown["offence"])
    charged = _days(crown["completion"], crown["charge"])
    ordinary = magistrates[magistrates["initiation_code"] != "J"]
    return {
        "magistrates_offence_to_completion_median": float(
            _days(magistrates["completion"], magistrates["offence"]).median()
        ),
        "magistrates_ordinary_charge_to_completion_median": float(
            _days(ordinary["completion"], ordinary["charge"]).median()
        ),
        "crown_offence_to_completion_median": float(total.median()),
        "crown_offence_to_completion_mean_over_median": float(total.mean() / total.median()),
        "crown_charge_to_completion_median": float(charged.median()),
    }


def _trials_and_pleas(world: World) -> Measures:
    hearings = world.feeds["hmcts/hearings"]
    listed = hearings[(hearings["listed_for_trial"] == "Y") & (hearings["trial_outcome_class"] != "VACATED")]
    # trials before the window are those of cases that were still live in it: not a fair sample
    listed = listed[listed["hearing_date"] >= pd.Timestamp(world.parameters.window_start)]
    figures: Measures = {}
    for jurisdiction, court in (("M", "magistrates"), ("C", "crown")):
        shares = listed.loc[listed["jurisdiction"] == jurisdiction, "trial_outcome_class"].value_counts(normalize=True)
        figures[f"{court}_effective_rate"] = float(shares.get("EFFECTIVE", 0.0))
        figures[f"{court}_ineffective_rate"] = float(shares.get("INEFFECTIVE", 0.0))
    done = _completions(world)
    trial = done[done["receipt_type"].isin(_TRIAL_RECEIPTS)]
    offences = world.feeds["hmcts/offences"]
    pleaded = offences[offences["plea"].notna() & offences["defendant_id"].isin(trial.index)]
    guilty = pleaded["plea"].eq("G").astype(int).groupby(pleaded["defendant_id"]).max()
    figures["crown_guilty_plea_rate"] = float(guilty.mean())
    cps = world.feeds["cps/defendants"]["outcome"].dropna()
    figures["cps_conviction_rate"] = float(
        cps.isin(("GUILTY PLEA", "CONVICTED AFTER TRIAL", "PROVED IN ABSENCE")).mean()
    )
    return figures


def _sentences(world: World) -> Measures:
    sentenced = world.truth["sentencing"]
    sentenced = sentenced[~sentenced["is_organisation"]]
    custody = sentenced["disposal_type"].isin(IMMEDIATE_CUSTODY)
    determinate = sentenced["disposal_type"] == "determinate_custody"
    indictable = sentenced["offence_group"].isin(_INDICTABLE)
    before = sentenced["regime_at_conviction"] != "from_2026_03_22"
    length = sentenced["custody_length_months"]
    figures = {
        "custody_rate_all": float(custody[before].mean()),
        "custody_rate_indictable": float(custody[before & indictable].mean()),
        "custody_rate_after_break": float(custody[~before & indictable].mean()),
        "custody_rate_before_break": float(custody[before & indictable].mean()),
        "acsl_all_months": float(length[determinate & before].mean()),
        "acsl_indictable_months": float(length[determinate & indictable & before].mean()),
        "suspended_rate_indictable": float((sentenced["disposal_type"] == "suspended_sentence")[indictable].mean()),
        "fine_share": float((sentenced["disposal_type"] == "fine").mean()),
        "effective_over_own_length": float(
            (sentenced["effective_length_months"].sum()) / sentenced["custody_length_months"].sum()
        ),
    }
    for group in _INDICTABLE:
        figures[f"custody_rate_{group}"] = float(custody[before & (sentenced["offence_group"] == group)].mean())
    return figures


def _remand(world: World) -> Measures:
    episodes = world.truth["remand_episodes"]
    end, start = pd.Timestamp(world.parameters.end_date), pd.Timestamp(world.parameters.window_start)
    closed = episodes[~episodes["is_open"] & (episodes["exit_date"] >= start)]
    held = episodes[episodes["is_open"]]
    elapsed = _days(pd.Series(end, index=held.index), held["entry_date"])
    spells = world.feeds["prison/custody_spells"]
    open_spells = spells[spells["status_to"].isna() & spells["legal_status"].isin(("UNTRIED", "CONVICTED_UNSENTENCED"))]
    entered = episodes[episodes["entry_date"] >= start]
    done = closed[closed["outcome"].isin(("acquitted", "non_custodial", "immediate_custody"))]
    outcome = done["outcome"].value_counts(normalize=True)
    cases = world.feeds["hmcts/cases"]
    live = cases[(cases["case_status"] == "LIVE") & cases["receipt_type"].isin(_TRIAL_RECEIPTS)]
    defendants = world.feeds["hmcts/defendants"]
    in_live = defendants[defendants["case_id"].isin(live["case_id"])]
    custody_cases = in_live.loc[in_live["defendant_id"].isin(held["defendant_id"]), "case_id"].nunique()
    grounds = world.feeds["hmcts/hearing_defendants"]
    refused = grounds[grounds["bail_status"].isin(("C", "S"))]
    stated = refused["bail_exceptions"].notna()
    ordinary = (cases["received_date"] >= start) & (cases["initiation_code"] != "J")
    limits = refused[refused["ctl_expiry_date"].notna()]
    return {
        "remand_net_days_mean": float(closed["days_net"].mean()),
        "remand_net_days_median": float(closed["days_net"].median()),
        "remand_untried_share_of_stock": float((open_spells["legal_status"] == "UNTRIED").mean()),
        "remand_held_over_six_months": float((elapsed > 182).mean()),
        "remand_entries_per_ordinary_receipt": len(entered) / int(ordinary.sum()),
        "remand_outcome_immediate_custody": float(outcome.get("immediate_custody", 0.0)),
        "remand_outcome_acquitted": float(outcome.get("acquitted", 0.0)),
        "remand_bail_gap_share": float((episodes["days_bail_gap"] > 0).mean()),
        "crown_open_trial_cases_in_custody": custody_cases / max(len(live), 1),
        "bail_exceptions_stated": float(stated.mean()),
        "bail_exception_likely_to_offend": float(refused.loc[stated, "bail_exceptions"].str.contains(r"\bLO\b").mean()),
        "custody_time_limit_extended_share": float(limits["ctl_extended_to"].notna().mean()),
    }


def _people(world: World, reference: Reference) -> Measures:
    defendants = world.feeds["hmcts/defendants"].merge(
        world.feeds["hmcts/cases"][["case_id", "initiation_code"]], on="case_id"
    )
    people = world.truth["persons"].set_index("true_person_id")
    ordinary = defendants[(defendants["initiation_code"] != "J") & (defendants["_person"] >= 0)]
    who = people.loc[ordinary["_person"]]
    group = who["ethnicity_code"].map(reference.ethnicity_group).value_counts(normalize=True)
    hearings = world.feeds["hmcts/hearings"]
    first = world.feeds["hmcts/hearing_defendants"].merge(
        hearings[["hearing_id", "hearing_date", "jurisdiction"]], on="hearing_id"
    )
    first = first[first["defendant_id"].isin(ordinary["defendant_id"])].sort_values("hearing_date", kind="stable")
    at_first = first.drop_duplicates("defendant_id")
    at_crown = first[first["jurisdiction"] == "C"].drop_duplicates("defendant_id")
    age = _days(ordinary["_created"], ordinary["date_of_birth"]) / 365.25
    recorded = defendants[defendants["_person"] >= 0]
    per_person = recorded.groupby("_person").size()
    return {
        "white_share": float(group.get("white", 0.0)),
        "black_share": float(group.get("black", 0.0)),
        "asian_share": float(group.get("asian", 0.0)),
        "male_share": float((who["sex"] == "M").mean()),
        "youth_share": float((age < 18).mean()),
        "mean_age": float(age.mean()),
        "unrepresented_at_first_hearing": float((at_first["representation"] == "NONE").mean()),
        "representation_not_recorded": float(at_first["representation"].isna().mean()),
        "unrepresented_at_first_crown_hearing": float((at_crown["representation"] == "NONE").mean()),
        "proven_reoffending_rate": _reoffending(world),
        "persons_with_several_cases": float((per_person > 1).mean()),
        "twins_share": float((people["twin_of"] >= 0).mean()),
    }


def _reoffending(world: World) -> float:
    """Proven reoffending within a year, the index the first non-custodial conviction, release or caution in a year.

    Index events from the window's start, as far as 365 + 182 days before its end, as the official measure
    follows up; the quarters pooled.
    """
    start = pd.Timestamp(world.parameters.window_start)
    last = pd.Timestamp(world.parameters.end_date) - pd.Timedelta(days=365 + 182)
    sentencing = world.truth["sentencing"]
    sentencing = sentencing[~sentencing["is_organisation"]]
    offences = world.feeds["hmcts/offences"]
    convicted = sentencing.merge(
        offences.groupby("defendant_id")["offence_start_date"].min().rename("offence"), on="defendant_id"
    )
    court = convicted[~convicted["disposal_type"].isin(IMMEDIATE_CUSTODY)]
    single = world.feeds["hmcts/cases"].set_index("case_id")["initiation_code"]
    court = court[single.reindex(court["case_id"]).to_numpy() != "J"]
    cautions = world.feeds["police/out_of_court_disposals"]
    cautions = cautions[cautions["outcome_code"].isin(("2", "3"))]
    spells = world.feeds["prison/custody_spells"]
    released = spells[(spells["exit_reason"] == "RELEASED") & (spells["legal_status"] == "SENTENCED")]
    index = pd.concat(
        [
            court[["true_person_id", "sentence_date"]].set_axis(["person", "date"], axis=1),
            cautions[["_person", "outcome_date"]].set_axis(["person", "date"], axis=1),
            released[["_person", "status_to"]].set_axis(["person", "date"], axis=1),
        ]
    )
    index = index[(index["date"] >= start) & (index["date"] <= last)].sort_values("date").drop_duplicates("person")
    proven = pd.concat(
        [
            convicted[single.reindex(convicted["case_id"]).to_numpy() != "J"][
                ["true_person_id", "offence", "sentence_date"]
            ].set_axis(["person", "offence", "proven"], axis=1),
            cautions[["_person", "offence_date", "outcome_date"]].set_axis(["person", "offence", "proven"], axis=1),
        ]
    )
    joined = index.merge(proven, on="person")
    gap, wait = _days(joined["offence"], joined["date"]), _days(joined["proven"], joined["date"])
    again = joined[(gap > 0) & (gap <= 365) & (wait <= 365 + 182)]["person"].nunique()
    return float(again / max(len(index), 1))


def _prison_and_probation(world: World) -> Measures:
    spells = world.feeds["prison/custody_spells"]
    start = pd.Timestamp(world.parameters.window_start)
    released = spells[(spells["legal_status"] == "SENTENCED") & (spells["exit_reason"] == "RELEASED")]
    recalls = spells[(spells["legal_status"] == "RECALL") & (spells["entry_reason"] == "RECALL")]
    recalled, releases = (recalls["status_from"] >= start).sum(), (released["status_to"] >= start).sum()
    orders = world.feeds["probation/orders"]
    stock = spells[spells["status_to"].isna()]
    remand = stock["legal_status"].isin(("UNTRIED", "CONVICTED_UNSENTENCED"))
    ended = orders[orders["termination_reason"].notna() & (orders["order_type"] == "COMMUNITY_ORDER")]
    return {
        "ptiurn_blank_in_spells": float(spells["ptiurn"].isna().mean()),
        "recalls_per_release": float(recalled / max(releases, 1)),
        "remand_share_of_prison_stock": float(remand.mean()),
        "community_orders_completed": float((ended["termination_reason"] == "COMPLETED").mean()),
        "women_share_of_prison_stock": float(
            np.mean(
                world.feeds["prison/prisoners"]
                .set_index("noms_number")["sex_code"]
                .reindex(stock["noms_number"])
                .to_numpy()
                == "F"
            )
        ),
    }
