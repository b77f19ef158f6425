"""Nested events of Common Platform, read into the six feeds of the courts, and what the gate says of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.ingest import ingest_feed
from orchestration.ingest.mapped_reader import rows_of
from orchestration.quality import gate_feed
from orchestration.settings import Settings
from tests.ingest.common_platform import EVENT

CONTRACTS = load_feed_contracts(Settings.from_environment().contracts_dir)
COURTS = [key for key in CONTRACTS if key.startswith("hmcts/")]


def rows(feed: str, event: dict[str, Any] = EVENT) -> list[dict[str, str]]:
    """The rows of one feed in an event, without what is blank."""
    contract = CONTRACTS[f"hmcts/{feed}"]
    (profile,) = contract.mappings
    found = rows_of(contract, profile, event, 1)
    return [{name: text for name, text in row.items() if text is not None and name[0] != "_"} for row in found]


def test_the_six_feeds_of_the_courts_are_mapped() -> None:
    assert len(COURTS) == 6
    assert {profile.label for key in COURTS for profile in CONTRACTS[key].mappings} == {"common_platform 1.0.0"}


def test_a_case_is_received_on_the_earliest_day_an_offence_was_laid() -> None:
    assert rows("cases") == [
        {
            "case_id": "c1", "ptiurn": "45GD0217126", "initiation_code": "R", "prosecutor": "CPS",
            "received_date": "2026-03-11", "case_status": "LIVE", "last_updated_at": "2026-06-30T23:04:27Z",
        }
    ]  # fmt: skip
    closed = copy.deepcopy(EVENT)
    closed["hearing"]["prosecutionCases"][0]["caseStatus"] = "CLOSED"
    (case,) = rows("cases", closed)
    assert (case["case_status"], case["closed_date"]) == ("CLOSED", "2026-07-01")  # the day in London


def test_people_and_companies_are_told_apart() -> None:
    person, company = rows("defendants")
    assert person == {
        "defendant_id": "d1", "case_id": "c1", "defendant_type": "P", "master_defendant_id": "m1",
        "pnc_id": "2019/0000001A", "surname": "Okonkwo", "forename": "Anna", "middle_name": "Maria",
        "date_of_birth": "1990-06-25", "gender": "2", "self_defined_ethnicity": "B2", "postcode": "SE1 6TY",
        "last_updated_at": "2026-06-30T23:04:27Z",
    }  # fmt: skip
    assert (company["defendant_type"], company["organisation_name"]) == ("O", "Example Haulage Ltd")


def test_pleas_and_verdicts_are_in_the_feeds_codes() -> None:
    first, second = rows("offences")
    assert (first["plea"], first["plea_date"], first["verdict"], first["verdict_date"]) == (
        "NG", "2026-04-02", "G", "2026-06-30",
    )  # fmt: skip
    assert (first["charge_date"], second["charge_date"]) == ("2026-03-10", "2026-03-11")
    assert (second["plea"], second["plea_date"]) == ("G", "2026-03-20") and "verdict" not in second


@pytest.mark.parametrize(
    ("description", "code", "listed"),
    [
        ("Trial (TRL)", "TRL", "Y"),
        ("Trial", "TRL", "Y"),
        ("Mention - Defendant to Attend (MDA)", "MDA", "N"),
        ("first hearing", "FH", "N"),
        ("Plea and Trial Preparation", "PTP", "N"),
    ],
)
def test_a_hearings_type_is_its_code_or_that_of_its_words(description: str, code: str, listed: str) -> None:
    event = copy.deepcopy(EVENT)
    event["hearing"]["type"]["description"] = description
    (hearing,) = rows("hearings", event)
    assert (hearing["hearing_type_code"], hearing["listed_for_trial"]) == (code, listed)


def test_a_hearing_is_dated_by_its_first_day_and_a_trial_has_its_outcome() -> None:
    (hearing,) = rows("hearings")
    assert hearing["hearing_date"] == "2026-06-29"
    assert (hearing["jurisdiction"], hearing["court_ou_code"], hearing["judicial_officer_id"]) == ("C", "C01BL00", "j1")
    assert hearing["trial_outcome_class"] == "EFFECTIVE"
    cracked = copy.deepcopy(EVENT)
    cracked["hearing"]["crackedIneffectiveTrial"] = {"code": "A", "type": "Cracked"}
    (hearing,) = rows("hearings", cracked)
    assert (hearing["trial_outcome_class"], hearing["trial_outcome_code"]) == ("CRACKED", "A")
    none = copy.deepcopy(EVENT)
    none["hearing"]["isEffectiveTrial"] = False
    assert "trial_outcome_class" not in rows("hearings", none)[0]


def test_each_defendant_attended_as_is_told_of_that_defendant() -> None:
    person, company = rows("hearing_defendants")
    assert person == {
        "hearing_id": "h1", "defendant_id": "d1", "attendance": "BY_VIDEO", "representation": "OTHER",
        "bail_status": "C", "ctl_expiry_date": "2026-09-01",
    }  # fmt: skip
    assert company == {"hearing_id": "h1", "defendant_id": "d2", "attendance": "ABSENT"}


def test_lengths_deletions_and_amendments_of_results() -> None:
    """Two years and six months are thirty months; a month and ten days have no common unit and are left out."""
    prison, compensation = rows("results")
    assert prison == {
        "result_id": "r1", "hearing_id": "h1", "offence_id": "o1", "cjs_result_code": "1002",
        "result_date": "2026-06-30", "result_type": "F", "duration_value": "30", "duration_unit": "M",
        "is_deleted": "N",
    }  # fmt: skip
    assert compensation == {
        "result_id": "r2", "hearing_id": "h0", "offence_id": "o1", "cjs_result_code": "3012",
        "result_date": "2026-06-30", "is_deleted": "Y", "amended_at": "2026-06-30T23:04:27Z",
    }  # fmt: skip


def test_the_gate_lets_in_a_file_of_events_shared_again(tmp_path: Path) -> None:
    here = Settings.from_environment(landing_dir=tmp_path / "landing", data_dir=tmp_path / "data")
    folder = here.landing_dir / "hmcts" / "common_platform"
    folder.mkdir(parents=True)
    lines = [json.dumps(EVENT), json.dumps(EVENT | {"sharedTime": "2026-07-02T09:00:00Z"}), json.dumps({"hearing": {}})]
    (folder / "common_platform_20260731.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    received: dict[str, tuple[int, int]] = {}
    for key in COURTS:
        assert ingest_feed(CONTRACTS[key], here).problems == ()
        summary = gate_feed(CONTRACTS[key], here)
        assert summary.rejected == ()
        received[key] = (summary.rows_received, summary.rows_quarantined)
    assert received == {
        "hmcts/cases": (2, 0),
        "hmcts/defendants": (4, 0),
        "hmcts/offences": (4, 0),
        "hmcts/hearings": (3, 1),  # an event without a hearing is a row without its required values
        "hmcts/hearing_defendants": (4, 0),
        "hmcts/results": (4, 0),
    }
