"""Labelled files in the shapes that public record-linkage data sets come in, made here with errors of our own.

Four shapes: `australian` (as Febrl writes: names, street, suburb, four-digit postcode, state, YYYYMMDD, a social
security number with slips), `registry` (as RLdata: names and a birth date in three columns, nothing else), `historical`
(people long dead, some ten records each, birth years only, birth place and occupation), `clients` (whole names in one
column, DD/MM/YYYY, British postcodes, telephone). None is drawn from the data set it resembles.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from labelled_people import ENDINGS, MEN, NICKNAMES, SURNAMES, WOMEN, _slip

STREETS = [
    "High",
    "Station",
    "Church",
    "Mill",
    "Park",
    "Victoria",
    "Queen",
    "King",
    "Albert",
    "Green",
    "Manor",
    "Elm",
    "Oak",
    "Beech",
    "Chapel",
    "Garden",
]
STREET_KINDS = ["Street", "Road", "Lane", "Avenue", "Close", "Place"]
OCCUPATIONS = [
    "politician",
    "painter",
    "cricketer",
    "writer",
    "soldier",
    "priest",
    "actor",
    "composer",
    "engraver",
    "lawyer",
    "merchant",
]
STATES = ["nsw", "vic", "qld", "wa", "sa", "tas"]


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _one(rng: np.random.Generator, values: list[str], skew: float = 0.6) -> str:
    ranks = np.arange(1, len(values) + 1) ** -skew
    return values[int(rng.choice(len(values), p=ranks / ranks.sum()))]


def _surname(rng: np.random.Generator) -> str:
    if rng.random() < 0.45:
        return _one(rng, SURNAMES)
    parts = (list("BCDFGHKLMNPRSTW"), list("aeiou"), list("lmnrst"), ENDINGS)
    return "".join(_one(rng, part, 0.2) for part in parts)


def _town(rng: np.random.Generator) -> str:
    return "".join(_one(rng, part, 0.2) for part in (list("BCDFGHKLMNPRSTW"), list("aeiou"), list("lmnrst"))) + _one(
        rng, ["ton", "ford", "ham", "bury", "port", "ville"], 0.3
    )


def _towns(rng: np.random.Generator, count: int) -> list[str]:
    return sorted({_town(rng) for _ in range(count)})


def _worn(value: str | None, rng: np.random.Generator, slip: float, missing: float) -> str | None:
    if value is None or rng.random() < missing:
        return None
    return _slip(value, rng) if rng.random() < slip else value


def _digits(value: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(len(value)))
    if rng.random() < 0.4 and place + 1 < len(value):
        return value[:place] + value[place + 1] + value[place] + value[place + 2 :]
    return value[:place] + str(int(rng.integers(10))) + value[place + 1 :]


def _sizes(rng: np.random.Generator, records: int, most: int, mean: float) -> list[int]:
    sizes: list[int] = []
    while sum(sizes) < records:
        sizes.append(min(int(rng.geometric(1 / mean)), most))
    return sizes


def australian(records: int, seed: int, dirt: float = 1.0) -> pd.DataFrame:
    """rec_id, given_name, surname, street_number, address_1, suburb, postcode, state, date_of_birth, soc_sec_id."""
    rng = _rng(seed)
    towns = _towns(rng, 900)
    rows = []
    for person, size in enumerate(_sizes(rng, records, 6, 1.8)):
        suburb = _one(rng, towns, 0.3).lower()
        true = {
            "given_name": _one(rng, MEN + WOMEN, 0.4).lower(),
            "surname": _surname(rng).lower(),
            "street_number": str(int(rng.integers(1, 300))),
            "address_1": f"{_one(rng, STREETS, 0.2)} {_one(rng, STREET_KINDS, 0.3)}".lower(),
            "suburb": suburb,
            "postcode": str(2000 + abs(hash_of(suburb)) % 7000),
            "state": STATES[abs(hash_of(suburb)) % len(STATES)],
            "date_of_birth": str(np.datetime64("1900-01-01") + int(rng.integers(36_000))).replace("-", ""),
            "soc_sec_id": str(int(rng.integers(1_000_000, 9_999_999))),
        }
        for number in range(size):
            row = dict(true)
            if number:
                for name, value in true.items():
                    numeric = name in ("postcode", "date_of_birth", "soc_sec_id", "street_number")
                    chance = rng.random()
                    if chance < 0.12 * dirt:
                        row[name] = _digits(value, rng) if numeric else _slip(value, rng)
                    elif chance < 0.16 * dirt and name != "soc_sec_id":
                        row[name] = None
                if rng.random() < 0.04 * dirt:
                    row["given_name"], row["surname"] = row["surname"], row["given_name"]
            elif rng.random() < 0.05:
                row["date_of_birth"] = None
            rows.append(
                {"rec_id": f"rec-{person}-{'org' if not number else f'dup-{number - 1}'}", **row, "entity": person}
            )
    return _shuffled(rows, rng)


def registry(records: int, seed: int) -> pd.DataFrame:
    """Columns No, fname_c1, fname_c2, lname_c1, lname_c2, by, bm, bd, identity; one in ten records is a second one."""
    rng = _rng(seed)
    rows = []
    for person in range(int(records * 0.9)):
        born = str(np.datetime64("1920-01-01") + int(rng.integers(30_000))).split("-")
        true = {"fname_c1": _one(rng, MEN + WOMEN, 0.3).upper(), "lname_c1": _surname(rng).upper()}
        for number in range(2 if rng.random() < 1 / 9 else 1):
            row = dict(true)
            birth = [str(int(part)) for part in born]
            if number:
                which = int(rng.integers(3))
                if which == 0:
                    row["fname_c1"] = _slip(true["fname_c1"], rng).upper()
                elif which == 1:
                    row["lname_c1"] = _slip(true["lname_c1"], rng).upper()
                else:
                    birth[int(rng.integers(3))] = str(int(rng.integers(1, 12)) if rng.random() < 0.7 else 1950)
                    birth[0] = born[0] if len(birth[0]) < 4 else birth[0]
            second = _one(rng, MEN, 0.3).upper() if rng.random() < 0.05 else None
            rows.append(
                {
                    "fname_c1": row["fname_c1"], "fname_c2": second, "lname_c1": row["lname_c1"], "lname_c2": None,
                    "by": birth[0], "bm": birth[1], "bd": birth[2], "identity": f"p{person}",
                }
            )  # fmt: skip
    table = _shuffled(rows, rng)
    table.insert(0, "No", range(1, len(table) + 1))
    return table


def historical(records: int, seed: int) -> pd.DataFrame:
    """unique_id, cluster, full_name, first_name, surname, dob, birth_place, postcode_fake, gender, occupation."""
    rng = _rng(seed)
    towns = _towns(rng, 400)
    rows = []
    for person, size in enumerate(_sizes(rng, records, 30, 10)):
        man = rng.random() < 0.8
        forename, surname, middle = _one(rng, MEN if man else WOMEN, 0.6), _surname(rng), _one(rng, MEN, 0.6)
        born = str(np.datetime64("1780-01-01") + int(rng.integers(60_000)))
        place = _one(rng, towns, 0.4)
        outward = f"{place[:2].upper()}{int(rng.integers(1, 20))}"
        codes = [f"{outward} {int(rng.integers(1, 10))}{_one(rng, list('ABDEFGHJ'), 0)}{_one(rng, list('LNPQRST'), 0)}"
                 for _ in range(2)]  # fmt: skip
        work = _one(rng, OCCUPATIONS, 0.7)
        for _ in range(size):
            first = NICKNAMES.get(forename, forename) if rng.random() < 0.15 else forename
            first = _worn(first, rng, 0.06, 0.02)
            last = _worn(surname, rng, 0.08, 0.01)
            date = born if rng.random() < 0.75 else f"{born[:4]}-01-01"
            if rng.random() < 0.06:
                date = f"{int(born[:4]) + int(rng.integers(-1, 2))}{born[4:8]}{int(rng.integers(1, 29)):02d}"
            whole = " ".join(part for part in (first, middle if rng.random() < 0.4 else None, last) if part)
            rows.append(
                {
                    "cluster": f"Q{person * 7919}-1",
                    "full_name": whole.lower() or None, "first_name": first and first.lower(),
                    "surname": last and last.lower(), "dob": date if rng.random() < 0.9 else None,
                    "birth_place": _worn(place.lower(), rng, 0.03, 0.25),
                    "postcode_fake": _worn(codes[int(rng.random() < 0.25)].lower(), rng, 0.05, 0.2),
                    "gender": "male" if man else "female", "occupation": work if rng.random() < 0.6 else None,
                }
            )  # fmt: skip
    table = _shuffled(rows, rng)
    table.insert(0, "unique_id", [f"r{number}" for number in range(len(table))])
    return table


def clients(records: int, seed: int) -> pd.DataFrame:
    """Columns Client ID, Name, D.O.B., Post Code, Tel No, Person; DD/MM/YYYY, names in two orders."""
    rng = _rng(seed)
    rows = []
    for person, size in enumerate(_sizes(rng, records, 8, 2.5)):
        forename, surname = _one(rng, MEN + WOMEN, 0.5), _surname(rng)
        born = np.datetime64("1950-01-01") + int(rng.integers(20_000))
        year, month, day = str(born).split("-")
        postcode = (
            f"{_one(rng, ['LS', 'BD', 'HX', 'WF', 'HD'], 0.1)}{int(rng.integers(1, 20))} {int(rng.integers(1, 10))}"
        )
        postcode += _one(rng, list("ABDEFGHJ"), 0) + _one(rng, list("LNPQRST"), 0)
        phone = f"07{int(rng.integers(10**8, 10**9))}"
        for _ in range(size):
            first = NICKNAMES.get(forename, forename) if rng.random() < 0.1 else _worn(forename, rng, 0.05, 0)
            last = _worn(surname, rng, 0.06, 0)
            date = f"{day}/{month}/{year}"
            if rng.random() < 0.04 and int(day) <= 12:
                date = f"{month}/{day}/{year}"
            rows.append(
                {
                    "Name": f"{last}, {first}" if rng.random() < 0.3 else f"{first} {last}",
                    "D.O.B.": date if rng.random() < 0.9 else None,
                    "Post Code": postcode if rng.random() < 0.7 else None,
                    "Tel No": (_digits(phone, rng) if rng.random() < 0.05 else phone) if rng.random() < 0.5 else None,
                    "Person": person,
                }
            )
    table = _shuffled(rows, rng)
    table.insert(0, "Client ID", [f"C{number:06d}" for number in range(len(table))])
    return table


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    value = 7
    for letter in text:
        value = (value * 31 + ord(letter)) % 1_000_003
    return value


def _shuffled(rows: list[dict[str, object]], rng: np.random.Generator) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    return table.iloc[rng.permutation(len(table))].reset_index(drop=True)
