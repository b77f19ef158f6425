"""The contracts promise exactly what the agencies agreed: feeds, columns, keys, types, what is required and sensitive.

The table below is kept by hand and apart from the contracts, in one line per column group, so that a slip in a contract
(a column gone, a key changed, a name no longer marked personal) fails here.
"""

from __future__ import annotations

import re

import pytest

from orchestration.contracts import Classification, ColumnType, FeedMode, load_feed_contracts
from orchestration.settings import PROJECT_ROOT

# name, `*` required, `@n` place in the primary key, `:type` (text if absent), `/p` personal or identifier, `/s` special
# category, `/j` judicial.
AGREED = {
    "police/custody_records": """
        force_code*@1:code custody_number*@2:id offence_sequence*@3:int arrest_summons_number:id/p pnc_id:id/p
        cro_number:id/p surname*/p forename_1*/p forename_2/p date_of_birth:date/p sex:code
        self_defined_ethnicity:code/s officer_defined_ethnicity:code/s postcode/p nationality:code/s arrested_at*:ts
        offence_code*:code offence_date:date disposal*:code disposal_at:ts remanded_for_court:yn ptiurn:id/p
        domestic_abuse_flag:yn""",
    "police/out_of_court_disposals": """
        force_code*@1:code disposal_ref*@2:id crime_ref:id outcome_code*:code outcome_date*:date offence_code*:code
        offence_date:date surname*/p forename*/p date_of_birth:date/p sex:code self_defined_ethnicity:code/s pnc_id:id/p
        postcode/p conditions:list conditions_due_date:date completion_status:code completed_date:date""",
    "police/stop_search": """
        type:code date:ts part_of_a_policing_operation:yn policing_operation latitude:num longitude:num gender:code
        age_range:code self_defined_ethnicity/s officer_defined_ethnicity:code/s legislation object_of_search outcome
        outcome_linked_to_object_of_search:yn removal_of_more_than_just_outer_clothing:yn""",
    "police/stop_account": """
        force_code*@1:code encounter_ref*@2:id encounter_at*:ts reason_code:code gender:code age_range:code
        self_defined_ethnicity:code/s officer_defined_ethnicity:code/s receipt_offered:yn""",
    "cps/defendants": """
        ptiurn*@1:id/p defendant_number*@2:int surname*/p forenames*/p dob:date/p gender:code ethnicity:code/s asn:id/p
        cps_area* principal_offence_category charging_decision_date:date domestic_abuse_flag:yn hate_crime_flag:yn
        finalisation_date:date finalisation_court:code outcome:code""",
    "hmcts/cases": """
        case_id*@1:id ptiurn*:id/p initiation_code*:code prosecutor*:code originating_force_code:code
        received_date*:date sent_to_crown_date:date crown_case_number:id/p crown_received_date:date receipt_type:code
        case_status*:code closed_date:date merged_into_case_id:id last_updated_at*:ts""",
    "hmcts/defendants": """
        defendant_id*@1:id case_id*:id defendant_type*:code organisation_name master_defendant_id:id/p asn:id/p
        pnc_id:id/p cro_number:id/p surname/p forename/p middle_name/p date_of_birth:date/p gender:code
        self_defined_ethnicity:code/s postcode/p nationality:code/s bench_warrant_issued:date
        bench_warrant_executed:date last_updated_at*:ts""",
    "hmcts/offences": """
        offence_id*@1:id defendant_id*:id offence_sequence*:int cjs_offence_code*:code offence_start_date*:date
        charge_date*:date mode_of_trial_reason:code plea:code plea_date:date verdict:code verdict_date:date
        domestic_abuse_flag:yn last_updated_at*:ts""",
    "hmcts/hearings": """
        hearing_id*@1:id jurisdiction*:code court_ou_code*:code hearing_type_code*:code hearing_date*:date
        listed_for_trial*:yn trial_outcome_class:code trial_outcome_code:code judicial_officer_id:id/j
        sitting_minutes:int""",
    "hmcts/hearing_defendants": """
        hearing_id*@1:id defendant_id*@2:id attendance:code representation:code bail_status:code remand_basis:code
        bail_exceptions:list bail_exception_reasons:list ctl_expiry_date:date ctl_extended_to:date""",
    "hmcts/results": """
        result_id*@1:id hearing_id*:id offence_id*:id cjs_result_code*:code result_date*:date result_type:code
        duration_value:num duration_unit:code amount_gbp:num consecutive:yn is_deleted:yn amended_at:ts""",
    "prison/prisoners": """
        noms_number*@1:id/p pnc_id:id/p cro_number:id/p surname*/p given_name_1*/p given_name_2/p birth_date*:date/p
        sex_code*:code ethnicity_code:code/s nationality_code:code/s""",
    "prison/custody_spells": """
        booking_number*@1:id/p spell_sequence*@2:int noms_number*:id/p legal_status*:code status_from*:date
        status_to:date establishment_code*:code entry_reason:code exit_reason:code court_ou_code:code ptiurn:id/p""",
    "prison/sentences": """
        booking_number*@1:id/p sentence_sequence*@2:int noms_number*:id/p sentence_date*:date court_ou_code:code
        ptiurn:id/p cjs_offence_code*:code sentence_type*:code length_years:int length_months:int length_days:int
        extension_months:int tariff_months:int remand_credit_days:int conditional_release_date:date
        sentence_expiry_date:date released_date:date consecutive_to_sequence:int""",
    "probation/orders": """
        crn*@1:id/p event_number*@2:int noms_number:id/p pnc_id:id/p surname*/p forename*/p date_of_birth:date/p
        gender:code ethnicity_code:code/s postcode/p order_type*:code start_date*:date expected_end_date:date
        actual_end_date:date termination_reason:code court_ou_code:code ptiurn:id/p cjs_offence_code:code
        requirements:list breaches:int""",
    "laa/representation_orders": """
        maat_id*@1:id/p ptiurn:id/p asn:id/p surname*/p forenames*/p date_of_birth:date/p case_type:code
        application_date*:date status_code*:code status_date:date""",
}

CLOSED = {
    "police/custody_records.sex": "M F U",
    "police/custody_records.disposal": "CHARGED RELEASED_UNDER_INVESTIGATION PRE_CHARGE_BAIL NO_FURTHER_ACTION CAUTION "
    "CONDITIONAL_CAUTION COMMUNITY_RESOLUTION",
    "police/custody_records.officer_defined_ethnicity": "IC0 IC1 IC2 IC3 IC4 IC5 IC6 IC9",
    "police/out_of_court_disposals.sex": "M F U",
    "police/out_of_court_disposals.outcome_code": "2 3 6 7 8 22",
    "police/out_of_court_disposals.completion_status": "NOT_APPLICABLE PENDING COMPLETED BREACHED",
    "police/stop_account.reason_code": "AREA_PRESENCE BEHAVIOUR MATCHES_DESCRIPTION VEHICLE WELFARE OTHER",
    "cps/defendants.gender": "MALE,FEMALE,NOT KNOWN",
    "cps/defendants.finalisation_court": "MC CC",
    "cps/defendants.outcome": "GUILTY PLEA,CONVICTED AFTER TRIAL,PROVED IN ABSENCE,DISCONTINUED,DISMISSED,ACQUITTED,"
    "ADMINISTRATIVELY FINALISED",
    "hmcts/cases.initiation_code": "C R S J",
    "hmcts/cases.receipt_type": "TEW_TRIAL INDICTABLE_TRIAL COMMITTED_FOR_SENTENCE APPEAL",
    "hmcts/cases.case_status": "LIVE CLOSED",
    "hmcts/defendants.defendant_type": "P O",
    "hmcts/defendants.gender": "0 1 2 9",
    "hmcts/offences.plea": "G NG NONE ADM DEN CON",
    "hmcts/offences.verdict": "G NG NA NC",
    "hmcts/hearings.jurisdiction": "M C",
    "hmcts/hearings.trial_outcome_class": "EFFECTIVE CRACKED INEFFECTIVE VACATED",
    "hmcts/hearing_defendants.attendance": "IN_PERSON BY_VIDEO ABSENT NOT_REQUIRED",
    "hmcts/hearing_defendants.representation": "REPRESENTATION_ORDER DUTY_SOLICITOR PRIVATE OTHER NONE",
    "hmcts/hearing_defendants.bail_status": "A B C L P S U",
    "hmcts/results.result_type": "F I",
    "hmcts/results.duration_unit": "H D W M Y L",
    "prison/prisoners.sex_code": "M F",
    "prison/custody_spells.legal_status": "UNTRIED CONVICTED_UNSENTENCED SENTENCED RECALL FINE_DEFAULTER CIVIL",
    "prison/custody_spells.entry_reason": "REMAND SENTENCE RECALL TRANSFER STATUS_CHANGE",
    "prison/custody_spells.exit_reason": "BAIL ACQUITTED SENTENCED RELEASED COURT_DISCHARGE STATUS_CHANGE DIED",
    "prison/sentences.sentence_type": "SDS EDS SOPC LIFE IPP DTO FINE",
    "probation/orders.gender": "Male Female Other",
    "probation/orders.order_type": "COMMUNITY_ORDER SUSPENDED_SENTENCE_ORDER YOUTH_REHABILITATION_ORDER LICENCE "
    "POST_SENTENCE_SUPERVISION",
    "probation/orders.termination_reason": "COMPLETED REVOKED_BREACH REVOKED_GOOD_PROGRESS RECALLED DIED",
    "laa/representation_orders.case_type": "SUMMARY_ONLY EITHER_WAY INDICTABLE APPEAL COMMITTAL",
    "laa/representation_orders.status_code": "AP GR WD FM FJ",
}

LOOKED_UP = {
    "courts": "hmcts/hearings.court_ou_code prison/custody_spells.court_ou_code prison/sentences.court_ou_code "
    "probation/orders.court_ou_code",
    "police_forces": "police/custody_records.force_code police/out_of_court_disposals.force_code "
    "police/stop_account.force_code hmcts/cases.originating_force_code",
    "offences": "police/custody_records.offence_code police/out_of_court_disposals.offence_code "
    "hmcts/offences.cjs_offence_code prison/sentences.cjs_offence_code probation/orders.cjs_offence_code",
    "result_codes": "hmcts/results.cjs_result_code",
    "hearing_types": "hmcts/hearings.hearing_type_code",
    "trial_outcomes": "hmcts/hearings.trial_outcome_code",
    "establishments": "prison/custody_spells.establishment_code",
    "remand_bases": "hmcts/hearing_defendants.remand_basis",
    "bail_exceptions": "hmcts/hearing_defendants.bail_exceptions",
}

# Agency references nobody outside the agency can use; marked as identifiers here although they name no person.
AGENCY_REFERENCES = {
    "police/custody_records.custody_number",
    "police/out_of_court_disposals.disposal_ref",
    "police/out_of_court_disposals.crime_ref",
    "police/stop_account.encounter_ref",
}

TYPES = {
    "id": ColumnType.IDENTIFIER,
    "code": ColumnType.CODE,
    None: ColumnType.TEXT,
    "date": ColumnType.DATE,
    "ts": ColumnType.TIMESTAMP,
    "int": ColumnType.INTEGER,
    "num": ColumnType.NUMBER,
    "yn": ColumnType.YES_NO,
    "list": ColumnType.LIST,
}
MARKS = {
    "p": {Classification.PERSONAL, Classification.IDENTIFIER},
    "s": {Classification.SPECIAL_CATEGORY},
    "j": {Classification.JUDICIAL},
    None: {Classification.NONE},
}
COLUMN = re.compile(r"(?P<name>\w+)(?P<required>\*)?(?:@(?P<key>\d))?(?::(?P<type>\w+))?(?:/(?P<mark>\w))?")

CONTRACTS = load_feed_contracts(PROJECT_ROOT / "data_contracts")


def test_feeds_are_the_sixteen_agreed_in_catalogue_order() -> None:
    assert list(CONTRACTS) == list(AGREED)


@pytest.mark.parametrize("key", AGREED)
def test_columns_are_as_agreed(key: str) -> None:
    agreed = [COLUMN.fullmatch(word) for word in AGREED[key].split()]
    contract = CONTRACTS[key]
    assert [column.name for column in contract.columns] == [match["name"] for match in agreed if match]
    for column, match in zip(contract.columns, agreed, strict=True):
        assert match is not None
        place = f"{key}.{column.name}"
        assert column.required == bool(match["required"]), place
        assert column.key_position == (int(match["key"]) if match["key"] else None), place
        assert column.type is TYPES[match["type"]], place
        marked = {Classification.IDENTIFIER} if place in AGENCY_REFERENCES else MARKS[match["mark"]]
        assert column.classification in marked, place


def test_names_and_numbers_are_told_apart() -> None:
    """Personal is what describes a person, identifier what looks one up; both never leave, for different reasons."""
    for contract in CONTRACTS.values():
        for column in contract.columns:
            if column.classification is Classification.PERSONAL:
                assert column.type in (ColumnType.TEXT, ColumnType.DATE), f"{contract.key}.{column.name}"
            if column.classification is Classification.IDENTIFIER:
                assert column.type is ColumnType.IDENTIFIER, f"{contract.key}.{column.name}"


def test_closed_lists_hold_exactly_the_agreed_codes() -> None:
    closed = {
        f"{contract.key}.{column.name}": set(column.closed_codes)
        for contract in CONTRACTS.values()
        for column in contract.columns
        if column.closed_codes
    }
    assert closed == {place: set(codes.split("," if "," in codes else None)) for place, codes in CLOSED.items()}


def test_open_lists_point_at_their_reference_list() -> None:
    for code_list, places in LOOKED_UP.items():
        found = {
            f"{contract.key}.{column.name}"
            for contract in CONTRACTS.values()
            for column in contract.columns
            if column.code_list == code_list
        }
        assert found == set(places.split()), code_list


def test_every_code_column_says_where_its_codes_come_from() -> None:
    """Only the prosecutors' acronyms are an open list nobody keeps."""
    without = [
        f"{contract.key}.{column.name}"
        for contract in CONTRACTS.values()
        for column in contract.columns
        if column.type is ColumnType.CODE and not (column.closed_codes or column.expected_codes or column.code_list)
    ]
    assert without == ["hmcts/cases.prosecutor"]


def test_reference_lists_named_exist_with_their_key() -> None:
    from orchestration.contracts import CODE_LISTS

    for name, key in CODE_LISTS.items():
        header = (PROJECT_ROOT / "seeds" / "reference" / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0]
        assert set(key) <= set(header.strip().split(",")), f"seeds/reference/{name}.csv has no column {key}"


def test_delivery_formats_are_each_agencys_own() -> None:
    delivery = {key: contract.delivery for key, contract in CONTRACTS.items()}
    assert {key for key, given in delivery.items() if given.encoding != "utf-8"} == {"cps/defendants"}
    assert delivery["cps/defendants"].encoding == "cp1252"
    assert {key for key, given in delivery.items() if given.kind == "jsonl"} == {"probation/orders"}
    for key, given in delivery.items():
        agency = key.split("/", maxsplit=1)[0]
        assert given.delimiter == {"prison": "|", "probation": None}.get(agency, ","), key
        dates = {"prison": "DD-MON-YYYY", "cps": "DD/MM/YYYY", "police": "DD/MM/YYYY"}.get(agency, "YYYY-MM-DD")
        assert given.date_format in (dates, None), key
    assert delivery["police/custody_records"].timestamp_format == "DD/MM/YYYY HH:MM"
    assert delivery["police/custody_records"].timezone == "Europe/London"
    assert CONTRACTS["prison/custody_spells"].column("status_to").open_end_values == ("31-DEC-9999",)


def test_modes_are_as_agreed() -> None:
    assert {key for key, contract in CONTRACTS.items() if contract.mode is FeedMode.SNAPSHOT} == {
        "prison/prisoners",
        "prison/custody_spells",
        "prison/sentences",
    }
    assert [key for key, contract in CONTRACTS.items() if contract.mode is FeedMode.SNAPSHOT_PER_PARTITION] == [
        "police/stop_search"
    ]


def test_flags_say_whose_role_they_describe() -> None:
    """One agency's domestic abuse flag marks suspects, another's marks cases; they must never be merged unseen."""
    for key, role in {
        "police/custody_records": "suspect",
        "cps/defendants": "case involves",
        "hmcts/offences": "case involves",
    }.items():
        assert f"Role: {role}." in CONTRACTS[key].column("domestic_abuse_flag").description


def test_headers_are_canonical_names_in_any_case_but_for_the_published_searches() -> None:
    for key, contract in CONTRACTS.items():
        for column in contract.columns:
            if key != "police/stop_search":
                assert column.physical_name.lower() == column.name, f"{key}.{column.name}"
    assert all(column.physical_name.isupper() for column in CONTRACTS["cps/defendants"].columns)


def test_descriptions_say_more_than_the_name() -> None:
    for contract in CONTRACTS.values():
        assert min(len(contract.description), len(contract.usage), len(contract.limitations)) > 60, contract.key
        for column in contract.columns:
            said = re.sub(r"[^a-z]", "", column.description.lower())
            assert said != column.name.replace("_", ""), f"{contract.key}.{column.name}"
            assert len(column.description.split()) >= 3, f"{contract.key}.{column.name}"
            assert column.description.endswith("."), f"{contract.key}.{column.name}"
