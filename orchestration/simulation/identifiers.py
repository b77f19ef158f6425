"""Operational identifiers with valid check letters.

Belongs here: how each identifier is spelt. Does not belong here: who gets one (`population.py`, `records_*.py`) or how
an agency misspells it (`text_errors.py`).

All check letters share one alphabet: the number modulo 23 picks a letter, 0 is Z, 1 is A; I, O and S are not used
(CJS Data Standards Catalogue).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from orchestration.simulation.sampling import Ints

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
_LETTERS = np.asarray(list(CHECK_LETTERS), dtype=object)
_NOMS_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def check_letter(number: int) -> str:
    """The check letter of a whole number."""
    return CHECK_LETTERS[number % 23]


def pnc_ids(years: npt.ArrayLike, serials: npt.ArrayLike) -> list[str]:
    """Police National Computer ids `YYYY/NNNNNNNL`; the check is over the 2-digit year and the 7-digit serial."""
    year = np.asarray(years, dtype=np.int64)
    serial = np.asarray(serials, dtype=np.int64)
    letters = _LETTERS[((year % 100) * 10_000_000 + serial) % 23]
    parts = zip(year.tolist(), serial.tolist(), letters, strict=True)
    return [f"{y:04d}/{s:07d}{letter}" for y, s, letter in parts]


def cro_numbers(years: npt.ArrayLike, serials: npt.ArrayLike) -> list[str]:
    """Criminal Records Office numbers of the standard form `NNNNNN/YYL`."""
    year = np.asarray(years, dtype=np.int64) % 100
    serial = np.asarray(serials, dtype=np.int64)
    letters = _LETTERS[(year * 1_000_000 + serial) % 23]
    parts = zip(year.tolist(), serial.tolist(), letters, strict=True)
    return [f"{s:06d}/{y:02d}{letter}" for y, s, letter in parts]


def court_case_references(years: npt.ArrayLike, courts: list[str], serials: npt.ArrayLike) -> list[str]:
    """References of court cases on the Police National Computer, `YY/CCCC/NNNNNNL`, of courts by their four digits."""
    year = np.asarray(years, dtype=np.int64) % 100
    parts = zip(year.tolist(), courts, np.asarray(serials, dtype=np.int64).tolist(), strict=True)
    return [f"{y:02d}/{court}/{s:06d}{check_letter(int(f'{y:02d}{court}{s:06d}'))}" for y, court, s in parts]


def arrest_summons_numbers(
    years: npt.ArrayLike, forces: list[str], units: list[str], system: str, sequences: npt.ArrayLike
) -> list[str]:
    """Arrest/summons numbers `YYFFUUSSNNNNNNNNNNNL` of 20 characters.

    The check is over force, system, year and the 11-digit sequence, a part with letters left out; never the unit.
    """
    year = np.asarray(years, dtype=np.int64) % 100
    sequence = np.asarray(sequences, dtype=np.int64)
    numeric_system = system if system.isdigit() else ""
    numbers = []
    for y, force, unit, serial in zip(year.tolist(), forces, units, sequence.tolist(), strict=True):
        checked = f"{force if force.isdigit() else ''}{numeric_system}{y:02d}{serial:011d}"
        numbers.append(f"{y:02d}{force}{unit}{system}{serial:011d}{check_letter(int(checked))}")
    return numbers


def noms_numbers(serials: npt.ArrayLike) -> list[str]:
    """Prison numbers `A1234AA`, distinct for distinct serials (no check character exists)."""
    numbers = []
    for serial in np.asarray(serials, dtype=np.int64).tolist():
        rest, digits = divmod(serial, 10_000)
        rest, last = divmod(rest, 23)
        first, middle = divmod(rest, 23)
        letters = _NOMS_LETTERS
        numbers.append(f"{letters[first % 23]}{digits:04d}{letters[middle]}{letters[last]}")
    return numbers


def crns(serials: npt.ArrayLike) -> list[str]:
    """Probation case reference numbers `X123456`."""
    numbers = []
    for serial in np.asarray(serials, dtype=np.int64).tolist():
        letter, digits = divmod(serial, 1_000_000)
        numbers.append(f"{_NOMS_LETTERS[-(1 + letter % 23)]}{digits:06d}")
    return numbers


def ptiurns(forces: list[str], units: list[str], serials: npt.ArrayLike, years: npt.ArrayLike) -> list[str]:
    """Unique reference numbers of cases `FFUUNNNNNYY`: force, unit, 5-digit serial, 2-digit year."""
    year = np.asarray(years, dtype=np.int64) % 100
    serial = np.asarray(serials, dtype=np.int64)
    parts = zip(forces, units, serial.tolist(), year.tolist(), strict=True)
    return [f"{force}{unit}{number:05d}{y:02d}" for force, unit, number, y in parts]


def crown_case_numbers(letters: npt.ArrayLike, years: npt.ArrayLike, serials: npt.ArrayLike) -> list[str]:
    """Crown Court case numbers: T, S or A, year, 4 digits; unique within court and letter only."""
    parts = zip(
        np.asarray(letters, dtype=object).tolist(),
        np.asarray(years, dtype=np.int64).tolist(),
        np.asarray(serials, dtype=np.int64).tolist(),
        strict=True,
    )
    return [f"{letter}{year:04d}{serial:04d}" for letter, year, serial in parts]


def uuids(rng: np.random.Generator, size: int) -> list[str]:
    """Random version 4 universally unique ids, from the given stream (so the same seed gives the same ids)."""
    raw = np.frombuffer(rng.bytes(16 * size), dtype=np.uint8).reshape(size, 16).copy()
    raw[:, 6] = (raw[:, 6] & 0x0F) | 0x40
    raw[:, 8] = (raw[:, 8] & 0x3F) | 0x80
    text = raw.tobytes().hex()
    starts = range(0, 32 * size, 32)
    return [
        f"{text[at : at + 8]}-{text[at + 8 : at + 12]}-{text[at + 12 : at + 16]}-{text[at + 16 : at + 20]}"
        f"-{text[at + 20 : at + 32]}"
        for at in starts
    ]


def distinct_serials(rng: np.random.Generator, size: int, ceiling: int, floor: int = 1) -> Ints:
    """`size` different whole numbers from `floor` to below `ceiling`, in random order.

    Raises:
        ValueError: there are fewer numbers in the range than asked for.
    """
    if size > ceiling - floor:
        raise ValueError(f"{size} distinct serials do not fit between {floor} and {ceiling}; widen the range.")
    return floor + rng.choice(ceiling - floor, size=size, replace=False, shuffle=True).astype(np.int64)
