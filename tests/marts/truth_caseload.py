"""The open caseload and its flow counted again in pandas, day by day, sharing no SQL with the models.

Belongs here: who is open at a month's end and why, how cases came and went, and the reason of every difference between
the warehouse and what happened. Does not belong here: reading the records (`court_records.py`), or deciding how much
difference is too much (the tests do).

Rules: Criminal court statistics guide (Ministry of Justice), as `open_caseload` and `caseload_flow` state them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from tests.marts.comparisons import Comparison, faulty_records
from tests.marts.court_records import KEYS, Case, Day, Defendant, Feeds, Place, cases_of, delivered_feeds, leads

CELL = [
    "snapshot_date", "jurisdiction", "court_code", "receipt_type", "offence_group", "remand_status", "age_band_weeks",
    "open_reason",
]  # fmt: skip
FLOW_KEY = ["month", "jurisdiction", "court_code"]
AGE_BANDS = ((28, "under_4_weeks"), (56, "4_to_8_weeks"), (84, "8_to_12_weeks"), (112, "12_to_16_weeks"),
             (140, "16_to_20_weeks"), (182, "20_to_26_weeks"), (365, "6_months_to_1_year"),
             (730, "1_to_2_years"))  # fmt: skip
ONE_DAY = pd.Timedelta(days=1)


def open_defendants(cases: list[Case], days: list[Day]) -> pd.DataFrame:
    """One row per month's end of `days` and open defendant, with all that the open caseload is broken down by."""
    rows: list[dict[str, Any]] = []
    for case in cases:
        first, last = _span(case, days[-1])
        for day in (day for day in days if first <= day <= last):
            rows += _open_rows(case, day)
    return pd.DataFrame(rows)


def _open_rows(case: Case, day: Day) -> list[dict[str, Any]]:
    jurisdiction, court = case.place(day)
    age = _age(case, jurisdiction, day)
    rows = []
    for one in case.defendants:
        if one.open_stretch(day) is None or one.is_out(day):
            continue
        remand_status = "not_applicable"
        if not one.is_organisation and not case.is_single_justice:
            known = [status for heard, _, status in one.seen if heard <= day and status is not None]
            remand_status = known[-1] if known else "unknown"
        offence_group, seriousness = "unknown", (4.0, 1.0)
        if one.charges:
            offence_group, seriousness = one.charges[0].offence_group, one.charges[0].seriousness
        rank = (seriousness, remand_status != "custody", one.defendant_id)
        rows.append(
            {
                "snapshot_date": day,
                "defendant_id": one.defendant_id,
                "case_id": case.case_id,
                "jurisdiction": jurisdiction,
                "court_code": court,
                "receipt_type": (case.kind or "unknown") if jurisdiction == "C" else "not_applicable",
                "offence_group": offence_group,
                "remand_status": remand_status,
                "age_band_weeks": _age_band(age),
                "open_reason": _reason(case, one, jurisdiction, day),
                "case_age_days": age,
                "is_organisation": one.is_organisation,
                "rank": rank,
            }
        )
    leader = min((row["rank"] for row in rows), default=None)
    for row in rows:
        row["is_lead"] = row.pop("rank") == leader
    return rows


def caseload_cells(defendants: pd.DataFrame) -> pd.DataFrame:
    """Counts of `open_caseload` by cell, persons left out."""
    is_lead = defendants["is_lead"]
    days = defendants["case_age_days"].astype("float64")
    counted = defendants[CELL].assign(
        cases=is_lead.astype(int),
        defendants=1,
        organisations=defendants["is_organisation"].astype(int),
        cases_with_valid_age=(is_lead & days.notna()).astype(int),
        case_age_days_total=days.where(is_lead, 0).fillna(0).astype(int),
    )
    return counted.groupby(CELL).sum().sort_index()


def flow(cases: list[Case], months: list[Day], last_day: Day) -> pd.DataFrame:
    """Counts of `caseload_flow` by month, jurisdiction and court, from what happened to each case on each day."""
    counts: dict[tuple[Day, str, str], Counter[str]] = {}
    for case in cases:
        for day, what, (jurisdiction, court), number in _events(case, last_day):
            month = max(day.to_period("M").start_time, months[0])
            counts.setdefault((month, jurisdiction, court), Counter())[what] += number
        first, last = _span(case, last_day)
        for month in months:
            for name, day in (("opening", month - ONE_DAY), ("closing", month + pd.offsets.MonthEnd(0))):
                is_of_window = name == "closing" or month != months[0]
                if is_of_window and first <= day <= last and _state(case, day) == "live":
                    counts.setdefault((month, *case.place(day)), Counter())[name] += 1
    table = pd.DataFrame.from_dict(counts, orient="index").fillna(0).astype(int)
    table.index = pd.MultiIndex.from_tuples(list(table.index), names=FLOW_KEY)
    return table[table.index.get_level_values("month").isin(months)].sort_index()


def compare_open_defendants(data_dir: Path, truth_dir: Path, feeds: Feeds) -> Comparison:
    """Every open defendant of every month end since the courts first delivered, in everything counted.

    A difference has a reason if a record of the case was delivered with an error that was never corrected, or has not
    been let in at all.

    Args:
        data_dir: of the warehouse.
        truth_dir: of the world it was built from.
        feeds: court records of that world before anybody's errors.
    """
    ours = query(
        data_dir,
        """
        select * from mart_steps.int_open_defendants_at_month_ends
        inner join mart_steps.int_month_ends using (snapshot_date) where not is_before_first_extract
        """,
    ).rename(columns={"jurisdiction_code": "jurisdiction"})
    days = [pd.Timestamp(day) for day in sorted(ours["snapshot_date"].unique())]
    truth = open_defendants(cases_of(feeds), days)
    both = truth.merge(
        ours, on=["snapshot_date", "defendant_id"], how="outer", suffixes=("_truth", ""), indicator="side"
    )
    same = both["side"] == "both"
    for column in (*CELL[1:], "case_id", "is_lead", "is_organisation"):
        same &= both[column] == both[f"{column}_truth"]
    different = both[~same]
    case_of = feeds["hmcts/defendants"].set_index("defendant_id")["case_id"]
    case_of = case_of.map(leads(feeds["hmcts/cases"].set_index("case_id")))
    faults = faulty_records(data_dir, truth_dir, with_age_and_sex=False)
    reasons = pd.concat([_undelivered(data_dir, feeds), _faulty_warrants(truth_dir), faults])
    by_case = reasons.assign(case=reasons["defendant_id"].map(case_of)).groupby("case")["reason"].min()
    reason = different["defendant_id"].map(case_of).map(by_case)
    return Comparison(
        compared=len(both),
        exact=len(both) - len(different),
        explained={str(name): int(count) for name, count in reason.value_counts().items()},
        unexplained=different[reason.isna()],
    )


def _faulty_warrants(truth_dir: Path) -> pd.DataFrame:
    """defendant_id, reason: defendants whose bench warrant was delivered wrongly, and never corrected."""
    errors = pd.read_parquet(truth_dir / "injected_errors.parquet")
    is_warrant = (errors["feed"] == "hmcts/defendants") & errors["column"].str.startswith("bench_warrant")
    errors = errors[is_warrant & errors["corrected_in"].isna()]
    return pd.DataFrame({"defendant_id": errors["record_key"], "reason": "hmcts/defendants: bench warrant"})


def _undelivered(data_dir: Path, feeds: Feeds) -> pd.DataFrame:
    """defendant_id, reason: defendants some court record of whom has not been let in."""
    delivered = delivered_feeds(data_dir)
    offences = feeds["hmcts/offences"].set_index("offence_id")["defendant_id"]
    defendants, seen = feeds["hmcts/defendants"], feeds["hmcts/hearing_defendants"]
    parts = []
    for feed, key in KEYS.items():
        have = pd.MultiIndex.from_frame(delivered[feed][key])
        gone = feeds[feed][~pd.MultiIndex.from_frame(feeds[feed][key]).isin(have)]
        if feed == "hmcts/cases":
            who = defendants.loc[defendants["case_id"].isin(gone["case_id"]), "defendant_id"]
        elif feed == "hmcts/hearings":
            who = seen.loc[seen["hearing_id"].isin(gone["hearing_id"]), "defendant_id"]
        else:
            who = gone["offence_id"].map(offences) if feed == "hmcts/results" else gone["defendant_id"]
        parts.append(pd.DataFrame({"defendant_id": who.to_numpy(), "reason": f"{feed}: not delivered"}))
    return pd.concat(parts)


def _span(case: Case, last_day: Day) -> tuple[Day, Day]:
    """First day and last day, of those that may matter, on which a case may be open or change."""
    stretches = [stretch for one in case.defendants for stretch in one.stretches]
    ends = [stretch.end or last_day for stretch in stretches]
    return min(stretch.start for stretch in stretches), min(max(*ends, *(each.start for each in stretches)), last_day)


def _state(case: Case, day: Day) -> str:
    is_open = [one for one in case.defendants if one.open_stretch(day) is not None]
    if not is_open:
        return "closed"
    return "out" if all(one.is_out(day) for one in is_open) else "live"


def _events(case: Case, last_day: Day) -> Iterator[tuple[Day, str, Place, int]]:
    """What happened to a case, day by day: day, name of the column, place, number of cases."""
    first_day, final_day = _span(case, last_day)
    before, was, heard_at_crown = "", case.place(first_day), False
    for day in pd.date_range(first_day, final_day):
        state, place = _state(case, day), case.place(day)
        if before == "live" and place != was:
            leaving, coming = _move(case, day, was[0], place[0], heard_at_crown)
            yield day, leaving, was, -1 if leaving == coming else 1
            yield day, coming, place, 1
        if not before or (before == "closed" and state != "closed"):
            yield from _arrival(case, day, place, is_first=not before)
        if before == "out" and state != "out":
            yield day, "warrants_executed", place, 1
        if before != "out" and state == "out":
            yield day, "warrants_issued", place, 1
        if before != "closed" and state == "closed":
            yield day, "disposals", place, 1
        heard_at_crown |= place[0] == "C" and case.is_at_crown_court(day) is True
        before, was = state, place


def _arrival(case: Case, day: Day, place: Place, *, is_first: bool) -> Iterator[tuple[Day, str, Place, int]]:
    opened = [one.open_stretch(day) for one in case.defendants]
    stretches = [stretch for stretch in opened if stretch is not None]
    is_appeal = bool(stretches) and all(stretch.is_appeal for stretch in stretches)
    if not is_first:
        yield day, "receipts" if is_appeal else "reopened", place, 1
        return
    starting = stretches or [each for one in case.defendants for each in one.stretches if each.start == day]
    what = "unrecorded_receipts" if all(stretch.is_inferred for stretch in starting) else "receipts"
    if place[0] == "M" or is_appeal:
        yield day, what, place, 1
        return
    sender = case.place(case.crown_day - ONE_DAY)[1] if case.crown_day is not None else place[1]
    yield day, what, ("M", sender), 1
    yield day, "sent_out", ("M", sender), 1
    yield day, "sent_in", place, 1


def _move(case: Case, day: Day, was: str, now: str, heard_at_crown: bool) -> tuple[str, str]:
    """Names of leaving and of coming in, of a live case that is elsewhere than the day before."""
    here, there = case.is_at_crown_court(day), case.is_at_crown_court(day - ONE_DAY)
    if was != now:
        return "sent_out", "sent_in"
    if now == "C" and here and there is None and not heard_at_crown:
        return "allocated_out", "allocated_in"
    if here is None or there is None:
        return "moves_without_transfer", "moves_without_transfer"
    if here == there == (now == "C"):
        return "transfers_out", "transfers_in"
    return "moves_without_transfer", "moves_without_transfer"


def _age(case: Case, jurisdiction: str, day: Day) -> int | None:
    if jurisdiction == "M":
        return (day - case.received).days if case.received is not None else None
    if case.crown_received is None or (case.received is not None and case.crown_received < case.received):
        return None
    return (day - case.crown_received).days


def _age_band(age: int | None) -> str:
    if age is None:
        return "unknown"
    return next((band for limit, band in AGE_BANDS if age < limit), "2_years_or_more")


def _reason(case: Case, one: Defendant, jurisdiction: str, day: Day) -> str:
    """The first step not yet taken."""
    stretch = one.open_stretch(day)
    if stretch is not None and stretch.is_appeal:
        return "awaiting_appeal"
    if case.is_single_justice and jurisdiction == "M":
        return "awaiting_single_justice"
    if jurisdiction == "C" and case.kind == "COMMITTED_FOR_SENTENCE":
        return "awaiting_sentence"
    if not any(heard <= day and where == jurisdiction for heard, where, _ in one.seen):
        return "awaiting_first_hearing"
    awaited = set()
    for charge in one.charges:
        if charge.concluded_day is not None and charge.concluded_day <= day:
            continue
        is_proved = charge.verdict == "G" and (charge.verdict_day is None or charge.verdict_day <= day)
        is_answered = charge.plea_day is None or charge.plea_day <= day
        if is_proved or (is_answered and charge.plea == "G"):
            awaited.add("awaiting_sentence")
        else:
            awaited.add("awaiting_trial" if is_answered and charge.plea == "NG" else "awaiting_plea")
    steps = ("awaiting_plea", "awaiting_trial", "awaiting_sentence")
    return next((step for step in steps if step in awaited), "unknown")


def query(data_dir: Path, sql: str) -> pd.DataFrame:
    """Rows of the private build database."""
    with closing(duckdb.connect(str(data_dir / "build" / "warehouse.duckdb"), read_only=True)) as connection:
        return connection.execute(sql).df()
