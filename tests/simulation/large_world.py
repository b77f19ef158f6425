"""Levels of a simulated world counted anew from its records, sharing nothing with the measures of the simulation.

Belongs here: one function for each level, from what agencies record (the feeds) and what really happened (the truth).
Does not belong here: what the levels should be (`test_world_levels.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from orchestration.simulation.model import World

RELEASED_EARLY = pd.DateOffset(months=6)
"""Months of the window in which the prisons still fill with those sentenced before it."""


def month_ends(world: World) -> Iterator[pd.Timestamp]:
    """Month ends of the window once the prisons have filled."""
    first = pd.Timestamp(world.parameters.window_start) + RELEASED_EARLY
    yield from (pd.Timestamp(day) for day in world.parameters.month_ends if pd.Timestamp(day) >= first)


def prisoners(world: World) -> pd.DataFrame:
    """One row for each person in prison at a month end: legal_status and sex_code."""
    spells = world.feeds["prison/custody_spells"]
    people = world.feeds["prison/prisoners"][["noms_number", "sex_code"]]
    held = [
        spells[(spells["status_from"] <= day) & (spells["status_to"].isna() | (spells["status_to"] > day))].assign(
            on=day
        )
        for day in month_ends(world)
    ]
    stock = pd.concat(held).drop_duplicates(["on", "noms_number"], keep="last")
    return stock[["on", "noms_number", "legal_status"]].merge(people, on="noms_number")


def own_cases(world: World) -> pd.DataFrame:
    """Cases that were not merged into another."""
    cases = world.feeds["hmcts/cases"]
    return cases[cases["merged_into_case_id"].isna()]


def convicted_unsentenced_share_of_remand(world: World) -> float:
    status = prisoners(world)["legal_status"]
    remand = status[status.isin(["UNTRIED", "CONVICTED_UNSENTENCED"])]
    return float((remand == "CONVICTED_UNSENTENCED").mean())


def recalled_share_of_prisoners(world: World) -> float:
    return float((prisoners(world)["legal_status"] == "RECALL").mean())


def women_share_of_prisoners(world: World) -> float:
    return float((prisoners(world)["sex_code"] == "F").mean())


def single_justice_share_of_receipts(world: World) -> float:
    received = own_cases(world)
    received = received[received["received_date"] >= pd.Timestamp(world.parameters.window_start)]
    return float((received["initiation_code"] == "J").mean())


def crown_hearings_per_defendant(world: World) -> float:
    """Crown Court hearings of defendants whose case ended there in the window; none is none."""
    cases = own_cases(world)
    ended = cases["crown_received_date"].notna() & (cases["closed_date"] >= pd.Timestamp(world.parameters.window_start))
    defendants = world.feeds["hmcts/defendants"]
    dealt_with = defendants.loc[defendants["case_id"].isin(cases.loc[ended, "case_id"]), "defendant_id"]
    hearings = world.feeds["hmcts/hearings"]
    crown = hearings.loc[hearings["jurisdiction"] == "C", "hearing_id"]
    attended = world.feeds["hmcts/hearing_defendants"]
    attended = attended[attended["hearing_id"].isin(crown) & attended["defendant_id"].isin(dealt_with)]
    return len(attended.drop_duplicates(["hearing_id", "defendant_id"])) / len(dealt_with)


def formal_share_of_out_of_court_disposals(world: World) -> float:
    """Cautions and penalty notices among all, with outcome 22 (deferred prosecution and the like) among them."""
    code = world.feeds["police/out_of_court_disposals"]["outcome_code"]
    return float(code.isin(["2", "3", "6"]).mean())


def crown_trials(world: World) -> pd.Series[float]:
    """Share of each class among the first listings for trial that fell into the window; vacated ones are none."""
    hearings = world.feeds["hmcts/hearings"]
    listed = hearings[(hearings["jurisdiction"] == "C") & (hearings["listed_for_trial"] == "Y")]
    listed = listed[listed["trial_outcome_class"].isin(["EFFECTIVE", "CRACKED", "INEFFECTIVE"])]
    attended = world.feeds["hmcts/hearing_defendants"].merge(
        world.feeds["hmcts/defendants"][["defendant_id", "case_id"]], on="defendant_id"
    )
    of_case = attended[["hearing_id", "case_id"]].drop_duplicates()
    first = listed.merge(of_case, on="hearing_id").sort_values("hearing_date").drop_duplicates("case_id")
    first = first[first["hearing_date"] >= pd.Timestamp(world.parameters.window_start)]
    return first["trial_outcome_class"].value_counts(normalize=True)


def remanded_by_magistrates_non_custodial_share(world: World, before: pd.Timestamp) -> float:
    """Of defendants held on remand whose case ended at magistrates' courts: convicted, and not sent to prison.

    Only remand that ended before a day: the law that the published figure was counted under held until then.
    """
    episodes = world.truth["remand_episodes"]
    in_crown = own_cases(world).set_index("case_id")["crown_received_date"].notna()
    ended = episodes["exit_date"].between(pd.Timestamp(world.parameters.window_start), before, inclusive="left")
    concluded = episodes[ended & ~episodes["is_open"] & (episodes["outcome"] != "pending")]
    concluded = concluded[~in_crown.reindex(concluded["case_id"]).to_numpy(dtype=bool)]
    return float((concluded["outcome"] == "non_custodial").mean())


def crown_open_cases(world: World, on: pd.Timestamp) -> int:
    """Cases received at the Crown Court by a day and not closed by then."""
    cases = own_cases(world)
    open_then = cases["closed_date"].isna() | (cases["closed_date"] > on)
    return int(((cases["crown_received_date"] <= on) & open_then).sum())


def crown_open_growth(world: World) -> float:
    """Yearly growth of the open caseload from the day before the window to its end."""
    first = pd.Timestamp(world.parameters.window_start) - pd.Timedelta(days=1)
    last = pd.Timestamp(world.parameters.end_date)
    years = world.parameters.months / 12
    return float((crown_open_cases(world, last) / crown_open_cases(world, first)) ** (1 / years) - 1)
