"""Contradictions reported against those a simulated world was given, in pandas, sharing no SQL with the models.

Belongs here: which rule each kind of disagreement breaks, and what was reported and not made, or made and not reported.
Does not belong here: building a world, or deciding how much difference is too much (the tests do).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from tests.marts.comparisons import faulty_records

RULE_OF_KIND = {
    "reception_missing": "court_custody_no_reception",
    "release_missing": "court_release_still_held",
    "sentence_missing": "custody_sentence_no_prison_sentence",
    "sentence_length_wrong": "sentence_length_differs",
    "sentence_type_wrong": "sentence_type_differs",
    "status_wrong": "prisoner_no_live_case",
    "outcome_wrong": "cps_outcome_differs",
    "prosecution_missing": "charge_not_known_to_cps",
    "order_missing": "community_sentence_no_order",
    "order_type_wrong": "order_no_court_result",
    "legal_aid_missing": "representation_without_legal_aid",
    "legal_aid_without_case": "legal_aid_without_case",
    "reference_wrong": "charge_not_known_to_court",
    "results_missing": "hearing_without_result",
}
"""Kind of disagreement in the simulation's truth -> the rule it breaks."""

RECORD_ERRORS = ("required_missing", "code_outside_closed_list", "date_unparsable", "missing")
"""Kinds of error that hold a record back, or take a value from it."""

DESCRIBING_COLUMNS = ("postcode", "date_of_birth", "dob", "birth_date", "nationality", "nationality_code")
"""Columns no contradiction rests on, but for wrong links, which are found as such."""


@dataclass(frozen=True)
class Recovery:
    """What was reported, next to what was made.

    Attributes:
        made: rule and true person of every disagreement made.
        reported: the rows of the mart, with the true persons behind each.
        missed: lines of `made` no row of the mart reports.
        unfounded: rows of `reported` that nothing made.
    """

    made: pd.DataFrame
    reported: pd.DataFrame
    missed: pd.DataFrame
    unfounded: pd.DataFrame


def recover(data_dir: Path, truth_dir: Path) -> Recovery:
    """Compare person by person and rule by rule: a person was given at most one disagreement."""
    disagreements = pd.read_parquet(truth_dir / "disagreements.parquet")
    made = disagreements.assign(rule=disagreements["kind"].map(RULE_OF_KIND))
    made = made.drop_duplicates(["rule", "true_person_id"])[
        ["rule", "kind", "true_person_id", "defendant_id", "event_date"]
    ].reset_index(drop=True)
    rows = _query(data_dir, "select * from marts.cross_agency_contradictions")
    links = _query(data_dir, "select agency, feed, record_key, person_id from conformed.person_records")
    truth = pd.read_parquet(truth_dir / "person_records.parquet")
    people = truth.merge(links, on=["agency", "feed", "record_key"])[["person_id", "true_person_id"]].drop_duplicates()
    reported = rows.merge(people, on="person_id", how="left")
    keys = ["rule", "true_person_id"]
    found = made.merge(reported[keys].drop_duplicates(), on=keys, how="left", indicator="side")
    founded = reported.merge(made[keys], on=keys, how="inner")["contradiction_id"]
    return Recovery(
        made=made,
        reported=reported,
        missed=found[found["side"] == "left_only"].drop(columns="side"),
        unfounded=reported[~reported["contradiction_id"].isin(founded)],
    )


def _query(data_dir: Path, sql: str) -> pd.DataFrame:
    with closing(duckdb.connect(str(data_dir / "build" / "warehouse.duckdb"), read_only=True)) as connection:
        return connection.execute(sql).df()


def unexplained(lines: pd.DataFrame, data_dir: Path, truth_dir: Path) -> pd.DataFrame:
    """Lines of `missed` or `unfounded` for which no reason is known.

    Reasons: the person's records, of any agency, are not linked as one person's own; a record of the proceeding was
    delivered with an error that was never corrected (`faulty_records`); or one of the person's was held back or has a
    value missing, or carries a wrong or no case reference or arrest/summons number, by which agencies find each
    other's records.
    """
    faulty = set(faulty_records(data_dir, truth_dir, with_age_and_sex=False)["defendant_id"])
    people = _wrongly_linked(data_dir, truth_dir) | _with_faulty_record(truth_dir)
    return lines[~lines["true_person_id"].isin(people) & ~lines["defendant_id"].isin(faulty)]


def _wrongly_linked(data_dir: Path, truth_dir: Path) -> set[int]:
    """True persons some record of whom, at any agency, is not linked to all their others, or is linked to another's."""
    links = _query(data_dir, "select agency, feed, record_key, person_id from conformed.person_records")
    table = pd.read_parquet(truth_dir / "person_records.parquet").merge(links, on=["agency", "feed", "record_key"])
    split = table.groupby("true_person_id")["person_id"].nunique()
    mixed = table.groupby("person_id")["true_person_id"].nunique()
    in_mixture = table[table["person_id"].isin(mixed[mixed > 1].index)]["true_person_id"]
    return set(split[split > 1].index) | set(in_mixture)


def _with_faulty_record(truth_dir: Path) -> set[int]:
    """True persons a record of whom, delivered or held back, carries one of `RECORD_ERRORS`, never corrected."""
    errors = pd.read_parquet(truth_dir / "injected_errors.parquet")
    errors = errors[errors["corrected_in"].isna() & ~errors["column"].isin(DESCRIBING_COLUMNS)]
    in_reference = errors["column"].isin(["ptiurn", "asn", "arrest_summons_number"]) & errors["kind"].isin(
        ["identifier_missing", "identifier_mistyped", "identifier_placeholder"]
    )
    errors = errors[in_reference | errors["kind"].isin(RECORD_ERRORS)]
    key = errors["record_key"].mask(
        errors["feed"] == "police/custody_records", errors["record_key"].str.rsplit("|", n=1).str[0]
    )
    records = pd.read_parquet(truth_dir / "person_records.parquet")
    records["feed"] = records["agency"] + "/" + records["feed"]
    found = errors.assign(record_key=key).merge(records, on=["feed", "record_key"])
    return set(found["true_person_id"])
