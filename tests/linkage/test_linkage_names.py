"""Standard names: every way of writing one name comes to one form, and different names stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.linkage.matching.names import (
    formal_forenames,
    is_listed,
    sound,
    standard_given_names,
    standard_surname,
)


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("Smith", "SMITH"),
        ("  smith ", "SMITH"),
        ("O'Brien", "OBRIEN"),
        ("O’Brien", "OBRIEN"),
        ("O BRIEN", "OBRIEN"),
        ("Mc Donald", "MCDONALD"),
        ("Smith-Jones", "SMITH JONES"),
        ("Smith - Jones", "SMITH JONES"),
        ("Núñez", "NUNEZ"),
        ("Łukasiewicz", "LUKASIEWICZ"),
        ("Sørensen", "SORENSEN"),
        ("Mr Smith", "SMITH"),
        ("Smith Jnr.", "SMITH"),
        ("van der Berg", "VAN DER BERG"),
        ("Unknown", None),
        ("N/K", None),
        ("xxx", None),
        ("-", None),
        ("", None),
        (None, None),
    ],
)
def test_a_surname_has_one_standard_form(written, standard):
    assert standard_surname(written) == standard


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("John", "JOHN"),
        ("MR JOHN PAUL", "JOHN PAUL"),
        ("Mr", None),
        ("Mary-Ann", "MARY ANN"),
        ("Jean (aka Jeannie)", "JEAN"),
        ("J.", "J"),
        ("Not Known", None),
        ("NO NAME GIVEN", None),
    ],
)
def test_given_names_have_one_standard_form(written, standard):
    assert standard_given_names(written) == standard


@given(st.text(max_size=30))
def test_standardising_twice_changes_nothing_more(written):
    once = standard_surname(written)
    assert standard_surname(once) == once or once is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BILL", "WILLIAM"),
        ("BILLY", "WILL"),
        ("MUHAMMAD", "MOHAMMED"),
        ("KATE", "CATHERINE"),
        ("STEVEN", "STEPHEN"),
        ("TEDDY", "EDWARD"),
        ("SAUEL", "SAM"),  # a slip for SAMUEL
        ("BRADNON", "BRANDON"),
    ],
)
def test_nicknames_variants_and_slips_may_be_one_forename(one, other):
    assert set(formal_forenames(one)) & set(formal_forenames(other))


@pytest.mark.parametrize(
    ("one", "other"), [("PAUL", "PETER"), ("JOHN", "SEAN"), ("MARK", "MARY"), ("ADAM", "AIDAN"), ("JACK", "JAMES")]
)
def test_different_forenames_stay_different(one, other):
    assert not set(formal_forenames(one)) & set(formal_forenames(other))


def test_an_initial_stands_for_no_particular_forename():
    assert formal_forenames("J") == ()


def test_an_unlisted_forename_stands_for_itself():
    assert formal_forenames("ZXQVOR") == ("ZXQVOR",)
    assert not is_listed("ZXQVOR")


@pytest.mark.parametrize(
    ("one", "other"),
    [("STEPHENS", "STEVENS"), ("KHAN", "KAHN"), ("SMITH", "SMYTH"), ("CLARKE", "CLARK"), ("CATHERINE", "KATHRYN")],
)
def test_names_that_sound_alike_share_a_sound(one, other):
    assert sound(one) == sound(other)


def test_names_that_do_not_sound_alike_do_not():
    assert len({sound(name) for name in ("SMITH", "JONES", "TAYLOR", "PATEL", "WILLIAMS")}) == 5
