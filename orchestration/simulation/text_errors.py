"""How people mistype: one value in, one wrong value out.

Belongs here: pure functions that spoil a single name, identifier, postcode or date as clerks and keyboards do.
Does not belong here: how often it happens and in which system (`dirt_plan.py`), or writing it anywhere (`dirt.py`).
Every function takes the random generator it draws from, so that a seed fixes its result.
"""

from __future__ import annotations

import unicodedata

import numpy as np

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
"""Alphabet of the police check letters: index is the number modulo 23 (identifiers brief, section 5)."""

PLACEHOLDER_CRO = "000000/00Z"
"""Passes the check letter and means nothing; typed where a form demands a CRO number."""

PLACEHOLDER_PNC = "2000/0000000Z"
"""Passes the check letter; shared by many people, so it must never link them."""

DUMMY_ASN_SERIALS = ("0800NP01{0:011d}L", "{1:02d}00NP00{0:011d}L", "{1:02d}6300000{0:011d}L")
"""Shapes of the arrest/summons numbers that mean 'none was issued' (identifiers brief, section 5.3)."""

NO_FIXED_ABODE = ("NF1 1NF", "NF11NF", "NF1 1FA")
"""Placeholder postcodes for people without an address."""

_WITHOUT_STROKES = str.maketrans({"Ł": "L", "ł": "l", "Ø": "O", "ø": "o", "Đ": "D", "đ": "d", "ß": "ss", "’": "'"})
"""Letters that Unicode does not take apart into a plain one and an accent."""

_NEIGHBOURS = {
    "A": "QSZ", "B": "VGN", "C": "XDV", "D": "SEF", "E": "WRD", "F": "DGR", "G": "FHT", "H": "GJY", "I": "UOK",
    "J": "HKU", "K": "JLI", "L": "KO", "M": "NJ", "N": "BMH", "O": "IPL", "P": "OL", "Q": "WA", "R": "ETF",
    "S": "ADW", "T": "RYG", "U": "YIJ", "V": "CBF", "W": "QES", "X": "ZCS", "Y": "TUH", "Z": "XA",
    "0": "9", "1": "2", "2": "13", "3": "24", "4": "35", "5": "46", "6": "57", "7": "68", "8": "79", "9": "80",
}  # fmt: skip

_NICKNAME_GROUPS = """
Alexander Alex Sandy|Andrew Andy Drew|Anthony Tony|Benjamin Ben|Charles Charlie Chas|Christopher Chris Kit
Daniel Dan Danny|David Dave Davey|Edward Ed Eddie Ted|Francis Frank|Frederick Fred Freddie|George Georgie
Gerald Gerry|Gregory Greg
Henry Harry|Jacob Jake|James Jim Jimmy Jamie|Jeffrey Jeff|John Jack Johnny|Jonathan Jon Jonny|Joseph Joe Joey
Joshua Josh|Kenneth Ken Kenny|Lawrence Larry|Lee Leigh|Leonard Len|Matthew Matt|Michael Mike Mick Micky
Mohammed Mohammad Muhammad Mo
Nathan Nate|Nicholas Nick|Patrick Pat Paddy|Peter Pete|Philip Phil|Raymond Ray|Richard Rick Dick Richie
Robert Rob Bob Bobby
Ronald Ron Ronnie|Samuel Sam|Simon Si|Stephen Steve Steven Stevie|Terence Terry|Thomas Tom Tommy|Timothy Tim|Tyrone Ty
Victor Vic|Vincent Vince|William Will Bill Billy|Zachary Zach Zak|Callum Cal|Cameron Cam|Connor Conor|Dominic Dom
Ethan Eth|Harrison Harry|Kieran Kyran|Luke Lukas|Liam William|Oliver Ollie|Reece Rhys|Ryan Ry|Toby Tobias|Abdul Abdullah
Abigail Abi Abbie|Alexandra Alex Sandra|Alison Ali|Amanda Mandy|Amelia Millie|Angela Angie|Anne Ann Annie|Barbara Barb
Catherine Cath Kate Katie Cathy|Charlotte Lottie Charlie|Christine Chris Chrissie|Danielle Dani|Deborah Debbie Deb
Diane Di|Dorothy Dot|Eleanor Ellie Nell|Elizabeth Liz Beth Betty Lizzie|Emily Em|Emma Em|Florence Flo|Frances Fran
Georgia Georgie|Gillian Gill|Hannah Han|Isabella Bella Izzy|Jacqueline Jackie|Janet Jan|Jennifer Jen Jenny|Jessica Jess
Joanne Jo|Judith Judy|Julia Julie|Karen Kaz|Kathleen Kath|Kimberley Kim|Laura Lau|Lauren Loz|Linda Lin|Louise Lou
Lucy Luce|Margaret Maggie Peggy Meg|Maria Mary|Michelle Shell|Natalie Nat|Natasha Tasha|Nicola Nicky|Olivia Liv
Pamela Pam|Patricia Pat Trish|Rachel Rach|Rebecca Becky Becca|Samantha Sam|Sandra Sandy|Sarah Sara|Sharon Shaz
Shannon Shan|Sophia Sophie|Stephanie Steph|Susan Sue|Tracey Trace Tracy|Teresa Terri|Valerie Val|Victoria Vicky Tori
Yvonne Eve
"""


def _nicknames() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for group in _NICKNAME_GROUPS.replace("\n", "|").split("|"):
        if names := group.split():
            for name in names:
                others = tuple(other for other in names if other != name)
                table.setdefault(name.upper(), others)
    return table


NICKNAMES = _nicknames()
"""Forename in capitals to the familiar forms it is swapped with."""


def typo(text: str, rng: np.random.Generator) -> str:
    """`text` with one slip: a neighbouring key, a letter left out, two letters swapped, or a letter doubled."""
    if len(text) < 2:
        return text + text
    place = int(rng.integers(1 if len(text) > 3 else 0, len(text)))
    slip = int(rng.integers(0, 4))
    letter = text[place]
    if slip == 0:
        near = _NEIGHBOURS.get(letter.upper(), "E")
        other = near[int(rng.integers(0, len(near)))]
        return text[:place] + (other if letter.isupper() else other.lower()) + text[place + 1 :]
    if slip == 1:
        return text[:place] + text[place + 1 :]
    if slip == 2 and place and text[place - 1].lower() != letter.lower():
        swapped = text[: place - 1] + letter + text[place - 1] + text[place + 1 :]
        return swapped.capitalize() if text.istitle() and swapped.isalpha() else swapped
    return text[:place] + letter + text[place:]


def nickname(text: str, rng: np.random.Generator) -> str:
    """The first of the forenames in `text` in a familiar form; unchanged where none is known."""
    first, _, rest = text.partition(" ")
    forms = NICKNAMES.get(first.upper())
    if not forms:
        return text
    familiar = forms[int(rng.integers(0, len(forms)))]
    return f"{familiar} {rest}" if rest else familiar


def half_of_double_barrel(text: str, rng: np.random.Generator) -> str:
    """One half of a hyphenated surname, its hyphen as a blank, or both run together; unchanged if single."""
    first, hyphen, second = text.partition("-")
    if not hyphen:
        return text
    return (first, second, f"{first} {second}", f"{first}{second.lower()}")[int(rng.integers(0, 4))]


def wrong_check_letter(text: str, rng: np.random.Generator) -> str:
    """An identifier ending in a check letter, mistyped so that the letter no longer fits (a digit or the letter)."""
    if not text:
        return text
    if int(rng.integers(0, 2)) and text[-1] in CHECK_LETTERS:
        step = int(rng.integers(1, len(CHECK_LETTERS)))
        return text[:-1] + CHECK_LETTERS[(CHECK_LETTERS.index(text[-1]) + step) % len(CHECK_LETTERS)]
    digits = [place for place, letter in enumerate(text) if letter.isdigit()]
    if not digits:
        return text
    # The last digit counts once in the number: adding 1 to 9 never makes a multiple of 23.
    place = digits[-1]
    return text[:place] + str((int(text[place]) + int(rng.integers(1, 10))) % 10) + text[place + 1 :]


def pnc_display_form(text: str, rng: np.random.Generator) -> str:
    """A canonical PNC id `YYYY/NNNNNNNL` as people write it: no century, no leading zeros, odd case, blank or slash."""
    year, slash, serial = text.partition("/")
    if not slash or len(year) != 4:
        return text
    short = serial[:-1].lstrip("0") or "0"
    letter = serial[-1:]
    forms = (
        f"{year[2:]}/{short}{letter}",
        f"{year[2:]}/{short}{letter}",
        f"{year[2:]}/{serial}",
        f"{year}/{short}{letter}",
        f"{year}{serial}",
        f"{year}/{serial}".lower(),
        f"{year[2:]}/{short}{letter}".lower(),
        f" {year[2:]}/{short}{letter}",
    )
    return forms[int(rng.integers(0, len(forms)))]


def asn_display_form(text: str, rng: np.random.Generator) -> str:
    """A 20-character ASN as typed: slashed with its sequence's zeros dropped, or in lower case."""
    if len(text) not in (20, 21):
        return text
    head = len(text) - 18
    if int(rng.integers(0, 3)) == 0:
        return text.lower()
    year, rest = text[:head], text[head:]
    return f"{year}/{rest[:4]}/{rest[4:6]}/{rest[6:17].lstrip('0') or '0'}{rest[17:]}"


def dummy_asn(text: str, rng: np.random.Generator) -> str:
    """A number that says none was issued, in one of the shapes the police use; the year is kept."""
    year = int(text[:2]) if text[:2].isdigit() else 24
    shape = DUMMY_ASN_SERIALS[int(rng.integers(0, len(DUMMY_ASN_SERIALS)))]
    return shape.format(int(rng.integers(1, 99_999)), year)


def slashed_urn(text: str, rng: np.random.Generator) -> str:
    """A case reference as read aloud or printed on a file: blanks or slashes inside, or lower case."""
    if len(text) < 8:
        return text
    form = int(rng.integers(0, 3))
    if form == 0:
        return f"{text[:2]}/{text[2:4]}/{text[4:-2]}/{text[-2:]}"
    if form == 1:
        return f"{text[:4]} {text[4:]}"
    return text.lower()


def moved_postcode(text: str, rng: np.random.Generator) -> str:
    """Another address in the same town: the outward code stays, the inward code changes."""
    outward = text.strip().rpartition(" ")[0] or text.strip()[:-3]
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    unit = letters[int(rng.integers(0, 20))] + letters[int(rng.integers(0, 20))]
    return f"{outward} {int(rng.integers(0, 10))}{unit}"


def untidy_postcode(text: str, rng: np.random.Generator) -> str:
    """The same postcode without its blank, in lower case, or with a doubled blank."""
    return (text.replace(" ", ""), text.lower(), text.replace(" ", "  "))[int(rng.integers(0, 3))]


def no_fixed_abode(text: str, rng: np.random.Generator) -> str:
    """A placeholder in place of a postcode."""
    return NO_FIXED_ABODE[int(rng.integers(0, len(NO_FIXED_ABODE)))]


def without_accents(text: str) -> str:
    """`text` as a system without accents stores it: é as e, Ł as L."""
    spelled = unicodedata.normalize("NFKD", text.translate(_WITHOUT_STROKES))
    return "".join(letter for letter in spelled if not unicodedata.combining(letter))
