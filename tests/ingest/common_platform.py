"""A hearing resulted on Common Platform, written by hand in the layout of the public schemas; all of it made up."""

from __future__ import annotations

from typing import Any

PERSON = {
    "id": "d1",
    "masterDefendantId": "m1",
    "prosecutionCaseId": "c1",
    "pncId": "2019/0000001A",
    "personDefendant": {
        "personDetails": {
            "firstName": "Anna",
            "middleName": "Maria",
            "lastName": "Okonkwo",
            "dateOfBirth": "1990-06-25",
            "gender": "FEMALE",
            "ethnicity": {"selfDefinedEthnicityCode": "B2"},
            "address": {"postcode": "SE1 6TY"},
        },
        "bailStatus": {"code": "C", "custodyTimeLimit": {"timeLimit": "2026-09-01", "daysSpent": 12}},
        "arrestSummonsNumber": "",
    },
    "associatedDefenceOrganisation": {"fundingType": "PRO_BONO"},
    "offences": [
        {
            "id": "o1",
            "offenceCode": "TH68010",
            "orderIndex": 1,
            "startDate": "2026-03-01",
            "chargeDate": "2026-03-10",
            "laidDate": "2026-03-12",
            "plea": {"pleaValue": "NOT_GUILTY", "pleaDate": "2026-04-02"},
            "verdict": {
                "verdictDate": "2026-06-30",
                "verdictType": {"categoryType": "GUILTY", "category": "Guilty", "id": "v"},
            },
            "judicialResults": [
                {
                    "judicialResultId": "r1",
                    "orderedHearingId": "h1",
                    "cjsCode": "1002",
                    "orderedDate": "2026-06-30",
                    "category": "FINAL",
                    "isDeleted": False,
                    "durationElement": {
                        "primaryDurationUnit": "Years",
                        "primaryDurationValue": 2,
                        "secondaryDurationUnit": "Months",
                        "secondaryDurationValue": 6,
                    },
                },
                {
                    "judicialResultId": "r2",
                    "orderedHearingId": "h0",
                    "cjsCode": "3012",
                    "orderedDate": "2026-06-30",
                    "category": "ANCILLARY",
                    "isDeleted": True,
                    "amendmentDate": "2026-07-01",
                    "durationElement": {
                        "primaryDurationUnit": "M",
                        "primaryDurationValue": 1,
                        "secondaryDurationUnit": "D",
                        "secondaryDurationValue": 10,
                    },
                },
            ],
        },
        {
            "id": "o2",
            "offenceCode": "CJ88001",
            "orderIndex": 2,
            "startDate": "2026-03-01",
            "laidDate": "2026-03-11",
            "indicatedPlea": {"indicatedPleaValue": "INDICATED_GUILTY", "indicatedPleaDate": "2026-03-20"},
        },
    ],
}
COMPANY = {
    "id": "d2",
    "prosecutionCaseId": "c1",
    "legalEntityDefendant": {"organisation": {"name": "Example Haulage Ltd"}},
    "offences": [],
}
CASE = {
    "id": "c1",
    "prosecutionCaseIdentifier": {"caseURN": "45GD0217126", "prosecutionAuthorityCode": "CPS"},
    "initiationCode": "Q",
    "caseStatus": "ACTIVE",
    "defendants": [PERSON, COMPANY],
}
EVENT: dict[str, Any] = {
    "hearing": {
        "id": "h1",
        "jurisdictionType": "CROWN",
        "courtCentre": {"code": "C01BL00", "name": "Example Crown Court"},
        "type": {"id": "t", "description": "Trial (TRL)"},
        "hearingDays": [
            {"sittingDay": "2026-06-30T23:30:00.000Z", "listedDurationMinutes": 60},
            {"sittingDay": "2026-06-29T09:30:00.000Z", "listedDurationMinutes": 60},
        ],
        "judiciary": [{"judicialId": "j1", "judicialRoleType": "CIRCUIT_JUDGE"}],
        "isEffectiveTrial": True,
        "defendantAttendance": [
            {"defendantId": "d2", "attendanceDays": [{"day": "2026-06-29", "attendanceType": "NOT_PRESENT"}]},
            {"defendantId": "d1", "attendanceDays": [{"day": "2026-06-29", "attendanceType": "BY_VIDEO"}]},
        ],
        "prosecutionCases": [CASE],
    },
    "sharedTime": "2026-07-01T00:04:27.476+01:00",
}
