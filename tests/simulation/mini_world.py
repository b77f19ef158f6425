"""A hand-made world of a few thousand records, for tests of the deliveries that must not wait for a real world.

Belongs here: `mini_world`. Every date, name and number is drawn from small lists with a fixed seed; nothing is
calibrated and no counting rule can be tested on it.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from orchestration.simulation.model import Reveal, World, WorldParameters

SURNAMES = ("Smith", "Jones", "O'Neill", "Müller", "Begum-Ali", "Nowak", "Taylor", "Łukasz", "Brown", "de Souza")
FORENAMES = ("James", "Mary Anne", "Zoë", "Mohammed", "William John", "Katherine", "Olu", "Daniel", "Chloé", "Stephen")
END = date(2026, 4, 30)


def mini_world(people: int = 300, months: int = 6, seed: int = 7) -> World:
    """Six feeds: custody records, CPS defendants, results, prisoners, custody spells, probation orders."""
    rng = np.random.default_rng(seed)
    parameters = WorldParameters(defendants=people, months=months, seed=seed, end_date=END)
    number = np.arange(people)
    surname = np.array(SURNAMES, dtype=object)[rng.integers(0, len(SURNAMES), people)]
    forename = np.array(FORENAMES, dtype=object)[rng.integers(0, len(FORENAMES), people)]
    born = pd.Timestamp("1960-01-01") + pd.to_timedelta(rng.integers(0, 16_000, people), unit="D")
    created = pd.Timestamp(END) - pd.to_timedelta(rng.integers(0, 31 * (months + 6), people), unit="D")
    pnc = np.array([f"19{70 + n % 30}/{n:07d}A" for n in number], dtype=object)
    urn = np.array([f"01AA{n:05d}26" for n in number], dtype=object)
    ethnicity = rng.choice(["W1", "B1", "A2", "M1"], people)
    later = created + pd.to_timedelta(rng.integers(1, 200, people), unit="D")
    later = later.where(later <= pd.Timestamp(END))
    hidden = {"_created": created, "_person": number}
    nothing = pd.Series([None] * people, dtype="str")
    custody = pd.DataFrame(
        {
            "force_code": "01", "custody_number": [f"C{n // 2:06d}" for n in number],
            "offence_sequence": 1 + number % 2,
            "arrest_summons_number": [f"2601AA01{n:011d}A" for n in number // 2], "pnc_id": pnc[number // 2 * 2],
            "cro_number": nothing, "surname": surname[number // 2 * 2], "forename_1": forename[number // 2 * 2],
            "forename_2": nothing, "date_of_birth": born[number // 2 * 2], "sex": "M",
            "self_defined_ethnicity": ethnicity[number // 2 * 2], "officer_defined_ethnicity": "IC1",
            "postcode": "LS1 4AB", "nationality": "GBR",
            "arrested_at": created + pd.to_timedelta(rng.integers(0, 1440, people), unit="min"),
            "offence_code": "TH68010", "offence_date": created, "disposal": "CHARGED", "disposal_at": later,
            "remanded_for_court": "Y", "ptiurn": urn, "domestic_abuse_flag": "N", "_created": created[number // 2 * 2],
            "_person": number // 2 * 2,
        }
    )  # fmt: skip
    custody.loc[later.isna(), "disposal"] = "PRE_CHARGE_BAIL"
    cps = pd.DataFrame(
        {
            "ptiurn": urn, "defendant_number": 1, "surname": surname, "forenames": forename, "dob": born,
            "gender": "MALE",
            "ethnicity": ethnicity, "asn": nothing, "cps_area": "Yorkshire and Humberside",
            "principal_offence_category": 'Theft, "handling"', "charging_decision_date": created,
            "domestic_abuse_flag": "N",
            "hate_crime_flag": "N", "finalisation_date": later, "finalisation_court": "MC",
            "outcome": "GUILTY PLEA", **hidden,
        }
    )  # fmt: skip
    cps.loc[later.isna(), ["finalisation_court", "outcome"]] = None
    results = pd.DataFrame(
        {
            "result_id": [f"r{n}" for n in number], "hearing_id": [f"h{n}" for n in number],
            "offence_id": [f"o{n}" for n in number], "cjs_result_code": "1002", "result_date": created,
            "result_type": "F", "duration_value": np.where(number % 3 == 0, 6.0, 1.5), "duration_unit": "M",
            "amount_gbp": pd.array([None] * people, dtype="Float64"), "consecutive": "N",
            "is_deleted": np.where(later.isna(), "N", "Y"), "amended_at": later + pd.Timedelta(hours=10),
            "_value_before": 12.0, "_created": created, "_person": -1,
        }
    )  # fmt: skip
    results.loc[later.isna(), "duration_value"] = 12.0
    prisoners = pd.DataFrame(
        {
            "noms_number": [f"A{n:04d}AA" for n in number], "pnc_id": pnc, "cro_number": nothing, "surname": surname,
            "given_name_1": forename, "given_name_2": nothing, "birth_date": born, "sex_code": "M",
            "ethnicity_code": ethnicity, "nationality_code": "GBR", **hidden,
        }
    )  # fmt: skip
    closed = later.notna()
    spells = pd.DataFrame(
        {
            "booking_number": [f"{n // 2:05d}A" for n in number], "spell_sequence": 1 + number % 2,
            "noms_number": [f"A{n // 2 * 2:04d}AA" for n in number], "legal_status": "UNTRIED", "status_from": created,
            "status_to": later, "establishment_code": "LEI", "entry_reason": "REMAND",
            "exit_reason": np.where(closed, "BAIL", None), "court_ou_code": "B01LY00", "ptiurn": urn,
            "_created": created, "_person": number // 2 * 2,
        }
    )  # fmt: skip
    orders = pd.DataFrame(
        {
            "crn": [f"X{n:06d}" for n in number], "event_number": 1, "noms_number": nothing, "pnc_id": pnc,
            "surname": surname, "forename": forename, "date_of_birth": born, "gender": "Male",
            "ethnicity_code": ethnicity,
            "postcode": "M1 1AA", "order_type": "COMMUNITY_ORDER", "start_date": created,
            "expected_end_date": created + pd.Timedelta(days=365), "actual_end_date": later,
            "termination_reason": np.where(closed, "COMPLETED", None), "court_ou_code": "B01LY00", "ptiurn": urn,
            "cjs_offence_code": "TH68010", "requirements": np.where(number % 2, "UPW;RAR", None),
            "breaches": number % 3,
            **hidden,
        }
    )  # fmt: skip
    persons = pd.DataFrame(
        {
            "true_person_id": number, "alias_surname": np.where(number % 9 == 0, "Alias", None),
            "alias_forename": None, "nickname": None, "previous_postcode": np.where(number % 4 == 0, "B1 1BB", None),
        }
    )  # fmt: skip
    return World(
        parameters=parameters,
        feeds={
            "police/custody_records": custody, "cps/defendants": cps, "hmcts/results": results,
            "prison/prisoners": prisoners, "prison/custody_spells": spells, "probation/orders": orders,
        },
        reveals={
            "police/custody_records": (
                Reveal(columns=("disposal", "disposal_at"), when="disposal_at", before={"disposal": "PRE_CHARGE_BAIL"}),
            ),
            "cps/defendants": (Reveal(("finalisation_date", "finalisation_court", "outcome"), "finalisation_date"),),
            "hmcts/results": (
                Reveal(
                    ("duration_value", "is_deleted", "amended_at"),
                    "amended_at",
                    before={"is_deleted": "N"},
                    before_from={"duration_value": "_value_before"},
                ),
            ),
            "prison/custody_spells": (Reveal(("status_to", "exit_reason"), "status_to"),),
            "probation/orders": (Reveal(("actual_end_date", "termination_reason"), "actual_end_date"),),
        },
        truth={"persons": persons},
    )  # fmt: skip
