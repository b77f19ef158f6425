"""Identifiers the simulation issues are valid by the agencies' own rules (design vectors and check letters)."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.simulation.identifiers import (
    CHECK_LETTERS,
    arrest_summons_numbers,
    cro_numbers,
    crown_case_numbers,
    distinct_serials,
    noms_numbers,
    pnc_ids,
    uuids,
)


@pytest.mark.parametrize(
    ("year", "serial", "expected"),
    [
        (1981, 34, "1981/0000034U"),
        (2002, 73319, "2002/0073319Z"),
        (2000, 223, "2000/0000223R"),
        (1979, 163001, "1979/0163001B"),
        (1967, 9893091, "1967/9893091D"),
        (2004, 712343, "2004/0712343W"),
    ],
)
def test_pnc_ids_have_the_published_check_letters(year, serial, expected):
    assert pnc_ids([year], [serial]) == [expected]


def test_cro_and_asn_have_the_published_check_letters():
    assert cro_numbers([1991, 2021], [65656, 265416]) == ["065656/91H", "265416/21G"]
    assert arrest_summons_numbers([1997], ["00"], ["00"], "00", [123456]) == ["9700000000000123456K"]
    assert arrest_summons_numbers([2022], ["FD"], ["11"], "22", [123456]) == ["22FD112200001234560X".replace(
        "00001234560X", "00000123456" + CHECK_LETTERS[int("22" + "22" + "00000123456") % 23]
    )]  # fmt: skip


@given(st.integers(1950, 2026), st.integers(1, 9_999_999))
def test_pnc_check_ignores_the_century(year, serial):
    assert pnc_ids([year], [serial])[0][-1] == pnc_ids([year % 100 + 2100], [serial])[0][-1]


@given(st.lists(st.integers(0, 23**3 * 10_000 - 1), min_size=2, max_size=30, unique=True))
def test_prison_numbers_are_distinct_for_distinct_serials(serials):
    assert len(set(noms_numbers(serials))) == len(serials)


def test_ids_come_from_the_stream_alone():
    assert uuids(np.random.default_rng(1), 3) == uuids(np.random.default_rng(1), 3)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuids(
        np.random.default_rng(2), 1
    )[0])  # fmt: skip


def test_too_many_distinct_serials_are_refused():
    with pytest.raises(ValueError, match="widen the range"):
        distinct_serials(np.random.default_rng(1), 11, 11)


def test_crown_case_numbers_are_spelt_as_the_court_spells_them():
    assert crown_case_numbers(["T"], [2021], [7001]) == ["T20217001"]


PATTERNS = {
    ("hmcts/defendants", "pnc_id"): r"(19|20)\d{2}/\d{7}[A-HJ-NP-RT-Z]",
    ("hmcts/defendants", "cro_number"): r"\d{6}/\d{2}[A-HJ-NP-RT-Z]",
    ("police/custody_records", "arrest_summons_number"): r"\d{2}[A-Z0-9]{6}\d{11}[A-HJ-NP-RT-Z]",
    ("prison/prisoners", "noms_number"): r"[A-Z]\d{4}[A-Z]{2}",
    ("probation/orders", "crn"): r"[A-Z]\d{6}",
    ("hmcts/cases", "ptiurn"): r"[A-Z0-9]{4}\d{7}",
    ("hmcts/cases", "crown_case_number"): r"[TSA]20\d{2}\d{4}",
    ("hmcts/defendants", "postcode"): r"[A-Z][A-HJ-Y]?\d[A-Z\d]? \d[A-Z]{2}",
    ("laa/representation_orders", "maat_id"): r"\d{7}",
}


@pytest.mark.parametrize(("feed", "column"), PATTERNS, ids="|".join)
def test_identifiers_in_feeds_have_their_shape(feed, column, true_world):
    values = true_world.feeds[feed][column].dropna()
    assert len(values) > 100
    wrong = values[~values.str.fullmatch(PATTERNS[feed, column])]
    assert wrong.empty, wrong.head().tolist()


def test_check_letters_in_feeds_are_right(true_world):
    for value in true_world.feeds["hmcts/defendants"]["pnc_id"].dropna():
        assert CHECK_LETTERS[int(value[2:4] + value[5:12]) % 23] == value[-1]
    for value in true_world.feeds["police/custody_records"]["arrest_summons_number"].dropna():
        assert CHECK_LETTERS[int(value[2:4] + value[6:8] + value[:2] + value[8:19]) % 23] == value[-1]


def test_identifiers_belong_to_one_person(true_world):
    persons = true_world.truth["persons"]
    for column in ("pnc_id", "noms_number", "crn", "cro_number"):
        assert persons[column].dropna().is_unique, column
    born = persons["date_of_birth"].dt.year
    year = persons["pnc_id"].str[:4].astype(float)
    assert (year.dropna() >= born[year.notna()] + 8).all()
    assert true_world.feeds["hmcts/cases"]["ptiurn"].is_unique
