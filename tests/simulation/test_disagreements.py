"""Agencies that contradict each other: only the records listed change, and everything else stays as it was."""

from __future__ import annotations

from dataclasses import fields, replace

import pandas as pd
import pytest

from orchestration.settings import Settings
from orchestration.simulation import DirtParameters
from orchestration.simulation.disagreements import KEYS, with_disagreements
from orchestration.simulation.model import CREATED_COLUMN, World, WorldParameters
from orchestration.simulation.world import simulate_world

KINDS = (
    "reception_missing", "release_missing", "sentence_missing", "sentence_length_wrong", "sentence_type_wrong",
    "status_wrong", "outcome_wrong", "prosecution_missing", "order_missing", "order_type_wrong", "legal_aid_missing",
    "legal_aid_without_case", "reference_wrong", "results_missing",
)  # fmt: skip
NEVER_ENTERED = {kind for kind in KINDS if kind.endswith("_missing")} - {"release_missing"}
MANY = replace(DirtParameters.zero(), **dict.fromkeys(KINDS, 0.3))


@pytest.fixture(scope="module")
def world() -> World:
    reference_dir = Settings.from_environment().reference_dir
    return simulate_world(
        WorldParameters(defendants=2_000, months=14, seed=4, reference_dir=reference_dir, single_justice_share=0.4)
    )


@pytest.fixture(scope="module")
def struck(world: World) -> tuple[World, pd.DataFrame]:
    return with_disagreements(world, MANY, 4)


def keyed(frame: pd.DataFrame, feed: str) -> pd.DataFrame:
    return frame.set_index(frame[list(KEYS[feed])].astype("str").agg("|".join, axis=1))


def test_every_kind_is_a_share_of_the_dirt_and_happens(struck):
    assert set(KINDS) <= {item.name for item in fields(DirtParameters)}
    assert set(struck[1]["kind"]) == set(KINDS)


def test_without_dirt_the_world_stays_as_it_is(world):
    same, listed = with_disagreements(world, DirtParameters.zero(), 4)
    assert listed.empty
    for key, frame in world.feeds.items():
        pd.testing.assert_frame_equal(same.feeds[key], frame)


def test_the_same_seed_strikes_the_same_records_and_leaves_the_world_given_alone(world, struck):
    before = {key: frame.copy() for key, frame in world.feeds.items()}
    _, again = with_disagreements(world, MANY, 4)
    pd.testing.assert_frame_equal(again, struck[1])
    for key, frame in before.items():
        pd.testing.assert_frame_equal(world.feeds[key], frame)


def test_only_listed_records_changed_and_every_listed_record_did(world, struck):
    spoiled, listed = struck
    for feed, frame in world.feeds.items():
        now = spoiled.feeds[feed]
        assert len(now) == len(frame), f"{feed}: a row more or less would move the chances of all others"
        changed = ~(now.eq(frame) | (now.isna() & frame.isna())).all(axis=1)
        if feed not in KEYS:
            assert not changed.any(), feed
            continue
        records = set(keyed(frame[changed], feed).index)
        own = set(listed.loc[listed["feed"] == feed, "record_key"])
        if feed == "prison/sentences":
            # the sentences of a booking that was never entered are missing with it
            bookings = set(listed.loc[listed["kind"] == "reception_missing", "record_key"].str.split("|").str[0])
            records = {record for record in records if record.split("|")[0] not in bookings}
        assert records == own, feed


def test_records_never_entered_are_never_delivered_and_the_others_are(struck):
    spoiled, listed = struck
    for (kind, feed), lines in listed.groupby(["kind", "feed"]):
        created = keyed(spoiled.feeds[feed], feed).loc[lines["record_key"], CREATED_COLUMN]
        assert created.isna().all() if kind in NEVER_ENTERED else created.notna().all(), kind


def test_nobody_is_struck_twice(struck):
    kinds = struck[1].groupby("true_person_id")["kind"].nunique()
    assert (kinds == 1).all()


def test_a_wrong_reference_is_no_cases(world, struck):
    spoiled, listed = struck
    records = listed.loc[listed["kind"] == "reference_wrong", "record_key"]
    wrong = keyed(spoiled.feeds["police/custody_records"], "police/custody_records").loc[records, "ptiurn"]
    assert not wrong.isin(world.feeds["hmcts/cases"]["ptiurn"]).any()
    assert wrong.str.fullmatch(r"[0-9]{2}[A-Z]{2}[0-9]{7}").all()
