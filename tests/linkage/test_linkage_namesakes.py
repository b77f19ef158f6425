"""Namesakes, fathers and sons, and people of several names: the kinds that public bug reports of linkage are about."""

import pytest
from records_of import groups, linked

from orchestration.linkage.matching.rules import TWINS, conflicts

ALI = {"surname": "Ali", "forename": "Mohammed", "date_of_birth": "1990-01-01"}
CITIES = ("B8 1HN", "BD3 9PD", "E1 4NS", "M14 5RR")


def in_court_and_at_the_cps(person, case, postcode):
    """Two records of one case: the court's has an address, the prosecutor's has none."""
    reference = {"ptiurn": f"01AA{case:05}24"}
    return [person | reference | {"postcode": postcode}, person | reference | {"agency": "cps", "feed": "defendants"}]


def test_people_of_one_common_name_with_the_birth_date_of_people_without_papers_are_not_one():
    """Four men, four cities, no identifier. The prosecutor's records say the same of all four, and tie none."""
    rows = [row for case, place in enumerate(CITIES) for row in in_court_and_at_the_cps(ALI, case, place)]
    assert groups(linked(*rows)) == [{0, 1}, {2, 3}, {4, 5}, {6, 7}]


def test_one_of_them_met_again_at_home_is_the_same_man():
    rows = [
        *in_court_and_at_the_cps(ALI, 1, CITIES[0]),
        *in_court_and_at_the_cps(ALI, 2, CITIES[1]),
        *in_court_and_at_the_cps(ALI, 3, CITIES[0]),
    ]
    assert groups(linked(*rows)) == [{0, 1, 4, 5}, {2, 3}]


def test_so_is_one_with_the_same_identifier_wherever_he_lives():
    rows = [ALI | {"postcode": place, "pnc_id": "2001/0171310W"} for place in CITIES[:2]]
    assert groups(linked(*rows, ALI | {"postcode": CITIES[2]})) == [{0, 1}, {2}]


def test_two_valid_pnc_ids_are_two_people_whatever_else_agrees():
    smith = {"surname": "Smith", "forename": "David", "date_of_birth": "1979-05-09", "postcode": "LS6 2AB"}
    rows = [smith | {"pnc_id": "2001/0171310W"}, smith | {"pnc_id": "1999/0765433Y"}]
    result = linked(*rows)
    assert groups(result) == [{0}, {1}]
    assert result.summary.resolution.conflicts["two PNC ids"] == 1


GRANTCHESTER = {"surname": "Grantchester", "forename": "Nigel", "postcode": "TR7 1EX"}


@pytest.mark.parametrize(
    ("one", "other", "persons"),
    [
        pytest.param("1961-04-02", "1989-04-02", 2, id="28 years"),
        pytest.param("1961-04-02", "1975-04-02", 2, id="14 years, the least of a generation"),
        pytest.param("1961-04-02", "1981-04-02", 1, id="20 years: one digit, a slip"),
        pytest.param("1969-04-02", "1996-04-02", 1, id="27 years: the digits exchanged, a slip"),
        pytest.param("1961-04-02", "1962-04-02", 1, id="one year, a slip"),
    ],
)
def test_father_and_son_of_one_name_house_and_birthday_are_two(one, other, persons):
    rows = [GRANTCHESTER | {"date_of_birth": one}, GRANTCHESTER | {"date_of_birth": other}]
    assert len(groups(linked(*rows))) == persons


def test_an_identifier_in_common_is_one_man_with_a_wrong_birth_date():
    rows = [GRANTCHESTER | {"date_of_birth": day, "pnc_id": "2001/0171310W"} for day in ("1961-04-02", "1989-04-02")]
    assert groups(linked(*rows)) == [{0, 1}]


TERENCE = {"surname": "Ravensdale", "forename": "Terence", "date_of_birth": "1974-11-04", "postcode": "BS3 4DD"}
TOMASZ = {"surname": "Kowalczyk", "forename": "Tomasz", "date_of_birth": "1974-11-04", "postcode": "LE1 5FF"}


@pytest.mark.parametrize(
    "number", [{"pnc_id": "1999/0765433Y"}, {"cro_number": "065656/91H"}, {"noms_number": "A1234AA"}]
)
def test_one_number_and_one_birth_date_under_other_names_is_an_alias(number):
    result = linked(TERENCE | number, TOMASZ | number)
    assert groups(result) == [{0, 1}]
    assert set(result.links["join_method"].to_pylist()) == {"identifier"}


def test_a_number_alone_may_have_been_typed_onto_a_stranger():
    pnc = {"pnc_id": "1999/0765433Y"}
    assert groups(linked(TERENCE | pnc, TOMASZ | pnc | {"date_of_birth": "1990-02-11"})) == [{0}, {1}]


def test_a_number_typed_onto_a_brother_makes_no_one_of_two():
    pnc = {"pnc_id": "1999/0765433Y"}
    brother = TERENCE | {"forename": "Adam", "date_of_birth": "1977-02-11"}
    assert groups(linked(TERENCE | pnc, brother | pnc)) == [{0}, {1}]


def test_people_are_called_null():
    jennifer = {"surname": "Null", "forename": "Jennifer", "date_of_birth": "1982-10-30"}
    rows = [
        *in_court_and_at_the_cps(jennifer, 1, "CB4 2HY"),
        *in_court_and_at_the_cps(jennifer, 2, "CB1 3AA"),
        *in_court_and_at_the_cps(jennifer | {"surname": "Unknown"}, 3, "LS6 2AB"),
    ]
    assert groups(linked(*rows)) == [{0, 1, 2, 3}, {4, 5}]


def test_twins_are_a_matter_of_justice_records_alone():
    """On address files and lists of historical people every firing of the rule was wrong: one surname and birth date
    with two forenames is there a second forename, a nickname or a spelling."""
    assert TWINS in conflicts(is_cautious=True)
    assert TWINS not in conflicts(is_cautious=False)
    assert set(conflicts(is_cautious=True)) - set(conflicts(is_cautious=False)) == {TWINS}
