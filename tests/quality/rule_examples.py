"""For every rule about rows: rows that break it, and rows it applies to and that keep it. No tests here.

Belongs here: the table of examples. A rule across columns has an entry of its own; a rule about one column follows from
its kind and column, with an entry where that would break another rule too. Does not belong here: files with these rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.contracts import Column, ColumnRule, ColumnRuleKind, ColumnType, FeedContract, RowRule
from tests.quality.broken.good_values import as_delivered, good_value

Change = Mapping[str, str]
"""Values by column as delivered, over a good row of the feed."""


@dataclass(frozen=True)
class Examples:
    """Examples of one rule.

    Attributes:
        breaking: changes that break it.
        keeping: changes, each of a row it applies to, that keep it.
        companions: rules that every breaking row breaks as well, because no value could break the one alone.
    """

    breaking: tuple[Change, ...]
    keeping: tuple[Change, ...]
    companions: frozenset[str] = frozenset()


_SECOND_URN = "01AA1234521"

ROW_RULES: Mapping[str, tuple[Change, Change]] = {
    "POL-CUS-001": ({"offence_date": "01/01/2024"}, {}),
    "POL-CUS-002": ({"disposal_at": "31/12/2023 09:59"}, {"disposal_at": "31/12/2023 10:00"}),
    "POL-CUS-003": ({"disposal": "CHARGED"}, {"disposal": "CHARGED", "ptiurn": _SECOND_URN}),
    "POL-CUS-004": (
        {"remanded_for_court": "Y"},
        {"remanded_for_court": "Y", "disposal": "CHARGED", "ptiurn": _SECOND_URN},
    ),
    "POL-CUS-005": ({"date_of_birth": "05/06/2014"}, {"date_of_birth": "05/06/2013"}),
    "POL-CUS-006": ({"disposal_at": ""}, {"disposal": "PRE_CHARGE_BAIL", "disposal_at": ""}),
    "POL-OCD-001": ({"offence_date": "16/01/2024"}, {"offence_date": "15/01/2024"}),
    "POL-OCD-002": (
        {"completion_status": "COMPLETED", "completed_date": "14/01/2024"},
        {"completion_status": "COMPLETED", "completed_date": "15/01/2024"},
    ),
    "POL-OCD-003": (
        {"completion_status": "COMPLETED"},
        {"completion_status": "COMPLETED", "completed_date": "15/01/2024"},
    ),
    "POL-OCD-004": (
        {"conditions": "APOLOGY", "completion_status": "PENDING"},
        {"conditions": "APOLOGY", "completion_status": "PENDING", "conditions_due_date": "01/02/2024"},
    ),
    "POL-OCD-005": (
        {"conditions": "APOLOGY", "conditions_due_date": "01/02/2024"},
        {"conditions": "APOLOGY", "conditions_due_date": "01/02/2024", "completion_status": "PENDING"},
    ),
    "POL-OCD-006": ({"outcome_code": "2"}, {"outcome_code": "2", "date_of_birth": "05/06/2006"}),
    "POL-SSR-001": (
        {"Outcome linked to object of search": "True", "Outcome": "A no further action disposal"},
        {"Outcome linked to object of search": "True"},
    ),
    "POL-SSR-002": ({"Latitude": "51.5"}, {"Latitude": "51.5", "Longitude": "0.1"}),
    "POL-SSR-003": (
        {"Policing operation": "Calm", "Part of a policing operation": "False"},
        {"Policing operation": "Calm", "Part of a policing operation": "True"},
    ),
    "CPS-DEF-001": (
        {"FINALISATION_DATE": "01/01/2024", "OUTCOME": "ACQUITTED", "FINALISATION_COURT": "MC"},
        {"FINALISATION_DATE": "02/01/2024", "OUTCOME": "ACQUITTED", "FINALISATION_COURT": "MC"},
    ),
    "CPS-DEF-002": (
        {"OUTCOME": "ACQUITTED", "FINALISATION_COURT": "MC"},
        {"FINALISATION_DATE": "02/01/2024", "OUTCOME": "ACQUITTED", "FINALISATION_COURT": "MC"},
    ),
    "CPS-DEF-003": (
        {"FINALISATION_DATE": "02/01/2024", "OUTCOME": "ACQUITTED"},
        {"FINALISATION_DATE": "02/01/2024", "OUTCOME": "ACQUITTED", "FINALISATION_COURT": "CC"},
    ),
    "CPS-DEF-004": ({"DOB": "05/06/2015"}, {"DOB": "05/06/2014"}),
    "HMC-CAS-001": ({"sent_to_crown_date": "2024-01-01"}, {"sent_to_crown_date": "2024-01-02"}),
    "HMC-CAS-002": (
        {"sent_to_crown_date": "2024-01-05", "crown_received_date": "2024-01-04"},
        {"sent_to_crown_date": "2024-01-05", "crown_received_date": "2024-01-05"},
    ),
    "HMC-CAS-003": ({"case_status": "CLOSED"}, {"case_status": "CLOSED", "closed_date": "2024-01-10"}),
    "HMC-CAS-004": ({"closed_date": "2024-01-10"}, {}),
    "HMC-CAS-005": (
        {"case_status": "CLOSED", "closed_date": "2024-01-01"},
        {"case_status": "CLOSED", "closed_date": "2024-01-02"},
    ),
    "HMC-CAS-006": (
        {"crown_case_number": "T20217001"},
        {"crown_case_number": "T20217001", "crown_received_date": "2024-01-05"},
    ),
    "HMC-CAS-007": (
        {"case_id": "merged", "merged_into_case_id": "merged"},
        {"case_id": "merged", "merged_into_case_id": "other"},
    ),
    "HMC-DEF-001": ({"surname": ""}, {}),
    "HMC-DEF-002": (
        {"defendant_type": "O", "surname": "", "forename": "", "date_of_birth": ""},
        {
            "defendant_type": "O",
            "surname": "",
            "forename": "",
            "date_of_birth": "",
            "organisation_name": "Haulage Ltd",
        },
    ),
    "HMC-DEF-003": (
        {"defendant_type": "O", "organisation_name": "Haulage Ltd", "surname": "", "forename": ""},
        {
            "defendant_type": "O",
            "organisation_name": "Haulage Ltd",
            "surname": "",
            "forename": "",
            "date_of_birth": "",
        },
    ),
    "HMC-DEF-004": (
        {"bench_warrant_issued": "2024-01-05", "bench_warrant_executed": "2024-01-04"},
        {"bench_warrant_issued": "2024-01-05", "bench_warrant_executed": "2024-01-05"},
    ),
    "HMC-DEF-005": (
        {"bench_warrant_executed": "2024-01-04"},
        {"bench_warrant_issued": "2024-01-04", "bench_warrant_executed": "2024-01-04"},
    ),
    "HMC-OFF-001": ({"charge_date": "2023-12-30"}, {"charge_date": "2023-12-31"}),
    "HMC-OFF-002": (
        {"verdict": "G", "verdict_date": "2024-01-01"},
        {"verdict": "G", "verdict_date": "2024-01-02"},
    ),
    "HMC-OFF-003": ({"plea": "NG", "plea_date": "2024-01-01"}, {"plea": "NG", "plea_date": "2024-01-02"}),
    "HMC-OFF-004": ({"verdict": "G"}, {"verdict": "G", "verdict_date": "2024-01-03"}),
    "HMC-OFF-005": ({"plea": "G"}, {"plea": "G", "plea_date": "2024-01-03"}),
    "HMC-OFF-006": (
        {"plea": "G", "plea_date": "2024-01-03", "verdict": "NG", "verdict_date": "2024-01-04"},
        {"plea": "G", "plea_date": "2024-01-03", "verdict": "G", "verdict_date": "2024-01-04"},
    ),
    "HMC-HEA-001": (
        {"listed_for_trial": "N", "trial_outcome_class": "EFFECTIVE"},
        {"trial_outcome_class": "EFFECTIVE"},
    ),
    "HMC-HEA-002": (
        {"trial_outcome_class": "CRACKED"},
        {"trial_outcome_class": "CRACKED", "trial_outcome_code": "A"},
    ),
    "HMC-HEA-003": ({"trial_outcome_code": "A"}, {"trial_outcome_class": "CRACKED", "trial_outcome_code": "A"}),
    "HMC-HEA-004": ({"jurisdiction": "C"}, {}),
    "HMC-HDF-001": (
        {"bail_status": "C", "bail_exceptions": "LTA"},
        {"bail_status": "C", "bail_exceptions": "LTA", "remand_basis": "BC"},
    ),
    "HMC-HDF-002": (
        {"bail_status": "C", "remand_basis": "BC"},
        {"bail_status": "C", "bail_exceptions": "LTA", "remand_basis": "BC"},
    ),
    "HMC-HDF-003": (
        {"ctl_expiry_date": "2024-06-01", "ctl_extended_to": "2024-06-01"},
        {"ctl_expiry_date": "2024-06-01", "ctl_extended_to": "2024-06-02"},
    ),
    "HMC-HDF-004": (
        {"ctl_extended_to": "2024-06-01"},
        {"ctl_expiry_date": "2024-05-01", "ctl_extended_to": "2024-06-02"},
    ),
    "HMC-RES-001": ({"duration_unit": ""}, {}),
    "HMC-RES-002": ({"duration_value": ""}, {"duration_value": "", "duration_unit": "L"}),
    "HMC-RES-003": ({"is_deleted": "Y", "amended_at": ""}, {"is_deleted": "Y"}),
    "HMC-RES-004": ({"amended_at": "2024-01-01T23:59:00Z"}, {"amended_at": "2024-01-02T00:00:00Z"}),
    "PRI-SPE-001": (
        {"status_to": "31-DEC-2023", "exit_reason": "RELEASED"},
        {"status_to": "01-JAN-2024", "exit_reason": "RELEASED"},
    ),
    "PRI-SPE-002": ({"status_to": "02-JAN-2024"}, {"status_to": "02-JAN-2024", "exit_reason": "RELEASED"}),
    "PRI-SPE-003": ({"legal_status": "UNTRIED"}, {"legal_status": "UNTRIED", "ptiurn": _SECOND_URN}),
    "PRI-SEN-001": ({"sentence_expiry_date": "31-DEC-2023"}, {"sentence_expiry_date": "01-JAN-2024"}),
    "PRI-SEN-002": (
        {"conditional_release_date": "02-JUL-2024", "sentence_expiry_date": "01-JUL-2024"},
        {"conditional_release_date": "01-JUL-2024", "sentence_expiry_date": "01-JUL-2024"},
    ),
    "PRI-SEN-003": ({"released_date": "31-DEC-2023"}, {"released_date": "01-JAN-2024"}),
    "PRI-SEN-004": ({"consecutive_to_sequence": "1"}, {"consecutive_to_sequence": "2"}),
    "PRI-SEN-005": ({"length_months": ""}, {"length_months": "", "length_days": "28"}),
    "PRI-SEN-006": ({"extension_months": "6"}, {"extension_months": "6", "sentence_type": "EDS"}),
    "PRI-SEN-007": ({"tariff_months": "60"}, {"tariff_months": "60", "sentence_type": "LIFE"}),
    "PRO-ORD-001": (
        {"actual_end_date": "2024-01-01", "termination_reason": "COMPLETED"},
        {"actual_end_date": "2024-01-02", "termination_reason": "COMPLETED"},
    ),
    "PRO-ORD-002": ({"expected_end_date": "2024-01-01"}, {"expected_end_date": "2024-01-02"}),
    "PRO-ORD-003": (
        {"actual_end_date": "2024-01-02"},
        {"actual_end_date": "2024-01-02", "termination_reason": "COMPLETED"},
    ),
    "PRO-ORD-004": (
        {"actual_end_date": "2024-01-02", "termination_reason": "REVOKED_BREACH"},
        {"actual_end_date": "2024-01-02", "termination_reason": "REVOKED_BREACH", "breaches": "1"},
    ),
    "LAA-REP-001": ({"status_date": "2024-01-01"}, {"status_date": "2024-01-02"}),
    "LAA-REP-002": ({"status_date": ""}, {"status_code": "AP", "status_date": ""}),
}
"""Of each rule across columns: what breaks it, what keeps it."""

BESIDE: Mapping[str, Change] = {
    "POL-CUS-TYPE-disposal_at": {"disposal": "PRE_CHARGE_BAIL"},
    "POL-SSR-RANGE-latitude": {"Longitude": "0.1"},
    "POL-SSR-RANGE-longitude": {"Latitude": "51.5"},
    "CPS-DEF-101": {"FINALISATION_DATE": "03/01/2024", "FINALISATION_COURT": "MC"},
    "HMC-CAS-PATTERN-crown_case_number": {"crown_received_date": "2024-01-05"},
    "HMC-OFF-101": {"plea_date": "2024-01-03"},
    "HMC-OFF-102": {"verdict_date": "2024-01-03"},
    "HMC-HEA-CLOSED-court_ou_code": {"hearing_date": "2019-01-01"},
    "HMC-HEA-CODE_LIST-trial_outcome_code": {"trial_outcome_class": "CRACKED"},
    "HMC-RES-TYPE-duration_value": {"duration_unit": "L"},
    "PRI-SPE-CLOSED_CODES-exit_reason": {"status_to": "02-JAN-2024"},
    "PRI-SEN-TYPE-length_months": {"length_days": "28"},
    "PRI-SEN-RANGE-extension_months": {"sentence_type": "EDS"},
    "PRI-SEN-RANGE-tariff_months": {"sentence_type": "LIFE"},
    "PRO-ORD-CLOSED_CODES-termination_reason": {"actual_end_date": "2024-01-02"},
    "LAA-REP-TYPE-status_date": {"status_code": "AP"},
}
"""What the rows of a rule about one column need besides, so that breaking it breaks no other."""

COMPANIONS: Mapping[str, frozenset[str]] = {
    "HMC-HEA-CLOSED_CODES-jurisdiction": frozenset({"HMC-HEA-004"}),
    "HMC-HEA-CLOSED_CODES-trial_outcome_class": frozenset({"HMC-HEA-002"}),
}
"""Rules that no value outside the list could keep."""

_NO_CODE = "§"
_UNLISTED = {"cjs_result_code": "9999", "court_ou_code": "B99ZZ99"}
"""Codes of no list that keep what else is asked of the column."""


def examples_of(contract: FeedContract, rule: ColumnRule | RowRule, codes: Mapping[str, frozenset[str]]) -> Examples:
    """The examples of a rule.

    Raises:
        KeyError: the table has none; add one to `ROW_RULES`.
    """
    if isinstance(rule, RowRule):
        breaking, keeping = ROW_RULES[rule.code]
        return Examples((breaking,), (keeping,), COMPANIONS.get(rule.code, frozenset()))
    column = contract.column(rule.column)
    beside = BESIDE.get(rule.code, {})
    broken, kept = _values(contract, column, rule.kind, codes)
    return Examples(
        tuple({**beside, column.physical_name: value} for value in broken),
        tuple({**beside, column.physical_name: value} for value in kept),
        COMPANIONS.get(rule.code, frozenset()) | _companions(contract, rule),
    )


def _companions(contract: FeedContract, rule: ColumnRule) -> frozenset[str]:
    """What is rounded, garbled or no code at all is not well formed either, and of no list."""
    kinds = {
        ColumnRuleKind.SPREADSHEET: (ColumnRuleKind.PATTERN,),
        ColumnRuleKind.LEGIBLE: (ColumnRuleKind.PATTERN,),
        ColumnRuleKind.PATTERN: (ColumnRuleKind.CODE_LIST,),
    }
    found = (contract.column_rule(rule.column, kind) for kind in kinds.get(rule.kind, ()))
    return frozenset(item.code for item in found if item is not None)


def _values(
    contract: FeedContract, column: Column, kind: ColumnRuleKind, codes: Mapping[str, frozenset[str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Values that break a rule of this kind, and values that keep it."""
    good = good_value(contract, column, codes)
    if kind is ColumnRuleKind.RANGE:
        limits = [limit for limit in (column.minimum, column.maximum) if limit is not None]
        return _outside(contract, column), tuple(as_delivered(contract, column, limit) for limit in limits)
    other_case = (good.swapcase(),) if good.swapcase() != good else ()
    keeps = (good,)
    if column.spellings:  # a value whose spellings were agreed is read in any letters
        keeps, other_case = (good, *other_case), ()
    broken = {
        ColumnRuleKind.REQUIRED: ("", "   "),
        ColumnRuleKind.TYPE: ("nonsense",),
        ColumnRuleKind.CLOSED_CODES: (_NO_CODE, *other_case),
        ColumnRuleKind.EXPECTED_CODES: (_NO_CODE, *other_case),
        ColumnRuleKind.CODE_LIST: (_UNLISTED.get(column.name, _NO_CODE),),
        ColumnRuleKind.CLOSED: ("B01CX00",),  # Camberwell Green, closed at the end of 2018
        ColumnRuleKind.PATTERN: (_NO_CODE,),
        ColumnRuleKind.SPREADSHEET: ("1.23E+10", "4,5e+12"),
        ColumnRuleKind.LEGIBLE: ("MÃ¼ller", "M?ller", "M\ufffdller", "Mu\x08ller", "Oâ€™Brien"),
    }
    return broken[kind], keeps


def _outside(contract: FeedContract, column: Column) -> tuple[str, ...]:
    """The nearest values below the minimum and above the maximum."""
    found = []
    for limit, step in ((column.minimum, -1), (column.maximum, 1)):
        if limit is None:
            continue
        if column.type is ColumnType.DATE:
            moved = (date.fromisoformat(limit) + timedelta(days=step)).isoformat()
            found.append(as_delivered(contract, column, moved))
        else:
            found.append(str(int(limit) + step))
    return tuple(found)
