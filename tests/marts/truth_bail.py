"""Bail decisions and spells from what the courts delivered and who the people really are, in pandas.

Belongs here: the counting rules of `bail_decisions` and `bail_spells` written a second time, and the reason of every
difference. Does not belong here: what the gate decides about a row and when a case was completed (both taken as given).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.settings import PROJECT_ROOT
from tests.marts.comparisons import Comparison, wrongly_linked_people
from tests.marts.delivered import newest_records

REFERENCE = PROJECT_ROOT / "seeds" / "reference"

STATUS = {
    "C": "custody", "S": "custody", "L": "custody", "B": "conditional_bail", "P": "conditional_bail",
    "U": "unconditional_bail", "A": "not_applicable",
}  # fmt: skip

BAIL = ("conditional_bail", "unconditional_bail")


def compare_bail_decisions(data_dir: Path, truth_dir: Path) -> Comparison:
    """Every decision and ground: one row per exception of the delivered list, NOT_STATED where it is empty."""
    appearances = _appearances(data_dir)
    codes = set(pd.read_csv(REFERENCE / "bail_exceptions.csv")["bail_exception_code"])
    decided = appearances[appearances["status"].isin(["custody", *BAIL])].sort_values(["day", "hearing_id"])
    before = decided.groupby("defendant_id")["status"].shift()
    decided = decided.assign(is_new_refusal=(decided["status"] == "custody") & (before != "custody"))
    rows = []
    for row in decided.itertuples():
        listed = {part.strip() for part in str(row.bail_exceptions).split(";")} if row.status == "custody" else set()
        cited = {code if code in codes else "unknown" for code in listed - {"", "nan", "None"}}
        grounds = cited or {"NOT_STATED" if row.status == "custody" else "NOT_APPLICABLE"}
        rows += [
            (f"{row.hearing_id}|{row.defendant_id}", code, row.status, len(cited), row.is_new_refusal, row.court)
            for code in grounds
        ]
    columns = ["remand_decision_id", "exception_code", "decision", "exceptions_cited", "is_new_refusal", "court_code"]
    ours = _query(data_dir, f"select {', '.join(columns)} from marts.bail_decisions")
    return _compared(pd.DataFrame(rows, columns=columns), ours, columns[:2], data_dir, truth_dir)


def shares_of_refusals(data_dir: Path) -> pd.Series[float]:
    """Share of refusals citing each ground, all courts and quarters; index exception code, from delivered lists."""
    appearances = _appearances(data_dir)
    refusals = appearances.loc[appearances["status"] == "custody", "bail_exceptions"]
    cited = refusals.fillna("NOT_STATED").str.split(";").map(lambda codes: sorted({code.strip() for code in codes}))
    return cited.explode().value_counts() / len(refusals)


def compare_bail_spells(data_dir: Path, truth_dir: Path) -> Comparison:
    """Every spell of court bail: its dates, the warrants in it, and the offences in it of the same true person."""
    completed = _query(data_dir, "select defendant_id, completion_date from conformed.defendants").set_index(
        "defendant_id"
    )["completion_date"]
    as_of = pd.Timestamp(_query(data_dir, "select max(data_as_of) as day from conformed.newest_extract")["day"].iloc[0])
    defendants = newest_records(data_dir, "hmcts/defendants", ["defendant_id"]).set_index("defendant_id")
    truth = pd.read_parquet(truth_dir / "person_records.parquet")
    truth = truth[(truth["agency"] == "hmcts") & (truth["feed"] == "defendants")]
    person = truth.set_index("record_key")["true_person_id"]
    spells = _court_spells(_daily(_appearances(data_dir)), pd.to_datetime(completed), as_of)
    spells = spells[spells["defendant_id"].map(defendants["defendant_type"]) == "P"]
    spells["true_person_id"] = spells["defendant_id"].map(person)
    last_day = spells["end_date"].fillna(pd.Timestamp.max)
    warrant = pd.to_datetime(spells["defendant_id"].map(defendants["bench_warrant_issued"]))
    spells["has_failure_to_appear"] = (warrant > spells["start_date"]) & (warrant <= last_day)
    offences = newest_records(data_dir, "hmcts/offences", ["offence_id"])
    offences = offences[~offences["cjs_offence_code"].fillna("").str.startswith("BA76")]
    offences["true_person_id"] = offences["defendant_id"].map(person)
    offences["offence_day"] = pd.to_datetime(offences["offence_start_date"])
    offences = offences[offences["defendant_id"].isin(defendants.index) & offences["true_person_id"].notna()]
    pairs = spells.assign(last_day=last_day).merge(offences[["true_person_id", "offence_day"]], on="true_person_id")
    within = pairs[(pairs["offence_day"] > pairs["start_date"]) & (pairs["offence_day"] <= pairs["last_day"])]
    key = ["defendant_id", "bail_type", "start_date"]
    charged = within.groupby(key).size().rename("offences_charged")
    spells = spells.join(charged, on=key)
    spells["offences_charged"] = spells["offences_charged"].fillna(0)
    ours = _query(
        data_dir,
        """
        select defendant_id, bail_type, start_date, end_date, offences_charged, has_failure_to_appear
        from marts.bail_spells where bail_type <> 'police_bail'
        """,
    )
    # a record holds the last warrant; where an earlier version held an earlier one, the model knows more
    earlier = _query(data_dir, "select defendant_id from conformed.bench_warrants group by 1 having count(*) > 1")[
        "defendant_id"
    ]
    spells, ours = (table[~table["defendant_id"].isin(earlier)] for table in (spells, ours))
    return _compared(spells, ours, key, data_dir, truth_dir)


def _appearances(data_dir: Path) -> pd.DataFrame:
    """Delivered appearances of delivered defendants with a hearing date by the newest extract."""
    seen = newest_records(data_dir, "hmcts/hearing_defendants", ["hearing_id", "defendant_id"])
    hearings = newest_records(data_dir, "hmcts/hearings", ["hearing_id"]).set_index("hearing_id")
    people = newest_records(data_dir, "hmcts/defendants", ["defendant_id"])["defendant_id"]
    courts = set(pd.read_csv(REFERENCE / "courts.csv", dtype=str)["court_ou_code"])
    types = pd.read_csv(REFERENCE / "hearing_types.csv", dtype=str).set_index("hearing_type_code")["hearing_group"]
    as_of = _query(data_dir, "select max(data_as_of) as day from conformed.newest_extract")["day"].iloc[0]
    court = seen["hearing_id"].map(hearings["court_ou_code"])
    table = seen.assign(
        day=pd.to_datetime(seen["hearing_id"].map(hearings["hearing_date"])),
        court=court.where(court.isin(courts), "unknown"),
        is_crown=seen["hearing_id"].map(hearings["jurisdiction"]) == "C",
        about_bail=seen["hearing_id"].map(hearings["hearing_type_code"]).map(types) == "bail_and_custody",
        status=seen["bail_status"].map(STATUS),
    )
    known = table["day"].notna() & table["status"].notna() & table["defendant_id"].isin(people)
    return table[known & (table["day"] <= pd.Timestamp(as_of))]


def _daily(appearances: pd.DataFrame) -> pd.DataFrame:
    """Of a day's decisions the one about bail, else the Crown Court's, else one that granted bail."""
    lenience = appearances["status"].map({"custody": 1, "not_applicable": 2}).fillna(0)
    ordered = appearances.assign(
        later=~appearances["about_bail"], lower=~appearances["is_crown"], lenience=lenience
    ).sort_values(["defendant_id", "day", "later", "lower", "lenience", "hearing_id"])
    return ordered.drop_duplicates(["defendant_id", "day"])


def _court_spells(daily: pd.DataFrame, completed: pd.Series[pd.Timestamp], as_of: pd.Timestamp) -> pd.DataFrame:
    """defendant_id, bail_type, start_date, end_date: walked decision by decision."""
    spells = []
    for defendant, decisions in daily[daily["day"] <= as_of].groupby("defendant_id"):
        done = completed.get(defendant, pd.NaT)
        current: tuple[str, pd.Timestamp] | None = None
        for status, day in zip(decisions["status"], decisions["day"], strict=True):
            if current is not None and status == current[0]:
                continue
            if current is not None:
                spells.append((defendant, *current, day if pd.isna(done) else min(day, done)))
            over = not pd.isna(done) and day >= done
            current = (status, day) if status in BAIL and not over else None
        if current is not None:
            spells.append((defendant, *current, done))
    table = pd.DataFrame(spells, columns=["defendant_id", "bail_type", "start_date", "end_date"])
    return table.assign(end_date=pd.to_datetime(table["end_date"]))


def _compared(
    expected: pd.DataFrame, ours: pd.DataFrame, key: list[str], data_dir: Path, truth_dir: Path
) -> Comparison:
    """Rows side by side; those of wrongly linked people are explained by that."""
    for column in [name for name in expected.columns if name.endswith("_date")]:
        if column in ours:
            ours, expected = (table.assign(**{column: pd.to_datetime(table[column])}) for table in (ours, expected))
    both = expected.merge(ours, on=key, how="outer", suffixes=("_truth", ""), indicator="side")
    same = both["side"] == "both"
    for column in [name for name in ours.columns if name not in key]:
        left, right = both[column], both[f"{column}_truth"]
        same &= (left == right) | (left.isna() & right.isna())
    different = both[~same]
    linkage = pd.Series(False, index=different.index)
    if "true_person_id" in different:
        linkage = different["true_person_id"].isin(wrongly_linked_people(data_dir, truth_dir))
    return Comparison(
        compared=len(both),
        exact=int(same.sum()),
        explained={"linkage": int(linkage.sum())} if linkage.any() else {},
        unexplained=different[~linkage],
    )


def _query(data_dir: Path, sql: str) -> pd.DataFrame:
    with closing(duckdb.connect(str(data_dir / "build" / "warehouse.duckdb"), read_only=True)) as connection:
        return connection.execute(sql).df()
