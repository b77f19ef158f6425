"""The reference lists hold together: shape, coverage, and the rules the models build on. Needs no other data."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.seeds.lists import KEYS, SEEDS_DIR, by_key, codes, properties, rows

HMCTS_REGIONS = {"London", "Midlands", "North East", "North West", "South East", "South West", "Wales"}
OFFENCE_GROUPS = {
    "violence_against_the_person", "sexual_offences", "robbery", "theft_offences", "criminal_damage_and_arson",
    "drug_offences", "possession_of_weapons", "public_order_offences", "miscellaneous_crimes_against_society",
    "fraud_offences", "summary_non_motoring", "summary_motoring",
}  # fmt: skip
DISPOSALS_BY_SEVERITY = [
    "life_or_indeterminate", "extended_or_special", "determinate_custody", "suspended_sentence", "community_sentence",
    "fine", "compensation", "conditional_discharge", "absolute_discharge", "other", "none",
]  # fmt: skip
LIFE_MONTHS = 1188
CENSUS_2021_ENGLAND_AND_WALES = 59_597_500

# The identify-remand clock as the design writes it down (counting_traps.md, 6.4).
CLOCK_START = codes(
    "4531 4560 4565 4004 4016 4001 4012 4588 4534 4537 4532 4535 4536 4539 4553 4561 4563 4564 4570 4571 4576"
)
CLOCK_CONTINUE = codes(
    "4506 5500 G 1046 3045 2007 3044 3056 1029 1021 5502 5501 2507 2511 2514 3007 3008 3011 3042 3054 3070 3072 3083 "
    "3091 3096 4005 4007 4008 4508 4509 4541 4554 4573 4584 4590 5601"
)
CLOCK_STOP = codes(
    "1002 1007 1024 1081 1115 1116 1015 1017 1018 1510 2004 2005 2006 2008 2050 2051 2053 2060 2061 2063 2064 2065 "
    "2066 2067 2068 4530 4542 4543 4014 4015 4017 4558 4559 4589 4572 4533 4538 4562 1501"
)
CLOCK_CUSTODIAL = codes("1002 1501 1510 1024 1007 1081 1509 1022 3058 1110 1003 1111")


@pytest.mark.parametrize("name", sorted(KEYS))
def test_keys_are_present_unique_and_sorted(name: str) -> None:
    keys = [tuple(row[column] for column in KEYS[name]) for row in rows(name)]
    assert all(all(key) for key in keys)
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert keys == sorted(keys)


@pytest.mark.parametrize("name", sorted(KEYS))
def test_files_are_clean_text(name: str) -> None:
    content = (SEEDS_DIR / f"{name}.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    for row in rows(name):
        assert None not in row, f"a row has more values than columns: {row}"
        assert all(value is not None and value == value.strip() for value in row.values()), row


def test_every_list_has_properties_and_every_property_a_list() -> None:
    files = {path.stem for path in SEEDS_DIR.glob("*.csv")}
    assert files == set(KEYS) == set(properties())


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_column_is_typed_and_described(name: str) -> None:
    """A column without a declared type would be guessed, and codes would lose their leading zeros."""
    header = list(rows(name)[0])
    seed = properties()[name]
    types = seed["config"]["column_types"]
    assert list(types) == header
    assert [column["name"] for column in seed["columns"]] == header
    assert all(column["description"].strip() for column in seed["columns"])
    assert all(types[column] in {"string", "date"} for column in KEYS[name])
    assert seed["description"].strip()


@pytest.mark.parametrize("name", sorted(KEYS))
def test_accepted_values_of_the_properties_are_the_values_in_use(name: str) -> None:
    """A value the properties allow and no row uses is a spelling mistake waiting to be copied."""
    for column in properties()[name]["columns"]:
        for test in column.get("data_tests", []):
            if "accepted_values" in test:
                allowed = set(test["accepted_values"]["arguments"]["values"])
                used = {row[column["name"]] for row in rows(name)} - {""}
                assert used == allowed, f"{name}.{column['name']}"


def test_forces_are_the_43_and_the_british_transport_police() -> None:
    forces = by_key("police_forces")
    assert len(forces) == 44
    assert {code for code, force in forces.items() if not force["region"]} == {"93"}
    assert {force["region"] for force in forces.values()} - {""} == HMCTS_REGIONS
    assert len({force["slug"] for force in forces.values()}) == 44
    assert forces["01"]["slug"] == "metropolitan"
    assert forces["48"]["slug"] == "city-of-london"
    assert all(re.fullmatch(r"\d\d", code) for code in forces)


def test_there_are_42_criminal_justice_areas_each_in_one_region() -> None:
    regions = {(f["criminal_justice_area"], f["region"]) for f in rows("police_forces") if f["criminal_justice_area"]}
    assert len(regions) == len({area for area, _ in regions}) == 42
    assert {(c["criminal_justice_area"], c["region"]) for c in rows("courts")} <= regions


def test_magistrates_courts_cover_every_area() -> None:
    courts = [court for court in rows("courts") if court["court_type"] == "MAGISTRATES"]
    areas = {force["criminal_justice_area"] for force in rows("police_forces")} - {""}
    assert len(courts) >= 120
    assert {court["criminal_justice_area"] for court in courts if not court["closed_on"]} == areas


def test_court_codes_say_their_type() -> None:
    for court in rows("courts"):
        assert re.fullmatch(r"[BC][A-Z0-9]{6}", court["court_ou_code"])
        assert court["court_ou_code"].endswith("00")
        assert court["court_type"] == {"B": "MAGISTRATES", "C": "CROWN"}[court["court_ou_code"][0]]


def test_court_area_is_where_the_court_is_not_the_digits_of_its_code() -> None:
    """The register files Welsh courts under Cheshire, and Barrow-in-Furness under Lancashire."""
    courts = by_key("courts")
    assert courts["C07MO00"]["criminal_justice_area"] == "North Wales"
    assert courts["C04BF00"]["criminal_justice_area"] == "Cumbria"
    assert courts["C62NG00"]["criminal_justice_area"] == "Gwent"


def test_every_published_crown_court_centre_has_one_court() -> None:
    centres = Counter(court["published_centre"] for court in rows("courts") if court["published_centre"])
    assert len(centres) == 69
    assert set(centres.values()) == {1}


def test_offences_cover_every_group() -> None:
    offences = rows("offences")
    groups = Counter(offence["offence_group"] for offence in offences)
    assert len(offences) >= 150
    assert set(groups) == OFFENCE_GROUPS
    assert min(groups.values()) >= 3


def test_offence_group_follows_category() -> None:
    """Summary offences are in the summary groups, whatever their subject; the ten others hold no summary offence."""
    summary = {"CS": "summary_non_motoring", "CM": "summary_motoring"}
    for offence in rows("offences"):
        is_summary_group = offence["offence_group"] in summary.values()
        assert is_summary_group == (offence["category"] in summary), offence
        if is_summary_group:
            assert offence["offence_group"] == summary[offence["category"]], offence


def test_imprisonable_means_a_maximum_and_magistrates_stop_at_six_months() -> None:
    for offence in rows("offences"):
        months = int(offence["max_sentence_months"])
        assert (offence["imprisonable"] == "Y") == (months > 0), offence
        assert months == LIFE_MONTHS or months <= 168, offence
        if offence["category"] in {"CS", "CM"}:
            assert months <= 6, offence


@pytest.mark.parametrize(
    ("code", "category", "group", "months"),
    [
        ("COML025", "CI", "violence_against_the_person", LIFE_MONTHS),
        ("OF61016", "CI", "violence_against_the_person", LIFE_MONTHS),
        ("OF61131", "CE", "violence_against_the_person", 60),
        ("OF61102", "CE", "violence_against_the_person", 60),
        ("CJ88116", "CS", "summary_non_motoring", 6),
        ("SX03001", "CI", "sexual_offences", LIFE_MONTHS),
        ("TH68010", "CE", "theft_offences", 84),
        ("TH68036", "CE", "theft_offences", 168),
        ("TH68023", "CI", "robbery", LIFE_MONTHS),
        ("MD71210", "CE", "drug_offences", 84),
        ("CJ88144", "CE", "possession_of_weapons", 48),
        ("RT88026", "CE", "miscellaneous_crimes_against_society", 24),
        ("FA06001", "CE", "fraud_offences", 120),
        ("CA03010", "CS", "summary_non_motoring", 0),
        ("RT88333", "CM", "summary_motoring", 6),
        ("RA88001", "CM", "summary_motoring", 0),
    ],
)
def test_well_known_offences(code: str, category: str, group: str, months: int) -> None:
    offence = by_key("offences")[code]
    assert (offence["category"], offence["offence_group"]) == (category, group)
    assert int(offence["max_sentence_months"]) == months


def test_single_justice_offences_are_there() -> None:
    """Summary, not imprisonable: television licence, speeding, no insurance, ticket byelaws, school attendance."""
    offences = by_key("offences")
    for code in ("CA03010", "RR84707", "RA88001", "VE94005", "RL05045", "ED96001"):
        assert offences[code]["category"] in {"CS", "CM"}
        assert offences[code]["imprisonable"] == "N"


def test_disposal_severity_is_the_order_of_the_marts() -> None:
    ranks = {(row["disposal_type"], row["severity_rank"]) for row in rows("result_codes") if row["disposal_type"]}
    assert [disposal for disposal, rank in sorted(ranks, key=lambda item: int(item[1]))] == DISPOSALS_BY_SEVERITY
    assert sorted(int(rank) for _, rank in ranks) == list(range(1, 12))
    assert all(not row["severity_rank"] for row in rows("result_codes") if not row["disposal_type"])


def test_a_result_is_final_exactly_when_it_disposes_of_the_charge() -> None:
    disposing = {"CONVICTED_SENTENCE", "ACQUITTED", "WITHDRAWN", "DIED"}
    for row in rows("result_codes"):
        assert (row["is_final"] == "true") == (row["outcome_effect"] in disposing), row
        assert bool(row["disposal_type"]) == (row["outcome_effect"] == "CONVICTED_SENTENCE"), row


def test_no_final_result_leaves_a_person_on_remand() -> None:
    assert [row for row in rows("result_codes") if row["is_final"] == "true" and row["remand_effect"]] == []


@pytest.mark.parametrize(
    ("code", "disposal", "effect"),
    [
        ("1002", "determinate_custody", "CONVICTED_SENTENCE"),
        ("1115", "suspended_sentence", "CONVICTED_SENTENCE"),
        ("1116", "community_sentence", "CONVICTED_SENTENCE"),
        ("1015", "fine", "CONVICTED_SENTENCE"),
        ("3012", "compensation", "CONVICTED_SENTENCE"),
        ("1018", "conditional_discharge", "CONVICTED_SENTENCE"),
        ("1017", "absolute_discharge", "CONVICTED_SENTENCE"),
        ("1057", "none", "CONVICTED_SENTENCE"),
        ("2004", "", "ACQUITTED"),
        ("2006", "", "ACQUITTED"),
        ("2050", "", "ACQUITTED"),
        ("2053", "", "WITHDRAWN"),
        ("2063", "", "WITHDRAWN"),
        ("2008", "", "WITHDRAWN"),
        ("2007", "", "ADJOURNED"),
        ("1507", "", "ORDER_CHANGE"),
        ("3117", "", "ANCILLARY"),
        ("4001", "", "SENT"),
        ("4560", "", "SENT"),
    ],
)
def test_well_known_results(code: str, disposal: str, effect: str) -> None:
    row = by_key("result_codes")[code]
    assert (row["disposal_type"], row["outcome_effect"]) == (disposal, effect)


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("4027", "CONDITIONAL_BAIL"),
        ("4530", "CONDITIONAL_BAIL"),
        ("4533", "CONDITIONAL_BAIL"),
        ("4028", "CUSTODY"),
        ("4531", "CUSTODY"),
        ("4058", "CUSTODY"),
        ("4560", "CUSTODY"),
        ("4047", "UNCONDITIONAL_BAIL"),
        ("4542", "UNCONDITIONAL_BAIL"),
        ("4558", "UNCONDITIONAL_BAIL"),
        ("4506", ""),
        ("4004", ""),
        ("4001", ""),
        ("4565", ""),
    ],
)
def test_remand_effects(code: str, effect: str) -> None:
    assert by_key("result_codes")[code]["remand_effect"] == effect


def test_the_prison_clock_is_complete() -> None:
    action = {row["cjs_result_code"]: row["clock_identify_remand"] for row in rows("result_codes")}
    assert {code for code, value in action.items() if value == "START"} == CLOCK_START
    assert {code for code, value in action.items() if value == "CONTINUE"} == CLOCK_CONTINUE
    assert {code for code, value in action.items() if value == "STOP"} >= CLOCK_STOP
    custodial = {row["cjs_result_code"] for row in rows("result_codes") if row["clock_stop_is_custodial"] == "true"}
    assert custodial == CLOCK_CUSTODIAL
    assert all((row["clock_stop_is_custodial"] != "") == (row["clock_identify_remand"] == "STOP")
               for row in rows("result_codes"))  # fmt: skip


def test_the_two_clocks_disagree_where_the_sources_do() -> None:
    """Only a prison record says that 4001, 4004 and 4565 mean custody; 4028, 4055 and 4058 are not in its map."""
    listed = by_key("result_codes")
    for code in ("4001", "4004", "4565"):
        assert listed[code]["clock_identify_remand"] == "START"
        assert listed[code]["clock_court_events"] == "CONTINUE"
    for code in ("4027", "4028", "4046", "4047", "4055", "4058"):
        assert listed[code]["clock_identify_remand"] == ""
        assert listed[code]["clock_court_events"] in {"START", "STOP"}
    assert (listed["2007"]["clock_identify_remand"], listed["2008"]["clock_identify_remand"]) == ("CONTINUE", "STOP")
    assert (listed["4561"]["clock_identify_remand"], listed["4533"]["clock_identify_remand"]) == ("START", "STOP")
    assert listed["4561"]["clock_court_events"] == listed["4533"]["clock_court_events"] == "STOP"
    assert listed["4576"]["clock_identify_remand"] == "START"
    assert listed["4576"]["clock_court_events"] == ""


def test_trial_outcomes_repeat_codes_between_classes() -> None:
    outcomes = rows("trial_outcomes")
    classes = Counter(row["outcome_class"] for row in outcomes)
    assert classes == {"EFFECTIVE": 1, "CRACKED": 12, "INEFFECTIVE": 29, "VACATED": 18}
    assert len({row["outcome_code"] for row in outcomes}) < len(outcomes)
    attribution = {(row["outcome_class"], row["outcome_code"]): row["attribution"] for row in outcomes}
    assert attribution["EFFECTIVE", "E"] == "none"
    assert attribution["INEFFECTIVE", "N1"] == "prosecution"
    assert attribution["INEFFECTIVE", "S1"] == "defence"
    assert attribution["INEFFECTIVE", "S3"] == "court_other"


def test_bail_lists_hold_the_codes_of_the_fixed_lists() -> None:
    assert set(by_key("bail_exceptions")) == codes(
        "LO OWB LOPMI LOCIF LTA FTS PREVIW BOB BOBC OPA OWEL INSINF FSWRA PREPR DCM AIC"
    )
    assert set(by_key("bail_exception_reasons")) == codes(
        "NSO BBC OOB PRC FTSUR LCTIE SOCAS MTHRT UTCOP MCMURD ASUIC INSUFTI"
    )
    assert codes("BC AC SBA CJPOA LASPO BAA BCB PRD SENT RMR RMP RMPT RPR RPRT NSTAT") <= set(by_key("remand_bases"))


def test_ethnicities_make_both_lists_and_both_groupings() -> None:
    listed = by_key("ethnicities")
    sixteen = {code for code, row in listed.items() if row["scheme"] in {"both", "16+1"}}
    eighteen = {code for code, row in listed.items() if row["scheme"] in {"both", "18+1"}}
    assert sixteen == codes("W1 W2 W9 M1 M2 M3 M9 A1 A2 A3 A9 B1 B2 B9 O1 O9 NS")
    assert eighteen == (sixteen - {"O1"}) | {"W3", "A4", "O2"}
    assert listed["O1"]["group_5"] == listed["A4"]["group_5"] == "asian"
    assert listed["O1"]["group_5_2001"] == listed["A4"]["group_5_2001"] == "other"
    assert set(by_key("officer_ethnicities")) == {"IC0", "IC1", "IC2", "IC3", "IC4", "IC5", "IC6", "IC9"}


def test_every_search_wording_of_an_ethnicity_leads_back_to_its_group() -> None:
    wordings = by_key("search_ethnicity_wordings")
    for row in (*rows("ethnicities"), *rows("officer_ethnicities")):
        wording = row["search_wording"].lower()
        if not wording:
            continue
        exact = wordings.get(wording, {"match": ""})
        matched = exact if exact["match"] == "exact" else wordings[wording.split(" - ")[0]]
        assert matched["ethnicity_group"] == row["group_5"], row


def test_crime_outcomes_run_from_0_to_22() -> None:
    outcomes = by_key("outcome_codes")
    assert set(outcomes) == {str(code) for code in range(23)} | {"1A"}
    delivered = {code for code, row in outcomes.items() if row["is_out_of_court_disposal"] == "true"}
    assert delivered == {"2", "3", "6", "7", "8", "22"}


def test_establishments_cover_the_estate() -> None:
    prisons = rows("establishments")
    assert len([prison for prison in prisons if prison["is_open"] == "true"]) >= 120
    assert all(re.fullmatch(r"[A-Z]{3}", prison["establishment_code"]) for prison in prisons)
    reception = [prison for prison in prisons if prison["receives_from_court"] == "true"]
    assert {prison["region"] for prison in reception} == HMCTS_REGIONS
    assert {prison["holds"] for prison in reception} == {"men", "women", "youth"}
    assert all(prison["is_open"] == "true" for prison in reception)


def test_populations_are_a_complete_grid_with_the_census_total() -> None:
    cells = {(row["force_code"], row["ethnicity_group"], row["age_band"]): int(row["residents"])
             for row in rows("populations")}  # fmt: skip
    forces = set(by_key("police_forces")) - {"93"}
    groups = {"white", "mixed", "asian", "black", "other"}
    bands = {"under_10", "10-17", "18-24", "25-34", "over_34"}
    assert set(cells) == {(force, group, band) for force in forces for group in groups for band in bands}
    assert min(cells.values()) > 0
    total = sum(cells.values())
    assert total == pytest.approx(CENSUS_2021_ENGLAND_AND_WALES, rel=0.01)
    white = sum(count for (_, group, _), count in cells.items() if group == "white")
    assert white / total == pytest.approx(0.817, abs=0.005)
    london = sum(count for (force, _, _), count in cells.items() if force in {"01", "48"})
    assert london == pytest.approx(8_799_700, rel=0.005)
