"""What happened in the end to people remanded, in pandas, from the simulation's truth and the delivered records.

Belongs here: `remand_outcomes` recomputed without any of the models' SQL. Does not belong here: deciding how much
difference is too much (the tests do).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd

from tests.marts.comparisons import Comparison, faulty_records, wrongly_linked_people
from tests.marts.delivered import newest_records

IN_CUSTODY = ("C", "S", "L")
"""Bail statuses that are custody: custody, youth detention and local authority accommodation."""

LOCAL_CARE = "local authority accommodation, not prison"

DAYS = ("days_untried", "days_convicted_unsentenced", "days_net")


def compare_remand_outcomes(data_dir: Path, truth_dir: Path) -> Comparison:
    """Every remanded defendant once: final outcome over both courts, disposal, days held, which court remanded.

    An open episode runs to the newest prison extract, in truth to the last day of the world: the truth is carried on.
    """
    ours = built_rows(data_dir, "select * from marts.remand_outcomes where defendant_id is not null")
    truth = pd.read_parquet(truth_dir / "remand_episodes.parquet")
    sentencing = pd.read_parquet(truth_dir / "sentencing.parquet").set_index("defendant_id")
    truth["disposal_type"] = truth["defendant_id"].map(sentencing["disposal_type"])
    last_day = pd.to_datetime(truth["entry_date"]) + pd.to_timedelta(
        truth["days_net"] + truth["days_bail_gap"], unit="D"
    )
    carried_on = (ours["data_as_of"].max() - last_day).dt.days.where(truth["is_open"].astype(bool), 0)
    unsentenced = truth["days_convicted_unsentenced"] > 0
    truth["days_net"] += carried_on
    truth["days_untried"] += carried_on.where(~unsentenced, 0)
    truth["days_convicted_unsentenced"] += carried_on.where(unsentenced, 0)
    both = truth.merge(ours, on="defendant_id", how="outer", suffixes=("_truth", ""), indicator="side")
    same = (both["side"] == "both") & (both["evidence"] == "prison_and_court")
    for column in (*DAYS, "outcome", "is_open"):
        same &= both[column] == both[f"{column}_truth"]
    convicted = both["outcome_truth"].isin(["immediate_custody", "non_custodial"])
    same &= ~convicted | (both["outcome_detail"] == both["disposal_type"])
    same &= pd.to_datetime(both["entry_date"]) == pd.to_datetime(both["entry_date_truth"])
    other_reasons = {LOCAL_CARE: children_in_local_authority_accommodation(data_dir)}
    return explained_comparison(both, same, data_dir, truth_dir, other_reasons)


def courts_that_remanded(data_dir: Path, until: pd.Timestamp) -> pd.Series[str]:
    """magistrates, crown or both, by defendant the delivered records say was remanded in custody up to a day."""
    seen = newest_records(data_dir, "hmcts/hearing_defendants", ["hearing_id", "defendant_id"])
    held = newest_records(data_dir, "hmcts/hearings", ["hearing_id"]).set_index("hearing_id")
    seen = seen.join(held[["jurisdiction", "hearing_date"]], on="hearing_id")
    seen = seen[seen["bail_status"].isin(IN_CUSTODY) & (pd.to_datetime(seen["hearing_date"]) <= until)]
    courts = seen.groupby("defendant_id")["jurisdiction"].agg(frozenset)
    names = {frozenset("M"): "magistrates", frozenset("C"): "crown", frozenset("MC"): "both"}
    return courts.map(names)


def suspended_terms(data_dir: Path) -> pd.Series[float]:
    """Longest suspended term in days by defendant, of the results that stand."""
    results = newest_records(data_dir, "hmcts/results", ["result_id"])
    offences = newest_records(data_dir, "hmcts/offences", ["offence_id"]).set_index("offence_id")
    results = results[results["cjs_result_code"].isin(["1115", "1134"]) & (results["is_deleted"] != "Y")]
    value = pd.to_numeric(results["duration_value"], errors="coerce")
    days = results["duration_unit"].map({"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25})
    return (value * days).groupby(results["offence_id"].map(offences["defendant_id"])).max()


def explained_comparison(
    both: pd.DataFrame,
    same: pd.Series[bool],
    data_dir: Path,
    truth_dir: Path,
    other_reasons: Mapping[str, AbstractSet[str]] | None = None,
) -> Comparison:
    """Sorts the rows that differ by their reason: a wrong link first, then an injected error.

    Args:
        both: rows with `defendant_id` and `true_person_id`.
        same: which of them agree.
        data_dir: of the built warehouse.
        truth_dir: of its world.
        other_reasons: reason -> defendants it explains, for what has no error in a record behind it.
    """
    different = both[~same.fillna(False)]
    faults = faulty_records(data_dir, truth_dir, with_age_and_sex=False).groupby("defendant_id")["reason"].min()
    reason = different["defendant_id"].map(faults)
    wrongly_linked = wrongly_linked_people(data_dir, truth_dir)
    reason = reason.mask(different["true_person_id"].isin(wrongly_linked), "linkage")
    held_back = people_without_a_record(data_dir, truth_dir)
    reason = reason.mask(different["true_person_id"].isin(held_back), "record held back by the gate")
    for other, defendants in (other_reasons or {}).items():
        reason = reason.mask(different["defendant_id"].isin(defendants), other)
    return Comparison(
        compared=len(both),
        exact=len(both) - len(different),
        explained={str(name): int(count) for name, count in reason.value_counts().items()},
        unexplained=different[reason.isna()],
    )


def people_without_a_record(data_dir: Path, truth_dir: Path) -> set[int]:
    """True persons of whom a court or prison record never got past the gate."""
    known = built_rows(data_dir, "select agency, feed, record_key, person_id from conformed.person_records")
    truth = pd.read_parquet(truth_dir / "person_records.parquet")
    table = truth.merge(known, on=["agency", "feed", "record_key"], how="left")
    lost = table[table["agency"].isin(["hmcts", "prison"]) & table["person_id"].isna()]
    return set(lost["true_person_id"])


def children_in_local_authority_accommodation(data_dir: Path) -> set[str]:
    """Defendants refused bail and at some time placed with the local authority: remanded, and not in prison."""
    seen = newest_records(data_dir, "hmcts/hearing_defendants", ["hearing_id", "defendant_id"])
    return set(seen.loc[seen["bail_status"] == "L", "defendant_id"])


def built_rows(data_dir: Path, sql: str) -> pd.DataFrame:
    """Rows of the private build database."""
    with closing(duckdb.connect(str(data_dir / "build" / "warehouse.duckdb"), read_only=True)) as connection:
        return connection.execute(sql).df()
