"""Spoiled values are wrong in the way they claim to be: forms stay valid, mistypes fail their check letter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.simulation import text_errors
from orchestration.simulation.dirt_plan import DirtParameters

SEEDS = st.integers(0, 10_000)
PNCS = st.builds(
    lambda year, serial: f"{year}/{serial:07d}{text_errors.CHECK_LETTERS[(year % 100 * 10**7 + serial) % 23]}",
    st.integers(1950, 2026),
    st.integers(1, 9_999_999),
)


def passes_check(pnc: str) -> bool:
    """The rule of the police standard: letter = alphabet[int(YY + serial of seven digits) mod 23]."""
    year, serial = pnc.split("/")
    return serial[-1] == text_errors.CHECK_LETTERS[int(year[-2:] + serial[:-1].zfill(7)) % 23]


@given(PNCS, SEEDS)
def test_a_mistyped_pnc_always_fails_its_check_letter(pnc, seed):
    wrong = text_errors.wrong_check_letter(pnc, np.random.default_rng(seed))
    assert len(wrong) == len(pnc)
    assert not passes_check(wrong)


@given(PNCS, SEEDS)
def test_a_pnc_in_another_form_is_the_same_number(pnc, seed):
    form = text_errors.pnc_display_form(pnc, np.random.default_rng(seed)).strip().upper()
    if "/" in form:
        assert passes_check(form)
        assert form.split("/")[1].zfill(8) == pnc.split("/")[1]
        assert pnc.split("/")[0].endswith(form.split("/")[0])
    else:
        assert form == pnc.replace("/", "")


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=15), SEEDS)
def test_a_typo_is_one_slip(name, seed):
    wrong = text_errors.typo(name.title(), np.random.default_rng(seed))
    assert abs(len(wrong) - len(name)) <= 1
    assert wrong


def test_the_placeholders_pass_their_check_so_that_only_knowing_them_helps():
    assert passes_check(text_errors.PLACEHOLDER_PNC)
    assert text_errors.PLACEHOLDER_CRO == "000000/00Z"


@pytest.mark.parametrize("seed", range(20))
def test_another_form_of_an_asn_keeps_year_force_sequence_and_letter(seed):
    asn = "2601AA0100000012345K"
    form = text_errors.asn_display_form(asn, np.random.default_rng(seed)).upper()
    if "/" in form:
        year, unit, system, last = form.split("/")
        assert year + unit + system + last[:-1].zfill(11) + last[-1] == asn
    else:
        assert form == asn


def test_a_move_keeps_the_town_and_a_nickname_belongs_to_the_name():
    rng = np.random.default_rng(1)
    assert text_errors.moved_postcode("SW1A 1AA", rng).startswith("SW1A ")
    assert text_errors.nickname("William John", rng).split()[0] in {"Will", "Bill", "Billy", "Liam"}
    assert text_errors.nickname("Xylophone", rng) == "Xylophone"
    assert text_errors.half_of_double_barrel("Smith", rng) == "Smith"


def test_scaled_dirt_is_capped_and_zero_dirt_is_none():
    assert DirtParameters().scaled(2).name_typo == pytest.approx(2 * DirtParameters().name_typo)
    assert DirtParameters().scaled(1000).identifier_missing == 1
    assert DirtParameters().scaled(0).name_typo == 0 and DirtParameters.zero().name_typo == 0
    assert DirtParameters().scaled(0).corrected_share == DirtParameters().corrected_share


def test_a_share_that_is_none_is_refused_by_name():
    with pytest.raises(ValueError, match=r"name_typo is 1\.5"):
        DirtParameters(name_typo=1.5)
