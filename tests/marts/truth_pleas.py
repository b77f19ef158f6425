"""Guilty pleas counted from what the courts delivered, defendant by defendant, in pandas.

Belongs here: plea, stage and court of each completed defendant. Does not belong here: what the gate decides about a
row, when a case was completed and who is a single justice case (taken as given).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.settings import PROJECT_ROOT
from tests.marts.delivered import newest_records

STAGES = ("first_hearing", "later_magistrates", "first_crown_hearing", "later_crown", "at_trial", "unknown")


def pleas_of_defendants(data_dir: Path) -> pd.DataFrame:
    """One row per completed defendant that is counted: quarter, court_code, plea, stage (None if not guilty)."""
    with closing(duckdb.connect(str(data_dir / "build" / "warehouse.duckdb"), read_only=True)) as connection:
        given = connection.execute(
            """
            select defendant_id, completion_date, court_code as last_court
            from conformed.defendants where is_completed and completion_date is not null and not is_single_justice
            """
        ).df()
    offences = newest_records(data_dir, "hmcts/offences", ["offence_id"])
    offences = offences.assign(day=pd.to_datetime(offences["plea_date"]))
    hearings = _hearings_of_defendants(data_dir)
    of_defendant = {name: part for name, part in offences.groupby("defendant_id")}
    listings = {name: part for name, part in hearings.groupby("defendant_id")}
    rows = []
    for defendant in given.itertuples():
        charges = of_defendant.get(defendant.defendant_id, offences.iloc[:0])
        held = listings.get(defendant.defendant_id, hearings.iloc[:0])
        plea, day = _plea(charges)
        before = held[held["day"] <= day] if day is not None else held.iloc[:0]
        court = before["court"].iloc[-1] if len(before) else defendant.last_court
        stage = _stage(day, held) if plea in ("guilty", "mixed") else None
        rows.append((defendant.completion_date, court, plea, stage))
    table = pd.DataFrame(rows, columns=["completed", "court_code", "plea", "stage"])
    quarter = pd.to_datetime(table["completed"]).dt.to_period("Q").dt.start_time
    return table.assign(quarter=quarter, court_code=table["court_code"].fillna("unknown"))


def cells_of(pleas: pd.DataFrame) -> pd.DataFrame:
    """Counts by quarter and court, with the mart's column names."""
    flags = {"defendants": pleas["plea"].notna(), "entered_plea": pleas["plea"] != "no_plea"}
    for plea, column in (("guilty", "guilty_plea"), ("mixed", "mixed_plea"), ("not_guilty", "not_guilty_plea")):
        flags[column] = pleas["plea"] == plea
    for stage in STAGES:
        flags[f"guilty_{stage}"] = (pleas["plea"] == "guilty") & (pleas["stage"] == stage)
    table = pd.DataFrame({name: flag.astype(int) for name, flag in flags.items()})
    return table.groupby([pleas["quarter"], pleas["court_code"]]).sum().sort_index()


def _plea(charges: pd.DataFrame) -> tuple[str, pd.Timestamp | None]:
    """The defendant's plea on the whole, and the day of the first guilty plea, else of the first plea."""
    guilty, denied = charges[charges["plea"] == "G"], charges[charges["plea"] == "NG"]
    day = guilty["day"].min() if guilty["day"].notna().any() else denied["day"].min()
    first = None if pd.isna(day) else day
    if len(guilty):
        return ("mixed" if denied["verdict"].notna().any() else "guilty"), first
    return ("not_guilty" if len(denied) else "no_plea"), first


def _stage(day: pd.Timestamp | None, held: pd.DataFrame) -> str:
    if day is None or held.empty:
        return "unknown"
    crown = held.loc[held["is_crown"], "day"].min()
    trial = held.loc[held["is_trial"], "day"].min()
    if day <= held["day"].min():
        return "first_hearing"
    if day >= trial:
        return "at_trial"
    if pd.isna(crown) or day < crown:
        return "later_magistrates"
    return "first_crown_hearing" if day == crown else "later_crown"


def _hearings_of_defendants(data_dir: Path) -> pd.DataFrame:
    """defendant_id, day, court, is_crown, is_trial in order of date; of one day the Crown Court's last."""
    seen = newest_records(data_dir, "hmcts/hearing_defendants", ["hearing_id", "defendant_id"])
    hearings = newest_records(data_dir, "hmcts/hearings", ["hearing_id"]).set_index("hearing_id")
    courts = set(pd.read_csv(PROJECT_ROOT / "seeds" / "reference" / "courts.csv", dtype=str)["court_ou_code"])
    of_hearing = seen[["defendant_id", "hearing_id"]].join(hearings, on="hearing_id", how="inner")
    table = pd.DataFrame(
        {
            "defendant_id": of_hearing["defendant_id"],
            "hearing_id": of_hearing["hearing_id"],
            "day": pd.to_datetime(of_hearing["hearing_date"]),
            "court": of_hearing["court_ou_code"].where(of_hearing["court_ou_code"].isin(courts), "unknown"),
            "is_crown": of_hearing["jurisdiction"] == "C",
            "is_trial": (of_hearing["listed_for_trial"] == "Y") & (of_hearing["trial_outcome_class"] != "VACATED"),
        }
    ).dropna(subset=["day"])
    return table.sort_values(["day", "is_crown", "hearing_id"], ascending=[True, True, False])
