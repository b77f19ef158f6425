"""A small world in which all lies on an edge: the last day of a quarter, the day of a transfer, the newest extract.

Belongs here: the facts, and the deliveries the agencies made of them. Does not belong here: what the models must make
of them, which the tests say with the reason (`test_edge_world.py`).

Every agency's only extract (the last of police and of custody spells) is of 30 June 2026, the last day of a
quarter. All cases are one person charged with one offence triable either way before one magistrates' court, unless
said otherwise. Whoever goes by no other rule is in custody from the hearing that says C, and out from the one that says
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

COURT = "B01LY00"
KNIFE = "CJ88144"
FINE, PRISON, NOT_GUILTY = "1015", "1002", "2004"
REMANDED, BAILED_TO_RETURN = "4531", "4530"
EXTRACT = date(2026, 6, 30)
UPDATED = "2026-06-30T00:00:00"

Row = Mapping[str, str | None]


def day(month: int, of_month: int) -> date:
    """A day of 2026."""
    return date(2026, month, of_month)


@dataclass(frozen=True)
class Spell:
    """What the prison recorded: legal status, from, to (None if held), why it ended, whether it names the case."""

    legal_status: str
    start: date
    end: date | None
    exit_reason: str | None = None
    entry_reason: str = "REMAND"
    names_case: bool = True


@dataclass(frozen=True)
class Proceeding:
    """One defendant in one case.

    Attributes:
        key: names case, defendant and, unless `person` does, the human being.
        hearings: day and bail status out of it, in the order in which they were heard; None where none was recorded.
        charged: when; also when the court received the case.
        offences: days of the offences; one on the day before the charge unless said otherwise.
        plea: day of a guilty plea.
        remands: days and codes of results that start or stop the court's clock.
        end: day, result code and length in months of what ended it.
        spells: in one booking.
        born: birth date.
        person: who it is, where the key does not say.
        exception: why bail was refused, where it was.
    """

    key: str
    charged: date
    hearings: tuple[tuple[date, str | None], ...]
    offences: tuple[date, ...] = ()
    plea: date | None = None
    remands: tuple[tuple[date, str], ...] = ()
    end: tuple[date, str, int | None] | None = None
    spells: tuple[Spell, ...] = ()
    born: date = date(1990, 5, 17)
    person: str | None = None
    exception: str | None = None

    @property
    def name(self) -> str:
        """The person."""
        return self.person or self.key

    @property
    def defendant_id(self) -> str:
        """Id in the courts' feeds."""
        return f"{self.key}-1"

    @property
    def ptiurn(self) -> str:
        """Its case reference: force and unit, a serial of its place in the list, the year."""
        return f"01AA{PROCEEDINGS.index(self) + 1:05d}26"

    def hearing_id(self, place: int) -> str:
        """Id of its hearing in that place."""
        return f"{self.key}-h{place}"


PROCEEDINGS = (
    # Out on the last day of the quarter; out on the day after it.
    Proceeding(
        "LEFT", day(3, 3), ((day(3, 3), "C"), (day(3, 31), "U")), exception="FTS",
        remands=((day(3, 3), REMANDED), (day(3, 31), BAILED_TO_RETURN)),
        spells=(Spell("UNTRIED", day(3, 3), day(3, 31), "BAIL"),),
    ),
    Proceeding(
        "STAYS", day(3, 3), ((day(3, 3), "C"), (day(4, 1), "U")),
        spells=(Spell("UNTRIED", day(3, 3), day(4, 1), "BAIL"),),
    ),
    # Moved to another prison on one day, convicted on another, sentenced on a third: no night falls between.
    Proceeding(
        "MOVED", day(2, 3), ((day(2, 3), "C"), (day(4, 14), "C"), (day(4, 28), None)), plea=day(4, 14),
        remands=((day(2, 3), REMANDED),), end=(day(4, 28), PRISON, 6),
        spells=(
            Spell("UNTRIED", day(2, 3), day(3, 3), "STATUS_CHANGE"),
            Spell("UNTRIED", day(3, 3), day(4, 14), "STATUS_CHANGE", "TRANSFER"),
            Spell("CONVICTED_UNSENTENCED", day(4, 14), day(4, 28), "STATUS_CHANGE", "STATUS_CHANGE"),
            Spell("SENTENCED", day(4, 28), None, None, "SENTENCE"),
        ),
    ),
    # One person in two cases that say the same of everything, and a spell in prison that names neither.
    Proceeding("TWINA", day(3, 1), ((day(3, 2), None),), person="TWIN", spells=(
        Spell("UNTRIED", day(3, 10), day(3, 20), "BAIL", names_case=False),
    )),
    Proceeding("TWINB", day(3, 1), ((day(3, 2), None),), person="TWIN"),
    # Fined on 10 June, and held ever since all the same.
    Proceeding(
        "KEPT", day(6, 1), ((day(6, 1), "C"), (day(6, 10), None)),
        remands=((day(6, 1), REMANDED),), end=(day(6, 10), FINE, None),
        spells=(Spell("UNTRIED", day(6, 1), None),),
    ),
    # To be released on the day after the extract, as the prison has recorded already.
    Proceeding("AHEAD", day(6, 1), ((day(6, 1), "C"),), spells=(Spell("UNTRIED", day(6, 1), day(7, 1), "BAIL"),)),
    # On bail from 3 February to 31 March; offences on the first day, on the last and on the day after.
    Proceeding("BAILED", day(2, 2), ((day(2, 3), "B"), (day(3, 31), "C"))),
    Proceeding(
        "BAILEX", day(4, 2), ((day(4, 2), "A"),), offences=(day(2, 3), day(3, 31), day(4, 1)), person="BAILED"
    ),
    # Held for the 70 days of the custody time limit; for 71; for 70 on the day of the extract.
    Proceeding(
        "LIMIT", day(3, 3), ((day(3, 3), "C"), (day(5, 12), "U")),
        spells=(Spell("UNTRIED", day(3, 3), day(5, 12), "BAIL"),),
    ),
    Proceeding(
        "BEYOND", day(3, 3), ((day(3, 3), "C"), (day(5, 13), "U")),
        spells=(Spell("UNTRIED", day(3, 3), day(5, 13), "BAIL"),),
    ),
    Proceeding("TODAY", day(4, 21), ((day(4, 21), "C"),), spells=(Spell("UNTRIED", day(4, 21), None),)),
    # Heard twice on one day: remanded, then bailed; nothing but the hearings' ids says which was first.
    Proceeding("TWICE", day(3, 30), ((day(3, 31), "C"), (day(3, 31), "B"))),
    # Acquitted and released on the last day of the quarter.
    Proceeding(
        "CLEARED", day(3, 3), ((day(3, 3), "C"), (day(3, 31), None)), end=(day(3, 31), NOT_GUILTY, None),
        spells=(Spell("UNTRIED", day(3, 3), day(3, 31), "ACQUITTED"),),
    ),
    # Sentenced on the day the sentencing law changed, and on the day before; on an eighteenth birthday, and before it.
    Proceeding(
        "ADULT", day(3, 1), ((day(3, 22), None),), plea=day(3, 22), end=(day(3, 22), PRISON, 12), born=date(2008, 3, 22)
    ),
    Proceeding(
        "YOUTH", day(3, 1), ((day(3, 21), None),), plea=day(3, 21), end=(day(3, 21), PRISON, 12), born=date(2008, 3, 22)
    ),
    Proceeding("EVE", day(3, 1), ((day(3, 21), None),), plea=day(3, 21), end=(day(3, 21), PRISON, 12)),
)  # fmt: skip


def person_links() -> dict[str, str]:
    """Record id -> person, as a linkage without error would find it."""
    links = {f"hmcts/defendants/{one.defendant_id}": one.name for one in PROCEEDINGS}
    links |= {f"prison/prisoners/{noms_number(one)}": one.name for one in PROCEEDINGS if one.spells}
    return links | {
        "police/custody_records/01|CAUTIONED": "CAUTIONED",
        "police/out_of_court_disposals/01|CAUTIONED": "CAUTIONED",
    }


def noms_number(one: Proceeding) -> str:
    """Prison number: a letter, its place in the list, two letters."""
    return f"A{PROCEEDINGS.index(one):04d}AA"


def iso(when: date | None) -> str | None:
    """A date as the courts write it."""
    return when.isoformat() if when else None


def slashed(when: date) -> str:
    """A date as the police write it."""
    return when.strftime("%d/%m/%Y")


def named(when: date | None) -> str | None:
    """A date as the prisons write it."""
    return when.strftime("%d-%b-%Y").upper() if when else None


def case_rows() -> Iterable[Row]:
    """hmcts/cases."""
    for one in PROCEEDINGS:
        yield {
            "case_id": one.key,
            "ptiurn": one.ptiurn,
            "initiation_code": "C",
            "prosecutor": "CPS",
            "received_date": iso(one.charged),
            "case_status": "CLOSED" if one.end else "LIVE",
            "closed_date": iso(one.end[0]) if one.end else None,
            "last_updated_at": UPDATED,
        }


def defendant_rows() -> Iterable[Row]:
    """hmcts/defendants."""
    for one in PROCEEDINGS:
        yield {
            "defendant_id": one.defendant_id,
            "case_id": one.key,
            "defendant_type": "P",
            "surname": one.name,
            "forename": "Jo",
            "date_of_birth": iso(one.born),
            "gender": "1",
            "last_updated_at": UPDATED,
        }


def offence_rows() -> Iterable[Row]:
    """hmcts/offences."""
    for one in PROCEEDINGS:
        for number, offence in enumerate(one.offences or (one.charged,), start=1):
            yield {
                "offence_id": f"{one.defendant_id}-{number}",
                "defendant_id": one.defendant_id,
                "offence_sequence": str(number),
                "cjs_offence_code": KNIFE,
                "offence_start_date": iso(offence),
                "charge_date": iso(one.charged),
                "plea": "G" if one.plea else "NONE",
                "plea_date": iso(one.plea),
                "last_updated_at": UPDATED,
            }


def hearing_rows() -> Iterable[Row]:
    """hmcts/hearings."""
    for one in PROCEEDINGS:
        for place, (when, _) in enumerate(one.hearings):
            yield {
                "hearing_id": one.hearing_id(place),
                "jurisdiction": "M",
                "court_ou_code": COURT,
                "hearing_type_code": "TRL",
                "hearing_date": iso(when),
                "listed_for_trial": "Y" if one.end and when == one.end[0] else "N",
                "trial_outcome_class": "EFFECTIVE" if one.end and one.end[1] == NOT_GUILTY and place else None,
            }


def hearing_defendant_rows() -> Iterable[Row]:
    """hmcts/hearing_defendants."""
    for one in PROCEEDINGS:
        for place, (_, bail_status) in enumerate(one.hearings):
            yield {
                "hearing_id": one.hearing_id(place),
                "defendant_id": one.defendant_id,
                "attendance": "IN_PERSON",
                "representation": "DUTY_SOLICITOR",
                "bail_status": bail_status,
                "bail_exceptions": one.exception if bail_status == "C" else None,
            }


def result_rows() -> Iterable[Row]:
    """hmcts/results."""
    for one in PROCEEDINGS:
        results = [(when, code, "I", None) for when, code in one.remands]
        if one.end:
            results.append((one.end[0], one.end[1], "F", one.end[2]))
        for number, (when, code, kind, months) in enumerate(results):
            yield {
                "result_id": f"{one.defendant_id}-r{number}",
                "hearing_id": one.hearing_id([on for on, _ in one.hearings].index(when)),
                "offence_id": f"{one.defendant_id}-1",
                "cjs_result_code": code,
                "result_date": iso(when),
                "result_type": kind,
                "duration_value": str(months) if months else None,
                "duration_unit": "M" if months else None,
                "is_deleted": "N",
            }


def prisoner_rows() -> Iterable[Row]:
    """prison/prisoners."""
    for one in PROCEEDINGS:
        if one.spells:
            yield {
                "noms_number": noms_number(one),
                "surname": one.name,
                "given_name_1": "Jo",
                "birth_date": named(one.born),
                "sex_code": "M",
            }


def spell_rows() -> Iterable[Row]:
    """prison/custody_spells: each person's in a booking of their own, a transfer in another prison."""
    for one in PROCEEDINGS:
        for number, spell in enumerate(one.spells, start=1):
            yield {
                "booking_number": f"B-{one.key}",
                "spell_sequence": str(number),
                "noms_number": noms_number(one),
                "legal_status": spell.legal_status,
                "status_from": named(spell.start),
                "status_to": named(spell.end),
                "establishment_code": "PVI" if spell.entry_reason == "TRANSFER" else "BXI",
                "entry_reason": spell.entry_reason,
                "exit_reason": spell.exit_reason,
                "court_ou_code": COURT,
                "ptiurn": one.ptiurn if spell.names_case else None,
            }


def sentence_rows() -> Iterable[Row]:
    """prison/sentences: of whoever is held under one."""
    for one in PROCEEDINGS:
        if one.end and any(spell.legal_status == "SENTENCED" for spell in one.spells):
            yield {
                "booking_number": f"B-{one.key}",
                "sentence_sequence": "1",
                "noms_number": noms_number(one),
                "sentence_date": named(one.end[0]),
                "ptiurn": one.ptiurn,
                "cjs_offence_code": KNIFE,
                "sentence_type": "SDS",
                "length_months": str(one.end[2]),
                "remand_credit_days": "84",
                "conditional_release_date": named(one.end[0]),
            }


def custody_record(number: str, disposal: str, arrested: date, decided: date) -> Row:
    """police/custody_records: one arrest for one offence."""
    return {
        "force_code": "01",
        "custody_number": number,
        "offence_sequence": "1",
        "surname": number,
        "forename_1": "Jo",
        "arrested_at": f"{slashed(arrested)} 10:00",
        "offence_code": KNIFE,
        "offence_date": slashed(arrested),
        "disposal": disposal,
        "disposal_at": f"{slashed(decided)} 12:00",
    }


FIRST_POLICE_ROWS = (custody_record("DECIDED", "PRE_CHARGE_BAIL", day(5, 1), day(5, 1)),)

POLICE_ROWS = (
    # Released on 1 May and charged 28 days later; released on the day of the extract; to be released the day after.
    custody_record("DECIDED", "CHARGED", day(5, 1), day(5, 29)),
    custody_record("NEWEST", "PRE_CHARGE_BAIL", day(6, 30), day(6, 30)),
    custody_record("TOCOME", "PRE_CHARGE_BAIL", day(6, 30), day(7, 1)),
    custody_record("CAUTIONED", "CAUTION", day(3, 10), day(3, 10)),
)

OUT_OF_COURT_ROWS: tuple[Row, ...] = (
    # The crime system dates the caution a week later: as far apart as two records of one disposal may be.
    {
        "force_code": "01",
        "disposal_ref": "CAUTIONED",
        "outcome_code": "3",
        "outcome_date": slashed(day(3, 17)),
        "offence_code": KNIFE,
        "offence_date": slashed(day(3, 10)),
        "surname": "CAUTIONED",
        "forename": "Jo",
    },
)


def deliveries() -> Iterable[tuple[str, date, list[Row]]]:
    """Feed, extract date and rows of every delivery."""
    yield "police/custody_records", day(5, 31), list(FIRST_POLICE_ROWS)
    # Prisons began to send before anybody came, so that every cohort of entries is followed from its beginning.
    yield "prison/custody_spells", day(1, 1), []
    for feed, rows in (
        ("hmcts/cases", case_rows()),
        ("hmcts/defendants", defendant_rows()),
        ("hmcts/offences", offence_rows()),
        ("hmcts/hearings", hearing_rows()),
        ("hmcts/hearing_defendants", hearing_defendant_rows()),
        ("hmcts/results", result_rows()),
        ("prison/prisoners", prisoner_rows()),
        ("prison/custody_spells", spell_rows()),
        ("prison/sentences", sentence_rows()),
        ("police/custody_records", iter(POLICE_ROWS)),
        ("police/out_of_court_disposals", iter(OUT_OF_COURT_ROWS)),
    ):
        yield feed, EXTRACT, list(rows)
