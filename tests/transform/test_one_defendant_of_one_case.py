"""A defendant is one person in one case, whatever ids and mergers make of it; a court sits until it closes.

The rows are three of the failing inputs that other people's users reported, with invented people: one defendant id sent
in two cases, two merged cases against one person, a hearing at a court after it closed.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.transform.small_warehouse import SmallWarehouse

pytestmark = pytest.mark.xdist_group("dbt")

EXTRACT = date(2026, 5, 1)
UPDATED = "2026-05-01T12:00:00"
WESTMINSTER, NORTH_SHIELDS, CAMBERWELL_GREEN, CROYDON = "B01IX00", "B10JQ00", "B01CX00", "B01EF00"

CASES = {
    "first": ("01AA0001724", "2025-07-01", None),
    "second": ("01AA0001824", "2025-07-02", None),
    "lead": ("01AA0008324", "2025-07-01", None),
    "merged": ("01AA0008424", "2025-07-02", "lead"),
    "late": ("01AA0005924", "2025-06-01", None),
}
"""Case -> reference, day received, case it merged into."""

DEFENDANTS = (
    ("shared", "first", "Northcott"),
    ("shared", "second", "Northcott"),
    ("of_lead", "lead", "Ollerenshaw"),
    ("of_merged", "merged", "Ollerenshaw"),
    ("of_late", "late", "Carruthers"),
)
OFFENCES = (
    ("shared", "2025-07-01"),
    ("of_lead", "2025-07-01"),
    ("of_merged", "2025-07-02"),
    ("of_late", "2025-06-01"),
)
HEARINGS = {
    "h1": (WESTMINSTER, ("shared",)),
    "h2": (NORTH_SHIELDS, ("of_lead", "of_merged")),
    "h3": (CAMBERWELL_GREEN, ("of_late",)),
}
"""Hearing on 10 July 2025 -> court, defendant ids."""


@pytest.fixture(scope="module")
def warehouse(dbt_folder: Path) -> SmallWarehouse:
    """Caseload and contradictions of these three."""
    warehouse = SmallWarehouse(dbt_folder / "one_defendant")
    warehouse.deliver(
        "hmcts/cases",
        EXTRACT,
        [
            {
                "case_id": case,
                "ptiurn": ptiurn,
                "initiation_code": "C",
                "prosecutor": "CPS",
                "originating_force_code": "01",
                "received_date": received,
                "case_status": "LIVE",
                "merged_into_case_id": into,
                "last_updated_at": UPDATED,
            }
            for case, (ptiurn, received, into) in CASES.items()
        ],
    )
    warehouse.deliver(
        "hmcts/defendants",
        EXTRACT,
        [
            {"defendant_id": key, "case_id": case, "defendant_type": "P", "surname": name, "last_updated_at": UPDATED}
            for key, case, name in DEFENDANTS
        ],
    )
    warehouse.deliver(
        "hmcts/offences",
        EXTRACT,
        [
            {
                "offence_id": f"{key}-1",
                "defendant_id": key,
                "offence_sequence": "1",
                "cjs_offence_code": "TH68010",
                "offence_start_date": "2025-05-12",
                "charge_date": charged,
                "last_updated_at": UPDATED,
            }
            for key, charged in OFFENCES
        ],
    )
    warehouse.deliver(
        "hmcts/hearings",
        EXTRACT,
        [
            {
                "hearing_id": hearing,
                "jurisdiction": "M",
                "court_ou_code": court,
                "hearing_type_code": "FH",
                "hearing_date": "2025-07-10",
                "listed_for_trial": "N",
            }
            for hearing, (court, _) in HEARINGS.items()
        ],
    )
    warehouse.deliver(
        "hmcts/hearing_defendants",
        EXTRACT,
        [
            {"hearing_id": hearing, "defendant_id": key, "attendance": "IN_PERSON", "bail_status": "U"}
            for hearing, (_, keys) in HEARINGS.items()
            for key in keys
        ],
    )
    warehouse.write()
    warehouse.link({f"hmcts/defendants/{key}": name for key, _, name in DEFENDANTS})
    warehouse.build("+open_caseload", "+cross_agency_contradictions")
    return warehouse


@pytest.mark.parametrize(
    ("court", "cases", "defendants", "persons"), [(WESTMINSTER, 2, 2, 1), (NORTH_SHIELDS, 1, 1, 1)]
)
def test_each_case_is_open_with_its_defendant(
    warehouse: SmallWarehouse, court: str, cases: int, defendants: int, persons: int
) -> None:
    """One id in two cases loses neither case; two merged cases against one person are one case of one defendant."""
    counted = warehouse.query(
        "select sum(cases), sum(defendants), max(persons) from marts.open_caseload "
        f"where court_code = '{court}' and snapshot_date = date '2025-08-31'"
    )
    assert counted == [(cases, defendants, persons)]


def test_no_charge_is_counted_twice(warehouse: SmallWarehouse) -> None:
    """A charge is of the case it began; a further case of the id has none. That of a merged case is the lead's."""
    charges = dict(warehouse.query("select charge_id, defendant_id from conformed.charges"))
    assert charges == {"shared-1": "shared", "of_lead-1": "of_lead", "of_merged-1": "of_lead", "of_late-1": "of_late"}


def test_each_is_told_to_the_court(warehouse: SmallWarehouse) -> None:
    """The court closed at the end of 2018: its rows count, and it is said, with the court that took over."""
    told = warehouse.query(
        "select rule, defendant_id, case_id, court_code, value_b from marts.cross_agency_contradictions "
        "where rule in ('hearing_at_closed_court', 'one_id_in_two_cases', 'one_person_in_merged_cases') order by rule"
    )
    assert told == [
        ("hearing_at_closed_court", "of_late", "late", CAMBERWELL_GREEN, f"closed_on_2018-12-31_now_{CROYDON}"),
        ("one_id_in_two_cases", "shared|second", "second", WESTMINSTER, "two_cases"),
        ("one_person_in_merged_cases", "of_lead", "lead", NORTH_SHIELDS, "one_person"),
    ]
