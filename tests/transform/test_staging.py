"""Staging: what counts, in which version, as what type. On deliveries written by hand, so every case is in sight."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.transform.small_warehouse import SmallWarehouse

pytestmark = pytest.mark.xdist_group("dbt")

CUSTODY = {
    "force_code": "13",
    "custody_number": "C1",
    "offence_sequence": "1",
    "surname": "O'Hara",
    "forename_1": "Mary Ann",
    "date_of_birth": "29/02/1988",
    "arrested_at": "01/07/2024 00:30",
    "offence_code": "TH68010",
}

SPELL = {
    "booking_number": "AB1234",
    "spell_sequence": "1",
    "noms_number": "A1234AA",
    "legal_status": "UNTRIED",
    "status_from": "05-Jan-2025",
    "status_to": "31-DEC-9999",
    "establishment_code": "LEI",
}

PRISONER = {
    "noms_number": "A1234AA",
    "surname": "OHARA",
    "given_name_1": "MARY",
    "birth_date": "29-FEB-1988",
    "sex_code": "F",
}

RESULT = {
    "result_id": "R1",
    "hearing_id": "H1",
    "offence_id": "O1",
    "cjs_result_code": "1002",
    "result_date": "2025-01-10",
}

CPS = {
    "ptiurn": "01AA1234521",
    "defendant_number": "1",
    "surname": "O'Hara",
    "forenames": "Ms Mary Ann Louise",
    "cps_area": "North East",
}

SEARCH = {
    "type": "Person search",
    "gender": "Male",
    "self_defined_ethnicity": "White - Irish",
    "outcome": "Arrest",
    "part_of_a_policing_operation": "False",
    "latitude": "51.452468",
}

JANUARY, FEBRUARY, MARCH = date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)


def deliver_everything(warehouse: SmallWarehouse) -> None:
    custody = "police/custody_records"
    warehouse.deliver(
        custody,
        JANUARY,
        [
            {**CUSTODY, "disposal": "PRE_CHARGE_BAIL", "pnc_id": "79163001b"},
            {**CUSTODY, "offence_sequence": "2", "offence_code": "ZZ99999", "arrest_summons_number": "N/K"},
        ],
    )
    warehouse.deliver(
        custody,
        FEBRUARY,
        [
            {**CUSTODY, "disposal": "CHARGED", "arrested_at": "01/07/2024 00:30"},
            {**CUSTODY, "disposal": "CAUTION", "arrested_at": "01/01/2025 00:30"},
            {**CUSTODY, "custody_number": "C2", "offence_code": None},
            {
                **CUSTODY,
                "offence_sequence": "2",
                "arrest_summons_number": "97/0000/00/123456K",
                "ptiurn": "01/aa/12345/21",
                "remanded_for_court": "y",
            },
        ],
        quarantined=[3],
    )
    warehouse.deliver(custody, MARCH, [{**CUSTODY, "disposal": "NO_FURTHER_ACTION"}], verdict="rejected")
    # Half past one came twice on 27 October 2024, and never on 31 March.
    clocks = {"C3": "27/10/2024 01:30", "C4": "31/03/2024 01:30"}
    warehouse.deliver(
        custody,
        MARCH,
        [{**CUSTODY, "custody_number": key, "arrested_at": at} for key, at in clocks.items()],
        sequence=2,
    )
    # Sent late: extracted before all others, though the number of its file is higher.
    late = [{**CUSTODY, "disposal": "RELEASED_UNDER_INVESTIGATION"}]
    warehouse.deliver(custody, date(2024, 12, 31), late, sequence=2)

    spells = "prison/custody_spells"
    warehouse.deliver(spells, JANUARY, [SPELL, {**SPELL, "spell_sequence": "2", "status_to": "NK"}])
    warehouse.deliver(spells, FEBRUARY, [{**SPELL, "status_to": "07-FEB-2025", "court_ou_code": "XXXXXXX"}])
    warehouse.deliver(spells, MARCH, [], verdict="rejected")
    # Two files of one day: the higher number is the newer.
    warehouse.deliver(spells, FEBRUARY, [{**SPELL, "status_to": "08-FEB-2025"}], sequence=2)
    warehouse.deliver("prison/prisoners", JANUARY, [PRISONER])
    warehouse.deliver("prison/prisoners", FEBRUARY, [])

    warehouse.deliver(
        "hmcts/results",
        JANUARY,
        [
            {**RESULT, "duration_value": "6.5", "duration_unit": "M", "amended_at": "2025-01-20T10:00:00Z"},
            {**RESULT, "result_id": "R2", "amount_gbp": "120.50"},
        ],
    )
    warehouse.deliver(
        "hmcts/results",
        FEBRUARY,
        [
            {**RESULT, "duration_value": "4", "duration_unit": "M", "amended_at": "2025-01-15T10:00:00Z"},
            {**RESULT, "result_id": "R2", "is_deleted": "Y", "amended_at": "2025-02-01T10:00:00Z"},
        ],
    )
    warehouse.deliver("cps/defendants", JANUARY, [CPS, {**CPS, "ptiurn": "not a urn"}])
    warehouse.deliver("cps/defendants", FEBRUARY, [{**CPS, "ptiurn": "01/AA/12345/21", "outcome": "GUILTY PLEA"}])
    court = {"case_id": "K1", "last_updated_at": "2025-01-10T09:00:00Z"}
    warehouse.deliver(
        "hmcts/defendants",
        JANUARY,
        [
            {**court, "defendant_id": "D1", "defendant_type": "P", "surname": "OHARA", "forename": "Mary"},
            {**court, "defendant_id": "D2", "defendant_type": "O", "organisation_name": "Widgets Ltd"},
        ],
    )

    # A spreadsheet lost the nought of force 06.
    encounter = {"encounter_ref": "E1", "encounter_at": "2025-01-05T10:00:00"}
    warehouse.deliver("police/stop_account", JANUARY, [{**encounter, "force_code": "6"}])
    offence = {"defendant_id": "D1", "charge_date": "2025-01-02", "last_updated_at": "2025-01-10T09:00:00Z"}
    warehouse.deliver(
        "hmcts/offences",
        JANUARY,
        [
            {**offence, "offence_id": "O1", "cjs_offence_code": "TH68010A", "offence_start_date": "1900-01-01"},
            {**offence, "offence_id": "O2", "cjs_offence_code": "TH68010", "offence_start_date": "2024-12-31"},
            {**offence, "offence_id": "O3", "cjs_offence_code": "ZZ99999A", "offence_start_date": "2099-12-31"},
        ],
    )

    june, july = date(2024, 6, 1), date(2024, 7, 1)
    searches = [{**SEARCH, "date": "2024-06-30T23:30:00+00:00"}] * 2
    stop_search = "police/stop_search"
    warehouse.deliver(stop_search, JANUARY, searches[:1], force_slug="metropolitan", month=june)
    warehouse.deliver(stop_search, FEBRUARY, searches, force_slug="metropolitan", month=june)
    warehouse.deliver(
        stop_search,
        JANUARY,
        [{**SEARCH, "date": "2024-07-01T01:30:00+01:00"}],
        force_slug="nowhereshire",
        month=july,
    )
    linked, removed = "outcome_linked_to_object_of_search", "removal_of_more_than_just_outer_clothing"
    warehouse.deliver(
        stop_search,
        JANUARY,
        [
            {**SEARCH, "age_range": "17-Oct", linked: "1", removed: "N"},
            {**SEARCH, "age_range": "oct-17", linked: "y", removed: None},
            {**SEARCH, "age_range": "Over 34", linked: "FALSE", removed: ""},
            {**SEARCH, "age_range": "18-24", linked: None, removed: "True"},
            {**SEARCH, "age_range": "17 October", linked: "perhaps", removed: None},
        ],
        force_slug="wiltshire",
        month=july,
    )


@pytest.fixture(scope="module")
def staged(dbt_folder: Path) -> SmallWarehouse:
    warehouse = SmallWarehouse(dbt_folder)
    deliver_everything(warehouse)
    warehouse.write()
    agencies = {key.split("/")[0] for key in warehouse.contracts}
    warehouse.build(
        "resource_type:seed", "person_records_to_link", *(f"path:models/staging/{name}" for name in agencies)
    )
    return warehouse


@pytest.fixture
def staged_as_of_january(staged: SmallWarehouse, tmp_path: Path) -> Iterator[SmallWarehouse]:
    """Two feeds staged anew, as they were known at the end of January; what was staged before is put back."""
    database = staged.settings.build_database
    before = shutil.copy2(database, tmp_path / database.name)
    staged.build(
        "stg_police__custody_records_versions",
        "stg_prison__custody_spells_versions",
        as_known_on=JANUARY,
    )
    yield staged
    shutil.copy2(before, database)


def test_the_newest_extract_counts_and_within_it_the_later_row(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select disposal, extract_date, first_extract_date from staging.stg_police__custody_records "
        "where record_key = '13|C1|1'"
    )
    assert rows == [("CAUTION", FEBRUARY, date(2024, 12, 31))]


def test_versions_are_numbered_by_extract_date_however_they_arrived(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select version_number, disposal, is_current from staging.stg_police__custody_records_versions "
        "where record_key = '13|C1|1' order by version_number"
    )
    assert rows == [
        (1, "RELEASED_UNDER_INVESTIGATION", False),
        (2, "PRE_CHARGE_BAIL", False),
        (3, "CHARGED", False),
        (4, "CAUTION", True),
    ]


def test_quarantined_rows_and_rejected_deliveries_are_not_staged(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select count(*), count_if(custody_number = 'C2') from staging.stg_police__custody_records_versions"
    )
    assert rows == [(8, 0)]


def test_every_received_row_is_staged_or_set_aside(staged: SmallWarehouse) -> None:
    unbalanced = []
    for key, tables in staged.gate.items():
        agency, feed = key.split("/")
        expected = sum(
            delivery["rows_received"] - delivery["rows_quarantined"]
            for delivery in tables["deliveries"]
            if delivery["verdict"] != "rejected"
        )
        [(found,)] = staged.query(f"select count(*) from staging.stg_{agency}__{feed}_versions")
        if found != expected:
            unbalanced.append((key, found, expected))
    assert not unbalanced


def test_wall_clock_times_become_utc_by_the_calendar_of_london(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select version_number, arrested_at from staging.stg_police__custody_records_versions "
        "where record_key = '13|C1|1' and version_number >= 3 order by version_number"
    )
    # Half past midnight in British Summer Time is the day before in UTC; in winter it is the same instant.
    assert rows == [(3, datetime(2024, 6, 30, 23, 30)), (4, datetime(2025, 1, 1, 0, 30))]


def test_an_hour_the_clock_repeats_or_skips_is_read_as_winter_time(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select arrested_at from staging.stg_police__custody_records "
        "where custody_number in ('C3', 'C4') order by custody_number"
    )
    assert rows == [(datetime(2024, 10, 27, 1, 30),), (datetime(2024, 3, 31, 1, 30),)]


def test_codes_outside_a_reference_list_are_unknown_and_kept_beside(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select version_number, offence_code, offence_code_raw, self_defined_ethnicity "
        "from staging.stg_police__custody_records_versions where record_key = '13|C1|2' order by version_number"
    )
    assert rows == [(1, "unknown", "ZZ99999", None), (2, "TH68010", "TH68010", None)]


def test_missing_value_tokens_are_null_and_identifiers_canonical(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select version_number, arrest_summons_number, ptiurn, remanded_for_court "
        "from staging.stg_police__custody_records_versions where record_key = '13|C1|2' order by version_number"
    )
    assert rows == [(1, None, None, None), (2, "9700000000000123456K", "01AA1234521", True)]
    pnc = staged.query("select pnc_id from staging.stg_police__custody_records_versions where pnc_id is not null")
    assert pnc == [("1979/0163001B",)]


def test_the_newest_snapshot_replaces_all_earlier_ones(staged: SmallWarehouse) -> None:
    rows = staged.query("select record_key, status_from, status_to from staging.stg_prison__custody_spells")
    assert rows == [("AB1234|1", date(2025, 1, 5), date(2025, 2, 8))]


def test_an_empty_snapshot_empties_the_feed(staged: SmallWarehouse) -> None:
    assert staged.query("select count(*) from staging.stg_prison__prisoners") == [(0,)]
    assert staged.query("select birth_date from staging.stg_prison__prisoners_versions") == [(date(1988, 2, 29),)]


def test_the_end_of_an_open_spell_is_null_however_it_is_written(staged: SmallWarehouse) -> None:
    rows = staged.query("select count(*) from staging.stg_prison__custody_spells_versions where status_to is null")
    assert rows == [(2,)]


def test_the_newest_amendment_of_a_result_counts_whenever_it_was_sent(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select result_id, cast(duration_value as double), cast(amount_gbp as double), is_deleted "
        "from staging.stg_hmcts__results order by result_id"
    )
    # R2 was deleted: it stays in sight, marked, so that whatever counted it can see why it no longer does.
    assert rows == [("R1", 6.5, None, None), ("R2", None, None, True)]


def test_one_record_has_one_key_however_its_identifier_is_spelt(staged: SmallWarehouse) -> None:
    rows = staged.query("select record_key, ptiurn, outcome from staging.stg_cps__defendants order by record_key")
    assert rows == [("01AA1234521|1", "01AA1234521", "GUILTY PLEA"), ("NOT A URN|1", None, None)]


def test_identical_searches_are_distinct_and_a_month_is_replaced_whole(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select encounter_key, force_code, gender, part_of_a_policing_operation, cast(latitude as varchar) "
        "from staging.stg_police__stop_search where force_slug <> 'wiltshire' order by encounter_key"
    )
    assert rows == [
        ("metropolitan|2024-06|1", "01", "male", False, "51.452468"),
        ("metropolitan|2024-06|2", "01", "male", False, "51.452468"),
        ("nowhereshire|2024-07|1", "unknown", "male", False, "51.452468"),
    ]
    times = staged.query(
        "select distinct searched_at from staging.stg_police__stop_search where force_slug <> 'wiltshire' "
        "order by searched_at"
    )
    assert times == [(datetime(2024, 6, 30, 23, 30),), (datetime(2024, 7, 1, 0, 30),)]


def test_every_person_record_is_offered_to_linkage_once(staged: SmallWarehouse) -> None:
    rows = staged.query(
        "select record_id, forename, middle_names, asn, ptiurn, sex, first_extract_date "
        "from linkage.person_records_to_link order by record_id"
    )
    assert rows == [
        ("cps/defendants/01AA1234521|1", "Mary", "Ann Louise", None, "01AA1234521", "unknown", JANUARY),
        ("cps/defendants/NOT A URN|1", "Mary", "Ann Louise", None, None, "unknown", JANUARY),
        # The organisation D2 is no person.
        ("hmcts/defendants/D1", "Mary", None, None, None, "unknown", JANUARY),
        # One person in custody for two offences; the identifiers came with the second.
        (
            "police/custody_records/13|C1",
            "Mary",
            "Ann",
            "9700000000000123456K",
            "01AA1234521",
            "unknown",
            date(2024, 12, 31),
        ),
        ("police/custody_records/13|C3", "Mary", "Ann", None, None, "unknown", MARCH),
        ("police/custody_records/13|C4", "Mary", "Ann", None, None, "unknown", MARCH),
    ]


def test_values_are_read_in_the_spellings_their_contract_agreed(staged: SmallWarehouse) -> None:
    """Ages a spreadsheet took for dates, yes and no as forces write them; blank is not no, and no word is made up."""
    rows = staged.query(
        "select age_range, outcome_linked_to_object_of_search, removal_of_more_than_just_outer_clothing "
        "from staging.stg_police__stop_search where force_slug = 'wiltshire' order by encounter_key"
    )
    assert rows == [
        ("10-17", True, False),
        ("10-17", True, None),
        ("over 34", False, None),
        ("18-24", None, True),
        ("17 October", None, None),
    ]


def test_a_nought_lost_from_a_force_code_is_put_back(staged: SmallWarehouse) -> None:
    found = staged.query("select force_code from staging.stg_police__stop_account")
    assert found == [("06",)]


def test_an_offence_code_is_looked_up_without_its_qualifier(staged: SmallWarehouse) -> None:
    """TH68010A is an attempt at TH68010; a code whose base nobody knows stays unknown."""
    rows = staged.query(
        "select offence_id, cjs_offence_code, cjs_offence_code_raw from staging.stg_hmcts__offences order by offence_id"
    )
    assert rows == [("O1", "TH68010", "TH68010A"), ("O2", "TH68010", "TH68010"), ("O3", "unknown", "ZZ99999A")]


def test_a_date_that_says_nothing_is_no_date(staged: SmallWarehouse) -> None:
    rows = staged.query("select offence_id, offence_start_date from staging.stg_hmcts__offences order by offence_id")
    assert rows == [("O1", None), ("O2", date(2024, 12, 31)), ("O3", None)]


def test_building_changes_no_reference_list(staged: SmallWarehouse) -> None:
    """dbt writes what it ran beside its target; told an absolute path, it would write over the lists themselves."""
    assert staged.reference_digest() == staged.reference_digest_before


def test_the_warehouse_can_be_asked_what_it_knew_on_a_date(staged_as_of_january: SmallWarehouse) -> None:
    custody = staged_as_of_january.query(
        "select disposal from staging.stg_police__custody_records where record_key = '13|C1|1'"
    )
    assert custody == [("PRE_CHARGE_BAIL",)]
    spells = staged_as_of_january.query(
        "select record_key, status_to from staging.stg_prison__custody_spells order by record_key"
    )
    assert spells == [("AB1234|1", None), ("AB1234|2", None)]
