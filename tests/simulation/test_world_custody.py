"""Custody in the world is possible: nobody is in two places, days telescope, prison and court agree."""

from __future__ import annotations

import pandas as pd
import pytest

REMAND = ("UNTRIED", "CONVICTED_UNSENTENCED")
FOREVER = pd.Timestamp("2200-01-01")


@pytest.fixture(scope="module")
def spells(true_world) -> pd.DataFrame:
    table = true_world.feeds["prison/custody_spells"]
    table = table.assign(end=table["status_to"].fillna(FOREVER))
    return table.sort_values(["_person", "status_from", "end"], ignore_index=True)


def test_nobody_is_in_two_spells_on_one_day(spells):
    following = spells.groupby("_person")["status_from"].shift(-1)
    assert not (spells["end"] > following).any()
    assert (spells["end"] > spells["status_from"]).all()


def test_spells_of_one_booking_that_touch_share_the_boundary_day(spells):
    following = spells.groupby("booking_number")[["status_from", "entry_reason", "legal_status"]].shift(-1)
    changed = spells["exit_reason"].isin(("STATUS_CHANGE", "SENTENCED")) & following["status_from"].notna()
    touching = changed & following["entry_reason"].isin(("TRANSFER", "STATUS_CHANGE", "SENTENCE"))
    assert touching.sum() > 100
    assert (spells.loc[touching, "end"] == following.loc[touching, "status_from"]).all()
    moved = touching & (following["entry_reason"] == "TRANSFER")
    assert (spells.loc[moved, "legal_status"] == following.loc[moved, "legal_status"]).all()


def test_spell_sequence_counts_from_one_in_order_of_time(spells):
    in_booking = spells.sort_values(["booking_number", "spell_sequence"])
    assert (in_booking.groupby("booking_number").cumcount() + 1 == in_booking["spell_sequence"]).all()
    assert in_booking.groupby("booking_number")["status_from"].is_monotonic_increasing.all()
    assert in_booking.groupby("booking_number")["noms_number"].nunique().eq(1).all()


def test_open_spells_have_no_exit_and_closed_ones_have(spells):
    assert (spells["status_to"].isna() == spells["exit_reason"].isna()).all()


def test_true_days_are_the_days_of_the_remand_spells(true_world, spells):
    last = pd.Timestamp(true_world.parameters.end_date)
    remand = spells[spells["legal_status"].isin(REMAND)]
    days = (remand["end"].clip(upper=last) - remand["status_from"]).dt.days
    episodes = true_world.truth["remand_episodes"]
    by_person = days.groupby(remand["_person"]).sum()
    assert by_person.to_dict() == episodes.groupby("true_person_id")["days_net"].sum().to_dict()
    untried = days[remand["legal_status"] == "UNTRIED"].sum()
    assert untried == episodes["days_untried"].sum()


def test_true_episodes_add_up(true_world):
    episodes = true_world.truth["remand_episodes"]
    last = pd.Timestamp(true_world.parameters.end_date)
    assert (episodes["days_net"] == episodes["days_untried"] + episodes["days_convicted_unsentenced"]).all()
    whole = (episodes["exit_date"].fillna(last) - episodes["entry_date"]).dt.days
    assert (whole == episodes["days_net"] + episodes["days_bail_gap"]).all()
    assert (episodes["exit_date"].isna() == episodes["is_open"]).all()
    assert set(episodes.loc[episodes["is_open"], "outcome"]) == {"pending"}
    assert episodes["defendant_id"].is_unique
    assert (episodes["days_bail_gap"] > 0).any()


def test_court_remand_decisions_agree_with_prison(true_world):
    """Held from a hearing that remands in custody to the next hearing: the same days as the prison has."""
    feeds = true_world.feeds
    last = pd.Timestamp(true_world.parameters.end_date)
    listed = feeds["hmcts/hearing_defendants"].merge(
        feeds["hmcts/hearings"][["hearing_id", "hearing_date"]], on="hearing_id"
    )
    listed["held"] = listed["bail_status"].isin(("C", "S"))
    # on a day with two hearings the later decision counts: custody is given up last or taken up last in the diary
    daily = listed.groupby(["defendant_id", "hearing_date"], sort=True)["held"].last().reset_index()
    following = daily.groupby("defendant_id")["hearing_date"].shift(-1).fillna(last)
    days = (following - daily["hearing_date"]).dt.days.where(daily["held"], 0)
    court = days.groupby(daily["defendant_id"]).sum()
    episodes = true_world.truth["remand_episodes"].set_index("defendant_id")
    agree = court.reindex(episodes.index) == episodes["days_net"]
    assert agree.all()
    assert court[~court.index.isin(episodes.index)].sum() == 0


def test_custody_time_limits_run_from_custody_and_extensions_reach_beyond_them(true_world):
    listed = true_world.feeds["hmcts/hearing_defendants"]
    limited = listed[listed["ctl_expiry_date"].notna()]
    assert limited["bail_status"].isin(("C", "S")).all()
    extended = limited[limited["ctl_extended_to"].notna()]
    assert len(extended) > 20
    assert (extended["ctl_extended_to"] > extended["ctl_expiry_date"]).all()


def test_prison_sentences_match_what_the_court_passed(true_world):
    sentencing = true_world.truth["sentencing"].set_index("defendant_id")
    custody = sentencing[sentencing["disposal_type"] == "determinate_custody"]
    terms = true_world.feeds["prison/sentences"]
    months = terms["length_years"] * 12 + terms["length_months"] + terms["length_days"].astype(float) / 30.4375
    longest = months.groupby([terms["_person"], terms["sentence_date"]]).max()
    keys = list(zip(custody["true_person_id"], custody["sentence_date"], strict=True))
    served = longest.reindex(pd.MultiIndex.from_tuples(keys))
    found = served.notna().to_numpy()
    assert found.mean() > 0.75, "only those whose time on remand outlasted the sentence are never received"
    difference = (served[found].to_numpy(dtype=float) - custody["custody_length_months"][found].to_numpy()).round(2)
    assert (abs(difference) <= 0.05).all()


def test_recalls_come_after_a_release_from_sentence(spells):
    recalled = spells[(spells["legal_status"] == "RECALL") & (spells["entry_reason"] == "RECALL")]
    assert len(recalled) > 20
    released = spells[spells["legal_status"] == "SENTENCED"].groupby("booking_number")["end"].max()
    known = released.reindex(recalled["booking_number"]).dropna()
    assert (recalled.set_index("booking_number").loc[known.index, "status_from"] >= known).all()
