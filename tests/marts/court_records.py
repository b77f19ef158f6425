"""Cases, defendants and charges read off court records in pandas, sharing no SQL with the models.

Belongs here: what the courts recorded of each case after merges, as plain values: of delivered records, or of those of
a simulated world before anybody's errors. Does not belong here: counting any of it (`truth_caseload.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.settings import PROJECT_ROOT
from tests.marts.delivered import newest_records

Feeds = Mapping[str, pd.DataFrame]
"""Court records by feed, one row per record, dates as dates or texts."""

Day = pd.Timestamp
Place = tuple[str, str]
"""Jurisdiction and court."""

KEYS = {
    "hmcts/cases": ["case_id"],
    "hmcts/defendants": ["defendant_id"],
    "hmcts/offences": ["offence_id"],
    "hmcts/hearings": ["hearing_id"],
    "hmcts/hearing_defendants": ["hearing_id", "defendant_id"],
    "hmcts/results": ["result_id"],
}
STATUSES = {"C": "custody", "S": "custody", "L": "custody", "B": "conditional_bail", "P": "conditional_bail",
            "U": "unconditional_bail", "A": "not_applicable"}  # fmt: skip
CATEGORY_RANK = {"CI": 1, "CE": 2, "CS": 3, "CM": 3}


def delivered_feeds(data_dir: Path) -> dict[str, pd.DataFrame]:
    """The newest accepted version of every court record of a built warehouse."""
    return {feed: newest_records(data_dir, feed, key) for feed, key in KEYS.items()}


@dataclass(frozen=True)
class Stretch:
    """One defendant before the courts at one stage, from `start` until the day of the outcome, if there is one."""

    is_appeal: bool
    is_inferred: bool
    start: Day
    end: Day | None

    def is_open(self, day: Day) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Charge:
    """One charge: what and how serious (the lower, the more), plea and verdict, and the day of each."""

    offence_group: str
    seriousness: tuple[float, float]
    charge_day: Day | None
    plea: str | None
    plea_day: Day | None
    verdict: str | None
    verdict_day: Day | None
    concluded_day: Day | None


@dataclass(frozen=True)
class Result:
    """One result of a defendant's charge, deleted since or not."""

    day: Day
    is_final: bool
    decides_appeal: bool
    is_deleted: bool


@dataclass(frozen=True)
class Defendant:
    """One defendant.

    Attributes:
        stretches: first instance, and the appeal if there is one.
        warrant: day a bench warrant was issued, and executed.
        charges: the most serious first.
        seen: day, jurisdiction and remand status (None if not known) of each hearing, in order.
    """

    defendant_id: str
    is_organisation: bool
    stretches: list[Stretch]
    warrant: tuple[Day, Day | None] | None
    charges: list[Charge]
    seen: list[tuple[Day, str, str | None]]

    def open_stretch(self, day: Day) -> Stretch | None:
        return next((stretch for stretch in self.stretches if stretch.is_open(day)), None)

    def is_out(self, day: Day) -> bool:
        """A bench warrant is out against the defendant."""
        if self.warrant is None:
            return False
        issued, executed = self.warrant
        return issued <= day and (executed is None or day < executed)


@dataclass(frozen=True)
class Case:
    """One case after merges.

    Attributes:
        courts: by jurisdiction, day and court of each day with a hearing under it, in order.
        told: by jurisdiction, where the record says it was first listed or sent; None where it does not, or names no
            court of the list.
        fallback: the only Crown Court of the area of its magistrates' court, if there is only one.
        crown_day: receipt by the Crown Court, else sending to it.
        crown_received: receipt by the Crown Court as recorded.
        received: earliest recorded receipt of the case or of one merged into it.
        kind: receipt type, if any.
        is_single_justice: a single justice notice nobody has attended on.
    """

    case_id: str
    defendants: list[Defendant]
    courts: dict[str, list[tuple[Day, str]]]
    told: dict[str, str | None]
    fallback: str | None
    crown_day: Day | None
    crown_received: Day | None
    received: Day | None
    kind: str | None
    is_single_justice: bool

    def place(self, day: Day) -> Place:
        """Jurisdiction and court on a day."""
        jurisdiction = "C" if self.crown_day is not None and self.crown_day <= day else "M"
        sittings = self.courts.get(jurisdiction, [])
        heard = [court for on, court in sittings if on <= day]
        if heard:
            return jurisdiction, heard[-1]
        first = sittings[0][1] if sittings and sittings[0][1] != "unknown" else None
        only = self.fallback if jurisdiction == "C" else None
        return jurisdiction, self.told.get(jurisdiction) or first or only or "unknown"

    def is_at_crown_court(self, day: Day) -> bool | None:
        """Whether the court of the day is a Crown Court; None if it is in no list."""
        kind = _court_types().get(self.place(day)[1])
        return None if kind is None else kind == "CROWN"


def cases_of(feeds: Feeds) -> list[Case]:
    """Every case with a defendant, from the records of the courts."""
    records = {feed: _typed(feeds[feed]) for feed in KEYS}
    table = records["hmcts/cases"].set_index("case_id", drop=False)
    cases = {row.case_id: row for row in table.itertuples()}
    people = records["hmcts/defendants"].set_index("defendant_id", drop=False)
    people["lead"] = people["case_id"].map(leads(table)).fillna(people["case_id"])
    results = _results(records)
    charges, outcomes = _charges(records, results, people["lead"]), _outcomes(results)
    seen = _seen(records, people)
    courts = _court_days(seen)
    attended = set(seen.loc[seen["attendance"].isin(["IN_PERSON", "BY_VIDEO"]), "lead"])
    appeal_types = set(_reference("hearing_types").query("hearing_group == 'appeal'")["hearing_type_code"])
    appealed = set(seen.loc[seen["hearing_type_code"].isin(appeal_types), "defendant_id"])
    hearings: dict[str, list[tuple[Day, str, str | None]]] = {}
    for who, day, jurisdiction, status in _rows(seen, "defendant_id", "hearing_date", "jurisdiction", "bail_status"):
        hearings.setdefault(who, []).append((day, jurisdiction, STATUSES.get(status)))
    members: dict[str, list[Any]] = {}
    for person in people.itertuples():
        members.setdefault(person.lead, []).append(person)
    found = []
    for case_id, group in members.items():
        record = cases.get(case_id)
        crown_received = _day(record.crown_received_date) if record else None
        kind = record.receipt_type if record and pd.notna(record.receipt_type) else None
        appellants = appealed & {person.defendant_id for person in group} or {person.defendant_id for person in group}
        defendants = []
        for person in group:
            who = person.defendant_id
            own_charges, own_seen = charges.get(who, []), hearings.get(who, [])
            received = [_day(cases[own].received_date) for own in (person.case_id, case_id) if own in cases]
            recorded = next((day for day in received if day is not None), None)
            charged = min((charge.charge_day for charge in own_charges if charge.charge_day is not None), default=None)
            start = recorded or charged or (own_seen[0][0] if own_seen else None)
            if start is None:
                continue
            ended = _completed(own_charges) if own_charges else _closed(record)
            stretches = [Stretch(False, recorded is None, start, ended)]
            if kind == "APPEAL" and crown_received is not None and who in appellants:
                stretches = _with_appeal(stretches[0], crown_received, outcomes.get(who, []))
            issued = _day(person.bench_warrant_issued)
            warrant = None if issued is None else (issued, _day(person.bench_warrant_executed))
            is_organisation = person.defendant_type == "O"
            defendants.append(Defendant(who, is_organisation, stretches, warrant, own_charges, own_seen))
        heard = courts.get(case_id, {})
        magistrates = heard["M"][-1][1] if heard.get("M") else _listed(record.initial_court_ou_code if record else None)
        first_instance = [stretch for one in defendants for stretch in one.stretches if not stretch.is_appeal]
        found.append(
            Case(
                case_id=case_id,
                defendants=defendants,
                courts=heard,
                told={
                    "M": _listed(record.initial_court_ou_code if record else None),
                    "C": _listed(record.crown_court_ou_code if record else None),
                },
                fallback=_only_crown_courts().get(_areas().get(magistrates or "", "")),
                crown_day=crown_received or (_day(record.sent_to_crown_date) if record else None),
                crown_received=crown_received,
                received=min((each.start for each in first_instance if not each.is_inferred), default=None),
                kind=kind,
                is_single_justice=bool(record) and record.initiation_code == "J" and case_id not in attended,
            )
        )
    return [case for case in found if case.defendants]


def _with_appeal(first: Stretch, received: Day, results: list[Result]) -> list[Stretch]:
    """First instance ends with the outcome appealed against, deleted since or not; the appeal with its decision."""
    outcome = max((each.day for each in results if each.is_final and each.day <= received), default=None)
    decisions = [each for each in results if not each.is_deleted and (each.is_final or each.decides_appeal)]
    decision = max((each.day for each in decisions if each.day > received), default=None)
    end = min(outcome or first.end or received, received)
    return [Stretch(False, first.is_inferred, first.start, end), Stretch(True, False, received, decision)]


def _completed(charges: list[Charge]) -> Day | None:
    """Day of the last final outcome, if every charge has one."""
    days = [charge.concluded_day for charge in charges if charge.concluded_day is not None]
    return max(days) if days and len(days) == len(charges) else None


def _charges(records: Feeds, results: pd.DataFrame, lead_of: pd.Series[str]) -> dict[str, list[Charge]]:
    """Charges of each defendant, whose case after merges is in `lead_of`, with the day they were concluded, the most
    serious first."""
    codes = _reference("offences").set_index("cjs_offence_code")
    charges = records["hmcts/offences"].copy()
    charges["offence_group"] = charges["cjs_offence_code"].map(codes["offence_group"]).fillna("unknown")
    charges["category_rank"] = charges["cjs_offence_code"].map(codes["category"]).map(CATEGORY_RANK).fillna(4)
    charges["lightness"] = -pd.to_numeric(charges["cjs_offence_code"].map(codes["max_sentence_months"])).fillna(-1)
    charges["sequence"] = pd.to_numeric(charges["offence_sequence"])
    final = results[results["is_final"] & ~results["is_deleted"]]
    # Of several final results the sentence decides the day, then the newest.
    ranked = final.sort_values(["weight", "result_date"], ascending=[True, False], kind="stable")
    decisive = ranked.drop_duplicates("offence_id").set_index("offence_id")
    has_result = charges["offence_id"].isin(decisive.index)
    charges["is_decided"] = has_result | charges["verdict"].isin(["NG", "NC"])
    concluded = charges["offence_id"].map(decisive["result_date"]).fillna(charges["verdict_date"])
    cases = records["hmcts/cases"].set_index("case_id", drop=False)
    closed = charges["defendant_id"].map(lead_of).map({row.case_id: _closed(row) for row in cases.itertuples()})
    charges["concluded_date"] = concluded.fillna(pd.to_datetime(closed)).where(charges["is_decided"])
    effect = charges["offence_id"].map(decisive["effect"])
    charges["is_guilty"] = (
        (effect == "CONVICTED_SENTENCE")
        | (charges["verdict"] == "G")
        | (charges["plea"] == "G")
        | (has_result & (charges["verdict"] == "NA") & ~effect.isin(["ACQUITTED", "WITHDRAWN", "DIED"]))
    )
    undecided = charges.loc[~charges["is_decided"], "defendant_id"]
    for who, own in charges[charges["defendant_id"].isin(undecided)].groupby("defendant_id"):
        case_id = lead_of.get(who)
        case: Any = cases.loc[case_id] if case_id in cases.index else None
        for row in own[~own["is_decided"]].itertuples():
            charges.loc[row.Index, "concluded_date"] = _ended_otherwise(row, own, case)
    found: dict[str, list[Charge]] = {}
    for row in charges.sort_values(["category_rank", "lightness", "sequence", "offence_id"]).itertuples():
        charge = Charge(
            row.offence_group,
            (row.category_rank, row.lightness),
            _day(row.charge_date),
            row.plea,
            _day(row.plea_date),
            row.verdict,
            _day(row.verdict_date),
            _day(row.concluded_date),
        )
        found.setdefault(row.defendant_id, []).append(charge)
    return found


def _ended_otherwise(charge: Any, own: pd.DataFrame, case: Any) -> Day | None:
    """Day on which a charge without an outcome of its own ended, if it did.

    The first that applies, as `charges` states it: found guilty of an alternative, the defendant being guilty of
    another of their charges (`own`); never put to them, and another count of the same offence and day decided in a
    case that went to the Crown Court; the court has closed the case. Deaths in prison end cases too, but in no
    simulated world does anybody die there.
    """
    others = own[own.index != charge.Index]
    if charge.verdict == "NA" and others["is_guilty"].any():
        return _day(charge.verdict_date)
    if case is None:
        return None
    is_put = pd.notna(charge.verdict) or (pd.notna(charge.plea) and charge.plea != "NONE")
    if not is_put and (pd.notna(case["sent_to_crown_date"]) or pd.notna(case["crown_received_date"])):
        is_same = others["cjs_offence_code"] == charge.cjs_offence_code
        is_same &= others["offence_start_date"] == charge.offence_start_date
        replaced = _day(others.loc[is_same & others["is_decided"], "concluded_date"].max())
        if replaced is not None:
            return replaced
    return _closed(case)


def _closed(case: Any) -> Day | None:
    """Day on which the court closed a case, if it did: of the record that says so, where that has no date."""
    if case is None or case.case_status != "CLOSED":
        return None
    return _day(case.closed_date) or _london_day(case.last_updated_at)


def _outcomes(results: pd.DataFrame) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    dated = results.dropna(subset=["defendant_id", "result_date"])
    for who, *rest in _rows(dated, "defendant_id", "result_date", "is_final", "is_appeal", "is_deleted"):
        found.setdefault(who, []).append(Result(*rest))
    return found


def _results(records: Feeds) -> pd.DataFrame:
    codes = _reference("result_codes").set_index("cjs_result_code")
    offences = records["hmcts/offences"].set_index("offence_id")["defendant_id"]
    results = records["hmcts/results"].copy()
    effect = results["cjs_result_code"].map(codes["outcome_effect"])
    disposal = results["cjs_result_code"].map(codes["disposal_type"]).fillna("none")
    listed = results["cjs_result_code"].map(codes["is_final"] == "true")
    results["effect"] = effect
    results["is_final"] = listed.where(listed.notna(), results["result_type"] == "F").astype(bool)
    results["is_appeal"] = effect == "APPEAL"
    results["is_deleted"] = results["is_deleted"] == "Y"
    results["weight"] = 3 - (effect == "CONVICTED_SENTENCE").astype(int) - 2 * (disposal != "none").astype(int)
    results["defendant_id"] = results["offence_id"].map(offences)
    return results


def _seen(records: Feeds, people: pd.DataFrame) -> pd.DataFrame:
    """One row per defendant and hearing that are both on record, in order, with the case after merges as `lead`."""
    hearings = records["hmcts/hearings"].set_index("hearing_id")
    seen = records["hmcts/hearing_defendants"].join(hearings, on="hearing_id", how="inner", rsuffix="_hearing")
    seen["lead"] = seen["defendant_id"].map(people["lead"])
    kind = seen["court_ou_code"].map(_reference("courts").set_index("court_ou_code")["court_type"])
    seen["court"] = seen["court_ou_code"].where(kind.notna(), "unknown")
    seen["is_of_other"] = kind == seen["jurisdiction"].map({"C": "MAGISTRATES", "M": "CROWN"})
    return seen.dropna(subset=["hearing_date"]).sort_values(["hearing_date", "hearing_id"])


def _court_days(seen: pd.DataFrame) -> dict[str, dict[str, list[tuple[Day, str]]]]:
    """Courts of each case under each jurisdiction, one a day; one in a building of the other does not count."""
    ranked = seen[~seen["is_of_other"]].sort_values(["hearing_date", "hearing_id"])
    first = ranked.drop_duplicates(["lead", "jurisdiction", "hearing_date"])
    found: dict[str, dict[str, list[tuple[Day, str]]]] = {}
    for lead, jurisdiction, day, court in _rows(first, "lead", "jurisdiction", "hearing_date", "court"):
        found.setdefault(lead, {}).setdefault(jurisdiction, []).append((day, court))
    return found


def _listed(code: Any) -> str | None:
    """A court's code, if the list has it."""
    return code if isinstance(code, str) and code in _court_types() else None


@cache
def _court_types() -> dict[str, str]:
    courts = _reference("courts")
    return dict(zip(courts["court_ou_code"], courts["court_type"], strict=True))


@cache
def _areas() -> dict[str, str]:
    courts = _reference("courts")
    return dict(zip(courts["court_ou_code"], courts["criminal_justice_area"], strict=True))


@cache
def _only_crown_courts() -> dict[str, str]:
    """By criminal justice area, its Crown Court that has not closed, where it has one only."""
    courts = _reference("courts")
    crown = courts[(courts["court_type"] == "CROWN") & courts["closed_on"].isna()]
    by_area = crown.groupby("criminal_justice_area")["court_ou_code"]
    return {area: codes.iloc[0] for area, codes in by_area if len(codes) == 1}


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[column].tolist() for column in columns), strict=True)


def leads(cases: pd.DataFrame) -> pd.Series[str]:
    """The case each case (by its id) stands in after following merges to their end."""
    into = cases["merged_into_case_id"].dropna()
    into = into[into.isin(cases.index)]
    lead = pd.Series(cases.index, index=cases.index)
    while lead.isin(into.index).any():
        lead = lead.map(into).fillna(lead)
    return lead


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of days as timestamps."""
    with_days = frame.copy()
    for column in with_days.columns:
        if column.endswith("_date") or column.startswith("bench_warrant"):
            with_days[column] = pd.to_datetime(with_days[column], errors="coerce")
    return with_days


def _day(value: Any) -> Day | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value)


def _london_day(moment: Any) -> Day | None:
    """The day of a moment, delivered in UTC; of a simulated record it is a day already."""
    stamp = _day(pd.to_datetime(moment, errors="coerce"))
    if stamp is not None and stamp.tzinfo is not None:
        stamp = stamp.tz_convert("Europe/London").tz_localize(None)
    return stamp.normalize() if stamp is not None else None


def _reference(name: str) -> pd.DataFrame:
    path = PROJECT_ROOT / "seeds" / "reference" / f"{name}.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
