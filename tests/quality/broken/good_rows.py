"""Good rows that hold more than their contract requires, as their agency writes them. No tests here.

Belongs here: rows that break no rule, of feeds with a rule across columns, and of those whose own columns a test wants;
`{n}`, `{day}` and `{minute}` stand where they differ. Does not belong here: the row of a feed whose contract says all
there is to say (`good_values`), files (`making`), faults.
"""

from __future__ import annotations

from collections.abc import Mapping

Row = dict[str, str]

CUSTODY, DISPOSALS = "police/custody_records", "police/out_of_court_disposals"
SEARCHES, ENCOUNTERS = "police/stop_search", "police/stop_account"
CPS, CASES, DEFENDANTS = "cps/defendants", "hmcts/cases", "hmcts/defendants"
OFFENCES, HEARINGS, HEARING_DEFENDANTS = "hmcts/offences", "hmcts/hearings", "hmcts/hearing_defendants"
RESULTS, PRISONERS, SPELLS = "hmcts/results", "prison/prisoners", "prison/custody_spells"
SENTENCES, ORDERS, LEGAL_AID = "prison/sentences", "probation/orders", "laa/representation_orders"

GOOD: Mapping[str, Row] = {
    CUSTODY: {
        "force_code": "01",
        "custody_number": "CN{n:03}",
        "offence_sequence": "1",
        "surname": "Müller",
        "forename_1": "Anna",
        "date_of_birth": "05/06/1990",
        "sex": "F",
        "arrested_at": "31/12/2023 10:00",
        "offence_code": "TH68010",
        "offence_date": "31/12/2023",
        "disposal": "CAUTION",
        "disposal_at": "31/12/2023 15:00",
    },
    CPS: {
        "PTIURN": "01AB1{n:03}",
        "DEFENDANT_NUMBER": "1",
        "SURNAME": "Müller",
        "FORENAMES": "Anna Jane",
        "DOB": "05/06/1990",
        "GENDER": "FEMALE",
        "CPS_AREA": "Wessex",
        "CHARGING_DECISION_DATE": "02/01/2024",
    },
    SPELLS: {
        "booking_number": "B{n:03}",
        "spell_sequence": "1",
        "noms_number": "A1{n:03}BC",
        "legal_status": "SENTENCED",
        "status_from": "01-JAN-2024",
        "status_to": "31-DEC-9999",
        "establishment_code": "LEI",
    },
    SENTENCES: {
        "booking_number": "B{n:03}",
        "sentence_sequence": "1",
        "noms_number": "A1{n:03}BC",
        "sentence_date": "01-JAN-2024",
        "cjs_offence_code": "TH68010",
        "sentence_type": "SDS",
        "length_months": "6",
    },
    ORDERS: {
        "crn": "X100{n:03}",
        "event_number": "1",
        "surname": "Müller",
        "forename": "Anna",
        "date_of_birth": "1990-06-05",
        "gender": "Female",
        "order_type": "COMMUNITY_ORDER",
        "start_date": "2024-01-02",
        "requirements": "UPW;RAR",
        "breaches": "0",
    },
    LEGAL_AID: {
        "maat_id": "4000{n:03}",
        "surname": "O'Brien",
        "forenames": "Anna",
        "date_of_birth": "1990-06-05",
        "application_date": "2024-01-02",
        "status_code": "GR",
        "status_date": "2024-01-09",
    },
    RESULTS: {
        "result_id": "r{n:03}",
        "hearing_id": "h1",
        "offence_id": "o1",
        "cjs_result_code": "1002",
        "result_date": "2024-01-02",
        "result_type": "F",
        "duration_value": "6",
        "duration_unit": "M",
        "amended_at": "2024-01-02T10:00:00Z",
    },
    SEARCHES: {
        "Type": "Person search",
        "Date": "2024-01-{day:02}T12:{minute:02}:00+00:00",
        "Gender": "Female",
        "Age range": "18-24",
        "Legislation": "Misuse of Drugs Act 1971 (section 23)",
        "Object of search": "Controlled drugs",
        "Outcome": "Arrest",
    },
    DISPOSALS: {
        "force_code": "01",
        "disposal_ref": "OOC{n:03}",
        "outcome_code": "8",
        "outcome_date": "15/01/2024",
        "offence_code": "TH68010",
        "offence_date": "02/01/2024",
        "surname": "Müller",
        "forename": "Anna",
        "date_of_birth": "05/06/1990",
        "sex": "F",
        "completion_status": "NOT_APPLICABLE",
    },
    ENCOUNTERS: {
        "force_code": "01",
        "encounter_ref": "SA{n:03}",
        "encounter_at": "2024-01-02T12:00:00",
        "reason_code": "BEHAVIOUR",
        "gender": "Female",
        "age_range": "18-24",
        "self_defined_ethnicity": "W1",
        "officer_defined_ethnicity": "IC1",
        "receipt_offered": "Y",
    },
    CASES: {
        "case_id": "c{n:03}",
        "ptiurn": "01AB1{n:03}",
        "initiation_code": "C",
        "prosecutor": "CPS",
        "originating_force_code": "01",
        "received_date": "2024-01-02",
        "case_status": "LIVE",
        "last_updated_at": "2024-01-02T10:00:00Z",
    },
    DEFENDANTS: {
        "defendant_id": "d{n:03}",
        "case_id": "c1",
        "defendant_type": "P",
        "surname": "Müller",
        "forename": "Anna",
        "date_of_birth": "1990-06-05",
        "gender": "2",
        "last_updated_at": "2024-01-02T10:00:00Z",
    },
    OFFENCES: {
        "offence_id": "o{n:03}",
        "defendant_id": "d1",
        "offence_sequence": "1",
        "cjs_offence_code": "TH68010",
        "offence_start_date": "2023-12-31",
        "charge_date": "2024-01-02",
        "last_updated_at": "2024-01-02T10:00:00Z",
    },
    HEARINGS: {
        "hearing_id": "h{n:03}",
        "jurisdiction": "M",
        "court_ou_code": "B01CE00",
        "hearing_type_code": "TRIAL",
        "hearing_date": "2024-01-17",
        "listed_for_trial": "Y",
    },
    HEARING_DEFENDANTS: {
        "hearing_id": "h{n:03}",
        "defendant_id": "d1",
        "attendance": "IN_PERSON",
        "representation": "PRIVATE",
        "bail_status": "B",
    },
    PRISONERS: {
        "noms_number": "A1{n:03}BC",
        "surname": "MÜLLER",
        "given_name_1": "ANNA",
        "birth_date": "05-JUN-1990",
        "sex_code": "F",
    },
}
