"""A small world in which two agencies disagree on every rule of the bridge: what happened, and what each recorded.

Belongs here: the facts, the deliveries the agencies made of them, and the counts the facts come to, in plain Python
that shares no SQL and no code with the models. Does not belong here: building it, or comparing.

Every proceeding is a few dated facts. From them follow, on one side, rows as delivered (hearings, results, registers);
on the other, who was live where on any day. The models see only the rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MAGISTRATES, OTHER_MAGISTRATES = "B01LY00", "B10JQ00"
CROWN, OTHER_CROWN = "C01CE00", "C20BI00"
FINE, ADJOURNED, APPEAL_DISMISSED = "1015", "4506", "3045"
ASN = "2005FF0500000000555P"

MONTH_ENDS = tuple(date(2025, month + 1, 1) - timedelta(days=1) for month in range(1, 7))
FIRST_EXTRACT, LAST_EXTRACT = date(2025, 4, 5), date(2025, 6, 10)
SNAPSHOTS = tuple(day for day in MONTH_ENDS if day <= LAST_EXTRACT)
"""January to May 2025: June had not ended when the last extract was made."""

Place = tuple[str, str]
Span = tuple[date, date | None]


def day(month: int, of_month: int) -> date:
    """A day of 2025."""
    return date(2025, month, of_month)


def within(span: Span | None, when: date) -> bool:
    """Is the day in the span? Its first day is, its last is not."""
    return span is not None and span[0] <= when and (span[1] is None or when < span[1])


@dataclass(frozen=True)
class Case:
    """One case as the courts filed it.

    Attributes:
        key: names it and its defendants.
        register: from receipt to the day the court's own register closed it.
        hearings: day and court of every hearing.
        crown: day the Crown Court received it, and the type of receipt.
        merged_into: key of the case it merged into.
        lead: key of the case it counts in.
        delivered: whether its own record was.
    """

    key: str
    register: Span
    hearings: tuple[tuple[date, str], ...]
    crown: tuple[date, str] | None = None
    prosecutor: str = "CPS"
    initiation: str = "C"
    merged_into: str | None = None
    lead: str | None = None
    delivered: bool = True

    @property
    def ptiurn(self) -> str:
        """Its reference: force and unit, a serial of the key, the year."""
        return f"01{self.key[0]}{self.key[-1]}{sum(ord(letter) * 7 for letter in self.key):05d}25"

    def place(self, when: date) -> Place:
        """Jurisdiction and court on a day: nobody says where these cases were listed or sent, only where they were
        heard, and London has more than one Crown Court."""
        jurisdiction = "C" if self.crown and self.crown[0] <= when else "M"
        of_kind = [(on, court) for on, court in self.hearings if (court[0] == "C") == (jurisdiction == "C")]
        heard = [court for on, court in of_kind if on <= when]
        first = of_kind[0][1] if of_kind else "unknown"
        return jurisdiction, heard[-1] if heard else first


@dataclass(frozen=True)
class Defendant:
    """One defendant: when their proceeding was before a court, when the CPS had it, and why the two differ.

    Attributes:
        case: key of the case they were recorded in.
        number: within it.
        person: who they are; None for a company.
        live: spans before a court, warrants left in.
        warrants: spans under a bench warrant.
        cps: span on the CPS's books; None if never.
        why: the line of the reconciliation they are in while only one of the two has them; a warrant has its own.
        cps_outcome: how it ended with the CPS.
        by_asn: the CPS's record has another case reference, and only the arrest/summons number leads to it.
        appeal: span of an appeal, from receipt to decision.
        is_resulted: whether the courts sent the outcome that ended it.
    """

    case: str
    number: int
    person: str | None
    live: tuple[Span, ...]
    cps: Span | None
    why: str = ""
    warrants: tuple[Span, ...] = ()
    cps_outcome: str = "GUILTY PLEA"
    by_asn: bool = False
    appeal: Span | None = None
    is_resulted: bool = True

    @property
    def defendant_id(self) -> str:
        """Id in the courts' feeds."""
        return f"{self.case}-{self.number}"

    @property
    def is_counted_by_another(self) -> bool:
        """Whether the person was recorded before in a case that is the same one after mergers: one defendant."""
        earlier = DEFENDANTS[: DEFENDANTS.index(self)]
        return any(
            one.person == self.person and lead_of(one.case) == lead_of(self.case) for one in earlier if self.person
        )

    def is_unconcluded(self, when: date) -> bool:
        """Received, and not concluded."""
        return any(within(span, when) for span in (*self.live, self.appeal))

    def is_live(self, when: date) -> bool:
        """In the open caseload."""
        return self.is_unconcluded(when) and not any(within(span, when) for span in self.warrants)


HEARD = ((day(1, 15), MAGISTRATES),)

CASES = (
    # P1, P2 and P3 in one case, P1 alone in another court's: the worked example of the definitions.
    Case("A", (day(1, 10), None), HEARD),
    Case("B", (day(1, 12), None), ((day(1, 20), OTHER_MAGISTRATES),)),
    # C0 merged into C1, which merged into C2.
    Case("C0", (day(1, 20), day(2, 10)), ((day(1, 25), OTHER_MAGISTRATES),), merged_into="C1", lead="C2"),
    Case("C1", (day(1, 21), day(3, 2)), ((day(1, 26), OTHER_MAGISTRATES),), merged_into="C2", lead="C2"),
    Case("C2", (day(1, 22), None), ((day(1, 27), MAGISTRATES),)),
    # Two that merged into one another.
    Case("U1", (day(2, 3), None), HEARD, merged_into="U2", lead="U1"),
    Case("U2", (day(2, 3), None), HEARD, merged_into="U1", lead="U1"),
    Case("TV", (day(1, 10), None), HEARD, prosecutor="TVL", initiation="J"),
    Case("RS", (day(1, 10), None), HEARD, prosecutor="RSPCA", initiation="S"),
    Case("OR", (day(1, 10), None), HEARD),
    Case("WA", (day(1, 10), None), HEARD),
    Case("WF", (day(1, 10), None), HEARD),
    Case("WT", (day(1, 10), None), HEARD),
    Case("AP", (day(1, 10), day(5, 20)), (*HEARD, (day(4, 22), CROWN), (day(5, 20), CROWN)), (day(3, 5), "APPEAL")),
    Case("CS", (day(1, 10), None), (*HEARD, (day(4, 9), CROWN)), (day(3, 3), "COMMITTED_FOR_SENTENCE")),
    Case("TR", (day(1, 10), None), (*HEARD, (day(3, 9), CROWN), (day(4, 9), OTHER_CROWN)), (day(2, 3), "TEW_TRIAL")),
    Case("NC", (day(1, 10), None), HEARD),
    Case("LA", (day(2, 20), None), ((day(2, 25), MAGISTRATES),)),
    Case("NY", (day(3, 12), None), ((day(3, 20), MAGISTRATES),)),
    Case("CC", (day(1, 10), day(3, 15)), HEARD),
    Case("DC", (day(1, 10), None), HEARD),
    Case("ND", (day(2, 10), day(5, 10)), ()),
    Case("NR", (day(2, 10), None), ((day(2, 20), OTHER_MAGISTRATES),), delivered=False),
    # Closed in the register: SC without an outcome ever being sent, SL before the one that was.
    Case("SC", (day(1, 10), day(3, 20)), HEARD),
    Case("SL", (day(1, 10), day(3, 20)), HEARD),
    Case("SO", (day(1, 10), None), HEARD),
)

NEVER_IN_COURT = ("P99", (day(2, 1), None))
"""Somebody the CPS is prosecuting whom the courts do not know."""

DEFENDANTS = (
    Defendant("A", 1, "P1", ((day(1, 10), None),), (day(1, 5), None)),
    Defendant("A", 2, "P2", ((day(1, 10), None),), (day(1, 5), None)),
    Defendant("A", 3, "P3", ((day(1, 10), day(4, 15)),), (day(1, 5), day(4, 15))),
    Defendant("B", 1, "P1", ((day(1, 12), None),), (day(1, 12), None)),
    Defendant("C0", 1, "P4", ((day(1, 20), None),), (day(1, 20), None)),
    Defendant("C1", 1, "P5", ((day(1, 21), None),), (day(1, 21), None)),
    Defendant("C2", 1, "P6", ((day(1, 22), None),), (day(1, 22), None)),
    Defendant("U1", 1, "P7", ((day(2, 3), None),), (day(2, 3), None)),
    Defendant("U2", 1, "P7", ((day(2, 3), None),), (day(2, 3), None)),
    Defendant("TV", 1, "P8", ((day(1, 10), day(5, 2)),), None, "single_justice"),
    Defendant("RS", 1, "P9", ((day(1, 10), None),), None, "other_prosecutors"),
    Defendant("OR", 1, None, ((day(1, 10), None),), None, "organisations"),
    Defendant("OR", 2, "P10", ((day(1, 10), None),), (day(1, 10), None)),
    # At large from February to April, and on the CPS's books throughout.
    Defendant(
        "WA", 1, "P11", ((day(1, 10), None),), (day(1, 10), None), "bench_warrants",
        warrants=((day(2, 15), day(4, 10)),),
    ),
    # At large for so long that the CPS gave up, and back before the court in May.
    Defendant(
        "WF", 1, "P12", ((day(1, 10), None),), (day(1, 10), day(3, 25)), "administrative_finalisations",
        warrants=((day(1, 25), day(5, 10)),), cps_outcome="ADMINISTRATIVELY FINALISED",
    ),
    # Two warrants, the first of which only the first extract shows.
    Defendant(
        "WT", 1, "P13", ((day(1, 10), None),), (day(1, 10), None), "bench_warrants",
        warrants=((day(2, 10), day(3, 5)), (day(5, 12), None)),
    ),
    # Sentenced in February, appealed in March, dismissed in May.
    Defendant(
        "AP", 1, "P14", ((day(1, 10), day(2, 10)),), (day(1, 10), day(2, 10)), "appeals",
        appeal=(day(3, 5), day(5, 20)),
    ),
    Defendant("CS", 1, "P15", ((day(1, 10), None),), (day(1, 10), day(2, 25)), "concluded_by_agency"),
    Defendant("TR", 1, "P16", ((day(1, 10), None),), (day(1, 10), None)),
    Defendant("NC", 1, "P17", ((day(1, 10), None),), None, "missing_from_agency"),
    Defendant("LA", 1, "P18", ((day(2, 20), None),), (day(3, 10), None), "not_yet_at_agency"),
    Defendant("NY", 1, "P19", ((day(3, 12), None),), (day(2, 5), None), "not_yet_at_court"),
    Defendant("CC", 1, "P20", ((day(1, 10), day(3, 15)),), (day(1, 10), day(4, 20)), "concluded_at_court"),
    Defendant(
        "DC", 1, "P21", ((day(1, 10), day(5, 12)),), (day(1, 10), day(3, 10)), "concluded_by_agency",
        cps_outcome="DISCONTINUED",
    ),
    Defendant("NR", 1, "P22", ((day(2, 10), None),), (day(2, 10), None), by_asn=True),
    # A charge without an outcome ends on the day the court closed its case. The CPS, told of none, still has it.
    Defendant(
        "SC", 1, "P23", ((day(1, 10), day(3, 20)),), (day(1, 10), None), "concluded_at_court", is_resulted=False
    ),
    # One with an outcome ends with that, whatever the register says: until May the two disagree.
    Defendant("SL", 1, "P25", ((day(1, 10), day(5, 12)),), (day(1, 10), day(5, 12))),
    Defendant("SO", 1, "P24", ((day(1, 10), day(3, 15)),), (day(1, 10), day(3, 15))),
)  # fmt: skip

CASE = {case.key: case for case in CASES}


def lead_of(key: str) -> Case:
    """The case a filed case counts in."""
    return CASE[CASE[key].lead or key]


def hearings_of(lead: Case) -> tuple[tuple[date, str], ...]:
    """Hearings of a case and of those merged into it, oldest first."""
    own = [hearing for case in CASES if (case.lead or case.key) == lead.key for hearing in case.hearings]
    return tuple(sorted(set(own)))


def place_of(key: str, when: date) -> Place:
    """Where the case a filed case counts in was on a day."""
    lead = lead_of(key)
    return Case(lead.key, lead.register, hearings_of(lead), lead.crown).place(when)


# What the facts come to -----------------------------------------------------------------------------------------------


def rows_of(place: Place) -> Iterator[Place]:
    """The rows of the marts that count something at a place."""
    yield place
    yield place[0], "ALL"
    yield "ALL", "ALL"


def expected_bridge(when: date) -> dict[Place, dict[str, int]]:
    """Cases, defendants, organisations and persons of every place with a live defendant."""
    cases: dict[Place, set[str]] = defaultdict(set)
    persons: dict[Place, set[str]] = defaultdict(set)
    counts: dict[Place, Counter[str]] = defaultdict(Counter)
    for defendant in DEFENDANTS:
        if not defendant.is_live(when) or defendant.is_counted_by_another:
            continue
        for row in rows_of(place_of(defendant.case, when)):
            counts[row]["defendants"] += 1
            cases[row].add(lead_of(defendant.case).key)
            if defendant.person is None:
                counts[row]["organisations"] += 1
            else:
                persons[row].add(defendant.person)
    return {
        row: {
            "cases": len(cases[row]),
            "extra_defendants": counted["defendants"] - len(cases[row]),
            "defendants": counted["defendants"],
            "repeat_appearances": counted["defendants"] - len(persons[row]),
            "organisations": counted["organisations"],
            "persons": len(persons[row]),
        }
        for row, counted in counts.items()
    }


def expected_lines(when: date) -> dict[tuple[str, Place], Counter[str]]:
    """Agency's count and every line that is not zero, for the CPS and the courts' register, by place."""
    lines: dict[tuple[str, Place], Counter[str]] = defaultdict(Counter)

    def add(agency: str, place: Place, line: str, number: int = 1) -> None:
        for row in rows_of(place):
            lines[agency, row][line] += number

    for defendant in DEFENDANTS:
        place = place_of(defendant.case, when)
        in_court, at_cps = defendant.is_live(when), within(defendant.cps, when)
        if at_cps:
            add("cps", place, "agency_count")
        if defendant.is_counted_by_another:
            # The CPS has a record in each of the cases that merged, the courts have one defendant.
            if at_cps:
                add("cps", place, "merged_cases")
            continue
        if in_court and not at_cps:
            is_committed = (
                place[0] == "C" and (lead_of(defendant.case).crown or ("", ""))[1] == "COMMITTED_FOR_SENTENCE"
            )
            add("cps", place, "committals_for_sentence" if is_committed else defendant.why, -1)
        elif at_cps and not in_court:
            add("cps", place, "bench_warrants" if defendant.is_unconcluded(when) else defendant.why)
    if within(NEVER_IN_COURT[1], when):
        add("cps", ("unknown", "unknown"), "agency_count")
        add("cps", ("unknown", "unknown"), "missing_from_court")

    for lead in {lead_of(case.key).key for case in CASES}:
        filed = [case for case in CASES if (case.lead or case.key) == lead]
        own = [defendant for defendant in DEFENDANTS if lead_of(defendant.case).key == lead]
        is_open = sum(within(case.register, when) for case in filed if case.delivered)
        is_live = any(defendant.is_live(when) for defendant in own)
        place = place_of(lead, when)
        add("hmcts", place, "agency_count", is_open)
        add("hmcts", place, "merged_cases", max(is_open - 1, 0))
        if is_live and not is_open:
            add("hmcts", place, "concluded_by_agency" if CASE[lead].delivered else "missing_from_agency", -1)
        elif is_open and not is_live:
            unconcluded = any(defendant.is_unconcluded(when) for defendant in own)
            reason = "bench_warrants" if unconcluded else "concluded_at_court" if own else "missing_from_court"
            add("hmcts", place, reason)
    return lines


# What the agencies delivered ------------------------------------------------------------------------------------------

Row = Mapping[str, str | None]


def iso(when: date | None) -> str | None:
    """A date as the courts write it."""
    return when.isoformat() if when else None


def slashed(when: date | None) -> str | None:
    """A date as the CPS writes it."""
    return when.strftime("%d/%m/%Y") if when else None


def case_rows() -> list[Row]:
    """hmcts/cases."""
    return [
        {
            "case_id": case.key,
            "ptiurn": case.ptiurn,
            "initiation_code": case.initiation,
            "prosecutor": case.prosecutor,
            "received_date": iso(case.register[0]),
            "crown_received_date": iso(case.crown[0]) if case.crown else None,
            "receipt_type": case.crown[1] if case.crown else None,
            "case_status": "CLOSED" if case.register[1] else "LIVE",
            "closed_date": iso(case.register[1]),
            "merged_into_case_id": case.merged_into,
            "last_updated_at": "2025-06-01T00:00:00",
        }
        for case in CASES
        if case.delivered
    ]


def defendant_rows(warrant: int) -> list[Row]:
    """hmcts/defendants, showing the first (0) or the last (-1) warrant of each."""
    return [
        {
            "defendant_id": defendant.defendant_id,
            "case_id": defendant.case,
            "defendant_type": "P" if defendant.person else "O",
            "organisation_name": None if defendant.person else "Alder Foods Ltd",
            "surname": defendant.person,
            "asn": ASN if defendant.by_asn else None,
            "bench_warrant_issued": iso(defendant.warrants[warrant][0]) if defendant.warrants else None,
            "bench_warrant_executed": iso(defendant.warrants[warrant][1]) if defendant.warrants else None,
            "last_updated_at": "2025-06-01T00:00:00",
        }
        for defendant in DEFENDANTS
    ]


def charge_date(defendant: Defendant) -> date:
    """Charged when the court received the case, which is when the CPS's case begins if it decided nothing."""
    return defendant.live[0][0]


def offence_rows() -> list[Row]:
    """hmcts/offences: one charge each."""
    return [
        {
            "offence_id": f"{defendant.defendant_id}-1",
            "defendant_id": defendant.defendant_id,
            "offence_sequence": "1",
            "cjs_offence_code": "TH68010",
            "offence_start_date": "2025-01-01",
            "charge_date": iso(charge_date(defendant)),
            "last_updated_at": "2025-06-01T00:00:00",
        }
        for defendant in DEFENDANTS
    ]


def hearing_rows() -> list[Row]:
    """hmcts/hearings."""
    return [
        {
            "hearing_id": f"{case.key}-{on:%m%d}",
            "jurisdiction": court[0].replace("B", "M"),
            "court_ou_code": court,
            "hearing_type_code": "AAC" if case.crown and case.crown[1] == "APPEAL" and court == CROWN else "TRL",
            "hearing_date": iso(on),
            "listed_for_trial": "N",
        }
        for case in CASES
        for on, court in case.hearings
    ]


def hearing_defendant_rows() -> list[Row]:
    """hmcts/hearing_defendants: every defendant at every hearing of their case, the single justice's on paper."""
    return [
        {
            "hearing_id": f"{defendant.case}-{on:%m%d}",
            "defendant_id": defendant.defendant_id,
            "attendance": "NOT_REQUIRED" if CASE[defendant.case].initiation == "J" else "IN_PERSON",
        }
        for defendant in DEFENDANTS
        for on, _ in CASE[defendant.case].hearings
    ]


def result_rows() -> list[Row]:
    """hmcts/results: what ended each proceeding, and each appeal."""
    rows: list[Row] = []
    for defendant in DEFENDANTS:
        ends = [
            (defendant.live[0][1] if defendant.is_resulted else None, FINE, "F"),
            (defendant.appeal[1] if defendant.appeal else None, APPEAL_DISMISSED, "F"),
        ]
        ends.append((charge_date(defendant) + timedelta(days=5), ADJOURNED, "I"))
        rows += [
            {
                "result_id": f"{defendant.defendant_id}-{code}",
                "hearing_id": f"{defendant.case}-{CASE[defendant.case].hearings[-1][0]:%m%d}",
                "offence_id": f"{defendant.defendant_id}-1",
                "cjs_result_code": code,
                "result_date": iso(on),
                "result_type": kind,
                "is_deleted": "N",
            }
            for on, code, kind in ends
            if on
        ]
    return rows


def cps_rows() -> list[Row]:
    """cps/defendants. A decision to charge is recorded only where it was not made on the day of charge."""
    known = [
        (CASE[one.case].ptiurn, one.number, str(one.person), one.cps, one.cps_outcome, charge_date(one), one.by_asn)
        for one in DEFENDANTS
        if one.cps
    ]
    known.append(("01ZZ9999925", 1, NEVER_IN_COURT[0], NEVER_IN_COURT[1], "", date.min, False))
    return [
        {
            "ptiurn": "01XX0000025" if by_asn else ptiurn,
            "defendant_number": str(number),
            "surname": surname,
            "forenames": "Jo",
            "asn": ASN if by_asn else None,
            "cps_area": "London",
            "charging_decision_date": slashed(span[0]) if span[0] != charged else None,
            "finalisation_date": slashed(span[1]),
            "finalisation_court": "MC" if span[1] else None,
            "outcome": outcome if span[1] else None,
        }
        for ptiurn, number, surname, span, outcome, charged, by_asn in known
    ]


def person_links() -> dict[str, str]:
    """Record id -> person: who is who, as a linkage without error would find it."""
    links = {f"hmcts/defendants/{one.defendant_id}": one.person for one in DEFENDANTS if one.person}
    for row in cps_rows():
        links[f"cps/defendants/{row['ptiurn']}|{row['defendant_number']}"] = str(row["surname"])
    return links


def deliveries() -> Iterable[tuple[str, date, list[Row]]]:
    """Feed, extract date and rows of every delivery."""
    yield "hmcts/defendants", FIRST_EXTRACT, defendant_rows(0)
    yield "hmcts/defendants", LAST_EXTRACT, defendant_rows(-1)
    yield "hmcts/cases", FIRST_EXTRACT, case_rows()
    for feed, rows in (
        ("hmcts/offences", offence_rows()),
        ("hmcts/hearings", hearing_rows()),
        ("hmcts/hearing_defendants", hearing_defendant_rows()),
        ("hmcts/results", result_rows()),
        ("cps/defendants", cps_rows()),
    ):
        yield feed, LAST_EXTRACT, rows
