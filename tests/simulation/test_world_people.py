"""People in the world are people: one identity each, twins, families, moves, and nobody twice in one case."""

from __future__ import annotations

import pandas as pd

from orchestration.simulation.truth import RECORD_KEYS


def test_every_person_record_has_its_true_person(true_world):
    records = true_world.truth["person_records"]
    assert not records.duplicated(["agency", "feed", "record_key"]).any()
    assert set(records["true_person_id"]) == set(true_world.truth["persons"]["true_person_id"])
    assert set(records["agency"] + "/" + records["feed"]) == set(RECORD_KEYS)


def test_records_of_one_person_agree_with_the_person(true_world):
    people = true_world.truth["persons"].set_index("true_person_id")
    defendants = true_world.feeds["hmcts/defendants"]
    named = defendants[defendants["_person"] >= 0]
    who = people.loc[named["_person"]]
    assert (named["surname"].to_numpy() == who["surname"].to_numpy()).all()
    assert (named["date_of_birth"].to_numpy() == who["date_of_birth"].to_numpy()).all()
    homes = (named["postcode"].to_numpy() == who["postcode"].to_numpy()) | (
        named["postcode"].to_numpy() == who["previous_postcode"].to_numpy()
    )
    assert homes.all()
    assert who["moved_on"].notna().any()


def test_organisations_are_nobody(true_world):
    defendants = true_world.feeds["hmcts/defendants"]
    organisations = defendants[defendants["defendant_type"] == "O"]
    assert len(organisations) > 10
    assert (organisations["_person"] == -1).all()
    assert organisations[["surname", "forename", "date_of_birth", "pnc_id", "postcode"]].isna().all(axis=None)
    assert organisations["organisation_name"].notna().all()


def test_twins_share_everything_but_the_forename(true_world):
    people = true_world.truth["persons"].set_index("true_person_id")
    twins = people[(people["twin_of"] >= 0) & people["twin_of"].isin(people.index)]
    assert len(twins) > 20
    other = people.loc[twins["twin_of"]]
    for column in ("surname", "date_of_birth", "postcode"):
        assert (twins[column].to_numpy() == other[column].to_numpy()).all(), column
    assert (twins["forename_1"].to_numpy() != other["forename_1"].to_numpy()).all()


def test_families_share_surname_and_home(true_world):
    people = true_world.truth["persons"]
    families = people[people["household"] >= 0].groupby("household")
    shared = families.filter(lambda family: len(family) > 1).groupby("household")
    assert len(shared) > 50
    assert shared["surname"].nunique().eq(1).all()
    assert shared["postcode"].nunique().eq(1).all()


def test_nobody_is_twice_in_a_case(true_world):
    defendants = true_world.feeds["hmcts/defendants"]
    cases = true_world.feeds["hmcts/cases"].set_index("case_id")["merged_into_case_id"].dropna()
    root = defendants["case_id"]
    while root.isin(cases.index).any():
        root = root.map(cases).fillna(root)
    named = defendants["_person"] >= 0
    assert not pd.DataFrame({"case": root[named], "person": defendants.loc[named, "_person"]}).duplicated().any()


def test_offenders_were_ten_or_older(true_world):
    custody = true_world.feeds["police/custody_records"]
    age = (custody["offence_date"] - custody["date_of_birth"]).dt.days / 365.25
    assert age.min() >= 10
    charged = true_world.feeds["hmcts/offences"].merge(true_world.feeds["hmcts/defendants"], on="defendant_id")
    at_offence = (charged["offence_start_date"] - charged["date_of_birth"]).dt.days / 365.25
    assert at_offence.dropna().min() >= 10


def test_people_come_back_unequally(true_world):
    custody = true_world.feeds["police/custody_records"].drop_duplicates(["force_code", "custody_number"])
    times = custody["_person"].value_counts()
    assert times.max() >= 5
    assert (times == 1).mean() > 0.5
