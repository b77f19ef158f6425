"""Time on remand by the court-event clock and by the parliamentary rule, told out day by day in plain Python.

Belongs here: two of the definitions of `remand_definitions` recomputed without any of the models' SQL. Does not belong
here: prison legal-status days (`truth_remand_outcomes.py`), deciding how much difference is too much (the tests do).
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from orchestration.settings import PROJECT_ROOT
from tests.marts.comparisons import IMMEDIATE_CUSTODY, Comparison
from tests.marts.delivered import newest_records
from tests.marts.truth_remand_outcomes import built_rows, explained_comparison

DAY = timedelta(days=1)

LIFE_CODES = ("4064", "4065")
"""Life sentences the source's map does not know; the only custodial stops that are not in it."""

RECEPTION = timedelta(days=3)


def court_clock_days(data_dir: Path) -> tuple[pd.Series[int], set[str]]:
    """Days of the court-event clock by defendant, and the defendants with a clock that was never stopped.

    From the delivered results that stand: each charge is walked through day by day and its days are put into one set
    for its defendant.
    """
    as_of = built_rows(data_dir, "select custody_as_of from conformed.observation_window").iloc[0, 0].date()
    codes = pd.read_csv(PROJECT_ROOT / "seeds" / "reference" / "result_codes.csv", dtype=str, keep_default_na=False)
    codes = codes.set_index("cjs_result_code")
    results = newest_records(data_dir, "hmcts/results", ["result_id"])
    offences = newest_records(data_dir, "hmcts/offences", ["offence_id"]).set_index("offence_id")
    results["defendant_id"] = results["offence_id"].map(offences["defendant_id"])
    results["action"] = results["cjs_result_code"].map(codes["clock_court_events"])
    custodial = results["cjs_result_code"].map(codes["clock_stop_is_custodial"]) == "true"
    results["custodial"] = custodial | results["cjs_result_code"].isin(LIFE_CODES)
    results["day"] = [day.date() for day in pd.to_datetime(results["result_date"])]
    standing = results["action"].isin(["START", "STOP"]) & (results["is_deleted"] != "Y")
    results = results[standing & results["defendant_id"].notna() & (results["day"] <= as_of)]
    counted: dict[str, set[date]] = {}
    never_stopped: set[str] = set()
    for (defendant, _), rows in results.groupby(["defendant_id", "offence_id"]):
        began: date | None = None
        for day, events in rows.groupby("day"):
            stops = events[events["action"] == "STOP"]
            if began is None and stops.empty:
                began = day
            elif began is not None and not stops.empty:
                last = day - DAY if stops["custodial"].any() else day
                counted.setdefault(defendant, set()).update(began + DAY * n for n in range((last - began).days + 1))
                began = None
        if began is not None:
            never_stopped.add(defendant)
    return pd.Series({defendant: len(days) for defendant, days in counted.items()}, dtype="int64"), never_stopped


def parliamentary_days(data_dir: Path) -> pd.Series[int]:
    """From first movement to sentence by defendant, of sentenced admissions; spells and sentences as conformed."""
    as_of = built_rows(data_dir, "select custody_as_of from conformed.observation_window").iloc[0, 0]
    spells = built_rows(data_dir, "select * from conformed.custody_spells")
    remand = built_rows(data_dir, "select defendant_id, booking_number from conformed.remand_spells")
    bookings = remand.groupby("defendant_id")["booking_number"].agg(set)
    sentences = built_rows(data_dir, "select * from conformed.disposals where sentence_date is not null")
    sentences = sentences[sentences["disposal_type"].isin(IMMEDIATE_CUSTODY) & (sentences["sentence_date"] <= as_of)]
    first_movement = spells.groupby("booking_number")["start_date"].min()
    sentenced = dict(list(spells[spells["legal_status"] == "sentenced"].groupby("person_id")))
    days = {}
    for sentence in sentences.itertuples():
        theirs = sentenced.get(sentence.person_id)
        if theirs is None:
            continue
        after = theirs["start_date"] - pd.Timestamp(sentence.sentence_date)
        admitted = theirs[(after >= timedelta(0)) & (after <= RECEPTION)]
        if admitted.empty:
            continue
        own = admitted["booking_number"].isin(bookings.get(sentence.defendant_id, set()))
        order = admitted.assign(other=~own).sort_values(["other", "start_date", "booking_number"])
        began = first_movement[order["booking_number"].iloc[0]]
        days[sentence.defendant_id] = max((pd.Timestamp(sentence.sentence_date) - began).days, 0)
    return pd.Series(days, dtype="int64")


def compare_first_movement_to_sentence(data_dir: Path, truth_dir: Path) -> Comparison:
    """Sentenced admissions with nothing but remand and bail behind them: from the true entry to the true sentence."""
    ours = built_rows(
        data_dir,
        """
        select defendant_id, days_parliamentary, days_bail_counted, legal_status_against_parliamentary as reason
        from marts.remand_definitions
        where legal_status_against_parliamentary in ('same', 'bail_counted')
        """,
    )
    truth = pd.read_parquet(truth_dir / "remand_episodes.parquet")
    sentencing = pd.read_parquet(truth_dir / "sentencing.parquet").set_index("defendant_id")
    truth["sentence_date"] = pd.to_datetime(truth["defendant_id"].map(sentencing["sentence_date"]))
    truth["days"] = (truth["sentence_date"] - pd.to_datetime(truth["entry_date"])).dt.days
    both = ours.merge(truth, on="defendant_id", how="left")
    same = (both["days_parliamentary"] == both["days"]) & (both["days_bail_counted"] == both["days"] - both["days_net"])
    return explained_comparison(both, same, data_dir, truth_dir)
