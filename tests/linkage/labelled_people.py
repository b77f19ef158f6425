"""A small labelled population for linkage tests: people, the records agencies hold of them, and who is who.

Independent of the simulation on purpose, so that linkage is not judged only by the hand that also makes the world.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

SURNAMES_LISTED = """
Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts
Green Hall Wood Jackson Clarke Khan Ahmed Hussain Ali Begum Singh Kaur Lewis Harris Martin Cooper King Ward Hill
Turner Baker Harrison Morris Moore Clark Lee Allen Scott Watson Carter Parker Bennett Young Price Griffiths Cox
Richardson Marshall Murphy Gray Collins Bailey Adams Mitchell Kelly Mills Barnes Pearce Holmes Palmer Powell
Stevens O'Brien McDonald Nowak Kowalski Popescu Okafor Adeyemi Mensah Campbell Francis Grant Smith-Jones
Taylor-Brown Fletcher Burton Chapman Webb Rogers Gibson Hunt Black Owen Palmer Ellis Knight Mason Dixon
"""
MEN_LISTED = """
David John Paul James Michael Andrew Mark Daniel Stephen Christopher Matthew Thomas Robert Richard Mohammed Joshua
Jack Samuel William Benjamin Liam Callum Ryan Lee Jordan Adam Luke Kieran Connor Anthony Peter Simon Gary Darren
Craig Jamie Nathan Aaron Kyle Tyrone Piotr Ahmed Hassan Omar Kwame Ethan Leon Carl Dean Scott Sean Martin Kevin
"""
WOMEN_LISTED = """
Sarah Emma Claire Rebecca Laura Samantha Amy Jessica Charlotte Hannah Rachel Sophie Lauren Victoria Nicola Lisa
Michelle Natalie Danielle Chloe Katherine Elizabeth Jennifer Kelly Stacey Aisha Fatima Zoe Leanne Gemma
"""
SURNAMES, MEN, WOMEN = SURNAMES_LISTED.split(), MEN_LISTED.split(), WOMEN_LISTED.split()
ENDINGS = ["ton", "ley", "ford", "ham", "well", "field", "worth", "by", "son", "er", "en", "ing", "man"]
NICKNAMES = {
    "David": "Dave", "Michael": "Mike", "Andrew": "Andy", "Daniel": "Danny", "Stephen": "Steve", "Thomas": "Tommy",
    "Christopher": "Chris", "Matthew": "Matt", "Robert": "Bob", "Richard": "Rick", "Joshua": "Josh", "Samuel": "Sam",
    "William": "Billy", "Benjamin": "Ben", "Anthony": "Tony", "Nathan": "Nate", "Rebecca": "Becky",
    "Samantha": "Sam", "Katherine": "Kate", "Elizabeth": "Liz", "Jennifer": "Jen", "Victoria": "Vicky",
    "Mohammed": "Muhammad", "Sean": "Shaun",
}  # fmt: skip
AGENCIES = ("police", "cps", "hmcts", "prison", "probation", "laa")
CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"


@dataclass
class Person:
    """One human being of the labelled population."""

    number: int
    surname: str
    forename: str
    middle: str | None
    born: str
    postcode: str
    pnc_id: str
    cro_number: str
    noms_number: str
    crn: str
    twin_of: int | None = None


@dataclass
class LabelledPeople:
    """Records with the truth beside them."""

    records: pa.Table
    truth: pa.Table
    people: list[Person] = field(default_factory=list)


def labelled_people(count: int, seed: int, twins: int = 0, dirt: float = 1.0, first_number: int = 0) -> LabelledPeople:
    """`count` people (of whom `twins` pairs), about five records each in six agencies, with errors scaled by `dirt`.

    Populations whose `first_number` is far apart share no person number, and so no identifier.
    """
    rng = np.random.default_rng(seed)
    people = [_person(number, rng) for number in range(first_number, first_number + count)]
    for pair in range(twins):
        _make_twins(people[2 * pair], people[2 * pair + 1], rng)
    rows: list[dict[str, str | None]] = []
    owners: list[int] = []
    for person in people:
        for case in range(1 + int(rng.geometric(0.6))):
            for row in _case_records(person, case, rng, dirt):
                rows.append(row)
                owners.append(person.number)
    records = pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in rows[0]]))
    truth = pa.table({"record_id": records["record_id"], "true_person_id": pa.array([str(owner) for owner in owners])})
    return LabelledPeople(records, truth, people)


def _pick(rng: np.random.Generator, values: list[str], skew: float = 1.0) -> str:
    ranks = np.arange(1, len(values) + 1) ** -skew
    return values[int(rng.choice(len(values), p=ranks / ranks.sum()))]


def _person(number: int, rng: np.random.Generator) -> Person:
    forenames = MEN if rng.random() < 0.8 else WOMEN
    surname = _pick(rng, SURNAMES, 0.7)
    if rng.random() < 0.5:
        # Half the people of the country have a surname that is not among the hundred commonest.
        surname = "".join(_pick(rng, part, 0.3) for part in (list("BCDFGHKLMNPRSTW"), list("aeiou"), list("lmnrst")))
        surname += _pick(rng, ENDINGS, 0.2)
    day = np.datetime64("1958-01-01") + int(rng.integers(0, 18_000))
    area = f"{_pick(rng, list('BLMSENW'))}{int(rng.integers(1, 30))}"
    serial = int(rng.integers(1, 9_999_999))
    year = min(int(str(day)[:4]) + int(rng.integers(14, 30)), 2024)
    letter = CHECK_LETTERS[int(f"{year % 100:02d}{serial:07d}") % 23]
    cro = int(rng.integers(1, 999_999))
    letters = string.ascii_uppercase
    return Person(
        number=number,
        surname=surname,
        forename=_pick(rng, forenames, 0.6),
        middle=_pick(rng, forenames, 0.4) if rng.random() < 0.6 else None,
        born=str(day),
        postcode=f"{area} {int(rng.integers(1, 10))}{letters[int(rng.integers(26))]}{letters[int(rng.integers(26))]}",
        pnc_id=f"{year}/{serial:07d}{letter}",
        cro_number=f"{cro:06d}/{year % 100:02d}{CHECK_LETTERS[int(f'{year % 100:02d}{cro:06d}') % 23]}",
        noms_number=f"A{number % 10000:04d}{letters[number // 10000 % 26]}{letters[number // 260000 % 26]}",
        crn=f"X{number:06d}",
    )


def _make_twins(first: Person, second: Person, rng: np.random.Generator) -> None:
    second.surname, second.born, second.postcode = first.surname, first.born, first.postcode
    second.twin_of = first.number
    names = [name for name in (MEN if first.forename in MEN else WOMEN) if name != first.forename]
    second.forename = _pick(rng, names, 0.3)


def _case_records(person: Person, case: int, rng: np.random.Generator, dirt: float) -> list[dict[str, str | None]]:
    urn = f"{int(rng.integers(1, 53)):02d}AA{int(rng.integers(10**6)):06d}24"
    asn = f"24{int(rng.integers(1, 53)):02d}0000{int(rng.integers(10**10)):011d}A"
    moved = rng.random() < 0.15
    seen = np.datetime64("2024-11-30") + int(rng.integers(0, 23)) * 30
    rows = []
    for agency in AGENCIES:
        chance = {"police": 1.0, "cps": 0.9, "hmcts": 0.9, "prison": 0.2, "probation": 0.25, "laa": 0.5}[agency]
        if rng.random() > chance:
            continue
        surname, forename, middle, born = person.surname, person.forename, person.middle, person.born
        if rng.random() < 0.05 * dirt:
            surname = _slip(surname, rng)
        if rng.random() < 0.05 * dirt:
            forename = _slip(forename, rng)
        elif rng.random() < 0.08 * dirt:
            forename = NICKNAMES.get(forename, forename)
        if rng.random() < 0.01 * dirt:
            surname, forename = forename, surname
        if "-" in surname and rng.random() < 0.3:
            surname = surname.split("-")[int(rng.integers(2))]
        born = _birth_date(born, rng, dirt)
        has_pnc = rng.random() < {"police": 0.7, "hmcts": 0.6, "prison": 0.9, "probation": 0.8}.get(agency, 0.0)
        in_both = agency == "probation" and has_pnc
        postcode = person.postcode if not moved else f"{person.postcode.split()[0]} 9ZZ"
        key = f"{agency}/{person.number}-{case}-{int(rng.integers(10**9))}"
        rows.append(
            {
                "record_id": key,
                "agency": agency,
                "first_extract_date": str(seen + int(rng.integers(0, 3)) * 30),
                "surname": surname.upper() if agency in ("police", "cps") else surname,
                "forename": forename,
                "middle_names": middle if agency in ("police", "hmcts", "cps") else None,
                "date_of_birth": born,
                "postcode": postcode if agency in ("police", "hmcts", "probation") and rng.random() < 0.95 else None,
                "pnc_id": person.pnc_id if has_pnc else None,
                "cro_number": person.cro_number if has_pnc and rng.random() < 0.6 else None,
                "noms_number": person.noms_number if agency == "prison" or in_both else None,
                "crn": person.crn if agency == "probation" else None,
                "asn": asn if agency in ("police", "cps", "hmcts", "laa") and rng.random() < 0.85 else None,
                "ptiurn": urn if agency in ("cps", "hmcts", "laa") or rng.random() < 0.5 else None,
                "master_defendant_id": None,
            }
        )
    return rows


def _slip(text: str, rng: np.random.Generator) -> str:
    if len(text) < 3:
        return text
    place = int(rng.integers(1, len(text)))
    kind = int(rng.integers(4))
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place] + text[place:]
    if kind == 2 and place + 1 < len(text):
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + string.ascii_lowercase[int(rng.integers(26))] + text[place + 1 :]


def _birth_date(born: str, rng: np.random.Generator, dirt: float) -> str | None:
    chance = rng.random() / dirt
    year, month, day = born.split("-")
    if chance < 0.01:
        return None
    if chance < 0.025 and int(day) <= 12:
        return f"{year}-{day}-{month}"
    if chance < 0.035:
        return f"{year}-01-01"
    if chance < 0.055:
        return f"{year}-{month}-{(int(day) + 9) % 28 + 1:02d}"
    return born
