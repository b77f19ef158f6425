"""Who is and who is not one person: the cases a caseworker would give."""

from records_of import groups, linked

JOHN = {
    "surname": "Ravenshaw",
    "forename": "John",
    "middle_names": "Peter",
    "date_of_birth": "1988-03-14",
    "postcode": "LS6 2AB",
}


def test_the_same_details_twice_are_one_person():
    assert groups(linked(JOHN, JOHN)) == [{0, 1}]


def test_a_nickname_a_slip_and_capitals_do_not_part_a_person():
    variants = (
        JOHN,
        JOHN | {"forename": "JOHNNY", "middle_names": None},
        JOHN | {"surname": "RAVENSHAW", "forename": "Jhon"},
        JOHN | {"surname": "Ravenshw"},
        JOHN | {"forename": "Mr", "middle_names": "John Peter"},
    )
    assert groups(linked(*variants)) == [{0, 1, 2, 3, 4}]


def test_swapped_names_and_a_swapped_date_do_not_part_a_person():
    variants = (
        JOHN,
        JOHN | {"surname": "John", "forename": "Ravenshaw"},
        JOHN | {"date_of_birth": "1988-03-12"},
        JOHN | {"date_of_birth": "1988-12-03"},
        JOHN | {"date_of_birth": "1988-01-01"},
    )
    assert groups(linked(*variants)) == [{0, 1, 2, 3, 4}]


def test_half_of_a_double_barrelled_name_is_the_same_person():
    double = JOHN | {"surname": "Ravenshaw-Pike"}
    assert groups(linked(double, JOHN, JOHN | {"surname": "Ravenshaw Pike"})) == [{0, 1, 2}]


def test_a_common_name_alone_is_not_enough():
    smith = {"surname": "Smith", "forename": "David", "date_of_birth": "1990-01-01"}
    assert groups(linked(smith, smith | {"agency": "laa"})) == [{0}, {1}]


def test_twins_never_merge_even_with_one_address_case_and_identifier():
    twin = JOHN | {"forename": "Adam", "middle_names": None}
    case = {"ptiurn": "13AA1234525"}
    pnc = {"pnc_id": "2005/0712343W"}
    result = linked(JOHN | case | pnc, JOHN | case, twin | case | pnc, twin | case)
    assert groups(result) == [{0, 1}, {2, 3}]
    assert result.summary.resolution.conflicts["twins: one surname and birth date, two forenames"] > 0


def test_a_record_that_fits_both_twins_joins_at_most_one():
    twin = JOHN | {"forename": "Adam", "middle_names": None, "noms_number": "A1234AA"}
    unsure = JOHN | {"forename": None, "middle_names": None, "noms_number": "A1234AA"}
    found = groups(linked(JOHN, JOHN | {"agency": "cps"}, twin, unsure))
    assert not any({0, 2} <= group for group in found)


def test_a_group_that_hangs_on_one_record_is_built_up_again_from_its_strongest_link():
    """Fiona Ravenshaw became Fiona Dunmore, one home, birth date and case. Another Fiona Dunmore, of another birth date
    and home, left the same e-mail address, and the court platform took her for the first. Each link is above the
    threshold and no rule is against any pair; but the first Fiona and the last have nothing but a forename in common,
    and a group is worth what its least pair is."""
    maiden = {"surname": "Ravenshaw", "forename": "Fiona", "date_of_birth": "1971-04-24", "postcode": "LS6 2AB"}
    married = maiden | {"surname": "Dunmore"}
    case = {"ptiurn": "13AA1234525"}
    taken_for_one = {"email": "dunmores@example.org", "master_defendant_id": "f1"}
    other = married | {"date_of_birth": "1986-05-06", "postcode": "LS9 5AB"}
    by_itself = linked(married | case | taken_for_one, other | taken_for_one)
    assert groups(by_itself) == [{0, 1}], "the weaker link would stand alone"
    result = linked(maiden | case, married | case | taken_for_one, other | taken_for_one)
    assert result.summary.resolution.links == 2
    assert sum(result.summary.resolution.conflicts.values()) == 0
    assert groups(result) == [{0, 1}, {2}]


def test_twins_whose_names_are_nicknames_of_one_another_are_told_apart_by_their_identifiers():
    jamie = JOHN | {"forename": "Jamie", "middle_names": None, "pnc_id": "2005/0712343W"}
    james = JOHN | {"forename": "James", "middle_names": None, "pnc_id": "2006/0000012L"}
    assert groups(linked(jamie, james)) == [{0}, {1}]


def test_twins_with_names_alike_and_no_identifier_are_not_linked_on_the_name_alone():
    stuart = {"surname": "Ravenshaw", "forename": "Stuart", "date_of_birth": "1988-03-14", "postcode": "LS6 2AB"}
    assert groups(linked(stuart, stuart | {"forename": "Stewart"})) == [{0}, {1}]
    case = {"ptiurn": "13AA1234525"}
    assert groups(linked(stuart | case, stuart | case | {"forename": "Stewart"})) == [{0, 1}]


def test_nor_are_they_after_one_of_them_has_moved():
    stuart = {"surname": "Ravenshaw", "forename": "Stuart", "date_of_birth": "1988-03-14", "postcode": "LS6 2AB"}
    assert groups(linked(stuart, stuart | {"forename": "Stewart", "postcode": "LS6 9ZZ"})) == [{0}, {1}]


def test_where_a_john_and_a_jack_are_two_people_jon_is_no_jack():
    """Jack's record without identifier goes to Jack, though his new home is John's too, and Jon is near to both."""
    twin = {"surname": "Girford", "date_of_birth": "1981-04-13"}
    old, new = {"postcode": "L12 8AJ"}, {"postcode": "L12 9ZZ"}
    jack, john = twin | {"forename": "Jack"}, twin | {"forename": "John"}
    aaron = jack | {"middle_names": "Aaron"}
    rows = (
        jack | new,
        aaron | old | {"pnc_id": "2001/5510448G", "asn": "2431000000321140810A"},
        aaron | {"asn": "2431000000321140810A"},
        aaron | new | {"asn": "2432000007625245260A"},
        jack | {"asn": "2432000007625245260A"},
        jack | {"pnc_id": "2001/5510448G"},
        john | new | {"pnc_id": "2000/5035215J", "asn": "2439000007449621064A"},
        john | new | {"pnc_id": "2000/5035215J"},
        john | old | {"pnc_id": "2000/5035215J", "asn": "2415000003661545417A"},
        twin | {"forename": "Jon", "asn": "2439000007449621064A"},
    )
    assert groups(linked(*rows)) == [{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9}]


def test_what_a_person_is_called_is_enough_where_names_are_given_and_called():
    david = {"surname": "Ravenshaw", "forename": "David", "date_of_birth": "1988-03-14", "postcode": "LS6 2AB"}
    assert groups(linked(david, david | {"forename": "Dave"})) == [{0, 1}]


def test_one_name_and_home_without_a_birth_date_may_be_father_and_son():
    no_date = JOHN | {"middle_names": None, "date_of_birth": None}
    assert groups(linked(JOHN, no_date)) == [{0}, {1}]
    assert groups(linked(JOHN | {"cro_number": "065656/91H"}, no_date | {"cro_number": "065656/91H"})) == [{0, 1}]


def test_two_pnc_ids_and_two_birth_dates_part_a_pair_whatever_its_score():
    one = JOHN | {"pnc_id": "2005/0712343W", "ptiurn": "13AA1234525", "asn": "2513AA0100000001234A"}
    other = one | {"pnc_id": "2006/0000012L", "date_of_birth": "1988-03-15"}
    assert groups(linked(one, other)) == [{0}, {1}]


def test_two_noms_numbers_are_two_people():
    assert groups(linked(JOHN | {"noms_number": "A1234AA"}, JOHN | {"noms_number": "A1234AB"})) == [{0}, {1}]


def test_a_pnc_id_ties_a_person_to_an_alias():
    alias = {
        "surname": "Dunmore",
        "forename": "John",
        "date_of_birth": JOHN["date_of_birth"],
        "postcode": JOHN["postcode"],
        "pnc_id": "2005/0712343W",
    }
    result = linked(JOHN | {"pnc_id": "2005/0712343W"}, alias)
    assert groups(result) == [{0, 1}]
    assert set(result.links["join_method"].to_pylist()) == {"identifier"}


def test_father_and_son_of_one_name_and_home_are_two_people():
    son = JOHN | {"date_of_birth": "2006-11-25", "middle_names": None}
    father = JOHN | {"middle_names": None}
    assert groups(linked(father, father | {"agency": "cps"}, son, son | {"agency": "cps"})) == [{0, 1}, {2, 3}]


def test_brothers_charged_together_are_two_people():
    case = {"ptiurn": "13AA1234525"}
    brother = JOHN | {"forename": "Mark", "middle_names": None, "date_of_birth": "1991-07-02"}
    assert groups(linked(JOHN | case, brother | case)) == [{0}, {1}]


def test_placeholder_identifiers_link_nobody():
    people = [
        {
            "surname": surname,
            "forename": forename,
            "date_of_birth": date,
            "pnc_id": "2000/0000000Z",
            "postcode": "NF1 1NF",
        }
        for surname, forename, date in (
            ("Ravenshaw", "John", "1988-03-14"),
            ("Oakden", "Mary", "1975-08-30"),
            ("Tillotson", "Imran", "1999-12-02"),
        )
    ]
    assert len(groups(linked(*people))) == 3


def test_an_identifier_that_too_many_people_share_links_nobody():
    names = """
    Alan Abney, Barry Burdett, Colin Cromack, Derek Dunstall, Edwin Eldred, Frank Farrow, Gavin Gadsby, Howard Hobday,
    Ivan Ibbotson, Jerome Jephcott, Keith Kettle, Lionel Lomas
    """
    people = [
        {
            "surname": name.split()[1],
            "forename": name.split()[0],
            "date_of_birth": f"19{60 + number}-05-17",
            "pnc_id": "2005/0712343W",
        }
        for number, name in enumerate(names.split(","))
    ]
    result = linked(*people)
    assert len(groups(result)) == 12
    assert result.summary.neutralised["pnc_id"] == 12


def test_a_person_alone_is_a_singleton():
    result = linked(JOHN)
    assert result.links["join_method"].to_pylist() == ["singleton"]
    assert result.links["match_probability"].to_pylist() == [1.0]


def test_linking_nothing_gives_no_links():
    assert linked().links.num_rows == 0
