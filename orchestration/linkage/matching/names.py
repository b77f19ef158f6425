"""One spelling for every way of writing a name: the standard form that linkage compares.

Belongs here: pure functions from one written name to its standard form, its sound, and the forenames it may stand
for. Does not belong here: tables of records (`records.py`) or how much an agreement is worth
(`learning/comparisons.py`).

Everything works on one value, so that a table is standardised by its *distinct* values: a million records hold some
hundred thousand distinct names.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

TITLES = frozenset(
    {
        "MR",
        "MRS",
        "MS",
        "MISS",
        "MX",
        "DR",
        "SIR",
        "DAME",
        "LADY",
        "LORD",
        "REV",
        "REVD",
        "REVEREND",
        "PROF",
        "PROFESSOR",
        "MADAM",
        "MADAME",
        "CLLR",
        "CAPT",
        "MAJ",
        "SGT",
        "PC",
    }
)
"""Words before a name that are not part of it."""

SUFFIXES = frozenset({"JNR", "JR", "JUNIOR", "SNR", "SR", "SENIOR", "II", "III", "IV", "ESQ", "OBE", "MBE", "CBE"})
"""Words after a surname that are not part of it."""

JOINED_PREFIXES = frozenset({"O", "MC", "MAC"})
"""Prefixes written apart or together with the surname they start: `Mc Donald`, `O Brien`."""

NOT_A_NAME = frozenset(
    {
        "ANON",
        "ANONYMOUS",
        "BLANK",
        "DECLINED",
        "DETAILS REFUSED",
        "MALE",
        "FEMALE",
        "NA",
        "NFN",
        "NIL",
        "NK",
        "NO NAME",
        "NO NAME GIVEN",
        "NONE",
        "NONE GIVEN",
        "NOT APPLICABLE",
        "NOT GIVEN",
        "NOT KNOWN",
        "NOT PROVIDED",
        "NOT STATED",
        "NULL",
        "REFUSED",
        "TBC",
        "TEST",
        "UNKNOWN",
        "UNNAMED",
    }
)
"""What people type into a name box when there is no name; evidence of nothing."""

A_SURNAME_TOO = "NULL"
"""People are called so. What an agency writes for "missing" is said in its contract, and is gone before that."""

_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {
        "Æ": "AE",
        "æ": "ae",
        "Ð": "D",
        "ð": "d",
        "Đ": "D",
        "đ": "d",
        "Ł": "L",
        "ł": "l",
        "Ø": "O",
        "ø": "o",
        "Œ": "OE",
        "œ": "oe",
        "Þ": "TH",
        "þ": "th",
        "ß": "ss",
        "ı": "i",
    }
)
_APOSTROPHES = re.compile(r"['`´‘’ʼʹ]")
_BRACKETED = re.compile(r"\([^)]*\)|\"[^\"]*\"")
_NOT_LETTERS = re.compile(r"[^A-Z]+")


def _words(value: str) -> list[str]:
    """Upper-case words of A to Z; accents folded, apostrophes closed up, hyphens and other marks as gaps."""
    if value.isascii() and value.isalpha():
        return [value.upper()]
    text = value.translate(_LETTERS_WITHOUT_DECOMPOSITION)
    text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    text = _APOSTROPHES.sub("", _BRACKETED.sub(" ", text)).upper()
    return _NOT_LETTERS.sub(" ", text).split()


def _is_a_name(words: list[str]) -> bool:
    """False for what is typed where there is no name: `UNKNOWN`, `N/K`, `XXX`."""
    text = " ".join(words)
    return text not in NOT_A_NAME and text.replace(" ", "") not in NOT_A_NAME and set(text) != {"X"}


def standard_surname(value: str | None) -> str | None:
    """A surname as linkage compares it: upper-case words, or None where there is no name.

    Titles and suffixes go; `O'Brien`, `O Brien` and `OBrien` are one; a double-barrelled name keeps both its parts,
    apart, so that either part alone can be recognised.
    """
    if value is None:
        return None
    words = _words(value)
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1] in SUFFIXES:
        words = words[:-1]
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in JOINED_PREFIXES:
            joined[-1] += word
        else:
            joined.append(word)
    if not joined or not (_is_a_name(joined) or joined == [A_SURNAME_TOO]):
        return None
    return " ".join(joined)


def standard_given_names(value: str | None) -> str | None:
    """Given names as linkage compares them: upper-case words in order without titles, or None where there is none."""
    if value is None:
        return None
    words = _words(value)
    while words and words[0] in TITLES:
        words = words[1:]
    if not words or not _is_a_name(words):
        return None
    return " ".join(words)


_SOUND_STARTS = (("KN", "N"), ("GN", "N"), ("PN", "N"), ("WR", "R"), ("PS", "S"), ("WH", "W"), ("MC", "MAC"))
_SOUND_PAIRS = (("PH", "F"), ("CK", "K"), ("GH", "H"), ("SCH", "S"), ("SH", "S"), ("CH", "K"), ("TH", "T"), ("DG", "G"))
_SOUND_CLASSES = str.maketrans(
    "BCDFGHJKLMNPQRSTVWXYZAEIOU",
    "P2TF2-224MMP262T" + "F-2-2-----",
)


@cache
def sound(word: str | None) -> str | None:
    """A short code that names sounding alike share: an initial and up to three classes of consonant.

    Used to bring records together, never to score them: `Stephens` and `Stevens`, `Khan` and `Kahn` share one.
    Vowels, H, W and Y count for nothing after the first letter, and repeated classes count once. Only letters count.
    """
    if not word:
        return None
    text = word.replace(" ", "")
    for start, spoken in _SOUND_STARTS:
        if text.startswith(start):
            text = spoken + text[len(start) :]
            break
    for written, spoken in _SOUND_PAIRS:
        text = text.replace(written, spoken)
    first = {"C": "K", "Q": "K", "Z": "S", "J": "G", "V": "F", "Y": "I"}.get(text[0], text[0])
    if first in "AEIOU":
        first = "A"
    code = first
    previous = text.translate(_SOUND_CLASSES)[0]
    for letter in text[1:].translate(_SOUND_CLASSES):
        if letter not in ("-", previous):
            code += letter
            if len(code) == 4:
                break
        previous = letter
    return code


@cache
def _listed_forenames() -> str:
    return (files("orchestration.linkage.matching") / "nicknames.csv").read_text(encoding="utf-8")


def names_digest() -> str:
    """First 16 hex digits of the SHA-256 of the list of forenames: a score depends on it, so a model records it."""
    return hashlib.sha256(_listed_forenames().encode()).hexdigest()[:16]


@cache
def _formal_forenames() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, set[str]] = {}
    for row in csv.DictReader(_listed_forenames().splitlines()):
        table.setdefault(row["variant"], {row["variant"]}).add(row["forename"])
        table.setdefault(row["forename"], {row["forename"]})
    return {name: tuple(sorted(formals)) for name, formals in table.items()}


def is_listed(forename: str) -> bool:
    """Whether a standard forename is in the list of forenames, familiar forms and variants."""
    return forename in _formal_forenames()


def near_forenames(forename: str) -> tuple[str, ...]:
    """The listed forenames for which one of four letters or more, not listed itself, may be a slip."""
    if len(forename) < 4 or is_listed(forename):
        return ()
    near = {
        name
        for key in (forename, *_with_one_letter_out(forename))
        for name in _one_letter_short().get(key, ())
        if len(name) >= 3 and _is_one_slip(forename, name)
    }
    return tuple(sorted(near))


@cache
def _one_letter_short() -> Mapping[str, tuple[str, ...]]:
    """Every listed forename, and every listed forename with one letter left out -> the forenames it comes from."""
    table: dict[str, set[str]] = {}
    for name in _formal_forenames():
        for key in (name, *_with_one_letter_out(name)):
            table.setdefault(key, set()).add(name)
    return {key: tuple(sorted(names)) for key, names in table.items()}


def _with_one_letter_out(name: str) -> set[str]:
    return {name[:place] + name[place + 1 :] for place in range(len(name))}


def _is_one_slip(one: str, other: str) -> bool:
    """True where a letter left out, put in, changed, or swapped with its neighbour makes `one` into `other`."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    first, second = one[start:], other[start:]
    return (
        first[1:] == second[1:]
        or first[1:] == second
        or first == second[1:]
        or (first[:2] == second[:2][::-1] and first[2:] == second[2:])
    )


def formal_forenames(forename: str | None) -> tuple[str, ...]:
    """The forenames a standard forename may stand for, itself included; empty for none and for an initial.

    Two forenames may be one person's where these overlap: `BILL` and `WILL` both may stand for `WILLIAM`. The list is
    `nicknames.csv` beside this module: familiar forms, spellings and transliterations met in England and Wales. A
    forename of four letters or more that is not listed may be a slip for one that is: `SAUEL` may stand for `SAMUEL`,
    and so overlaps with `SAM`.
    """
    if not forename or len(forename) == 1:
        return ()
    if listed := _formal_forenames().get(forename):
        return listed
    formals = {forename}
    for name in near_forenames(forename):
        formals.update(_formal_forenames()[name])
    return tuple(sorted(formals))
