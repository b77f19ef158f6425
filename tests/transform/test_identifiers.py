"""Identifiers: every published test vector, through the macros as either engine compiles them.

Sources of the vectors: the parsers of the Core Person Record (PNC, CRO) and of Bichard 7 (ASN), the court case
references in Bichard 7's repository, and the CJS Data Standards Catalogue. Spark's SQL is run on DuckDB after
translation, which needs neither Spark nor Java.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot

from orchestration.contracts import QUALIFIED_CODES
from tests.transform.conftest import Compilation

pytestmark = pytest.mark.xdist_group("dbt")

EXTRACT = date(2026, 6, 30)

MACROS = {
    "pnc": "justice.normalise_pnc('text', 'extract_date')",
    "pnc_reason": "justice.pnc_reason('text')",
    "cro": "justice.normalise_cro('text')",
    "cro_reason": "justice.cro_reason('text')",
    "asn": "justice.normalise_asn('text')",
    "asn_reason": "justice.asn_reason('text')",
    "ccr": "justice.normalise_ccr('text')",
    "ccr_reason": "justice.ccr_reason('text')",
    "noms": "justice.normalise_noms('text')",
    "crn": "justice.normalise_crn('text')",
    "ptiurn": "justice.normalise_ptiurn('text')",
    "postcode": "justice.normalise_postcode('text')",
    "offence": f"justice.without_qualifier('text', {asdict(QUALIFIED_CODES['offences'])})",
    "organisation": "justice.is_organisation_name('text')",
}

Vector = tuple[str, str | None, date, str | bool | None]


def vectors(macro: str, expected: Mapping[str | None, str | bool | None], extract: date = EXTRACT) -> list[Vector]:
    return [(macro, text, extract, value) for text, value in expected.items()]


VALID_PNC: dict[str | None, str | None] = {
    "81/34U": "1981/0000034U",
    "02/73319Z": "2002/0073319Z",
    "0273319Z": "2002/0073319Z",
    "20020073319Z": "2002/0073319Z",
    "00/223R": "2000/0000223R",
    "79/163001B": "1979/0163001B",
    "79163001B": "1979/0163001B",
    "1979/0163001B": "1979/0163001B",
    "033Y": "2003/0000003Y",
    "67/9893091D": "1967/9893091D",
    # A four-digit year with a short serial, as people type it; the reference parser refuses it.
    "1979/163001B": "1979/0163001B",
    "1979163001B": "1979/0163001B",
    "2004/0712343W": "2004/0712343W",
    # Lower case, blanks and other separators.
    " 79/163001b ": "1979/0163001B",
    "79\\163001B": "1979/0163001B",
    "79-163001B": "1979/0163001B",
    "79 / 163001B": "1979/0163001B",
}

BAD_LETTER_PNC = [
    "20030011985Z",
    "20120052494O",
    "20230583843N",
    "2001/0171310S",
    "2004/0712343H",
    "04/712343H",
]

MALFORMED_PNC = [
    "01",
    "012",
    "TOTALLYINVALID",
    "1X23/1234567A",
    "1923[1234567A",
    "1923/1Z34567A",
    "1923/1234567AA",
    # A year of three digits is neither form.
    "197/163001B",
    # A serial of more than seven digits.
    "79/01630010B",
    "79/163001B 79/163001B",
]

VALID_CRO: dict[str | None, str | None] = {
    "SF05/482703J": "SF05/482703J",
    "SF83/50058Z": "SF83/50058Z",
    "65656/91H": "065656/91H",
    "265416/21G": "265416/21G",
    " sf05/482703j": "SF05/482703J",
}

BAD_LETTER_CRO = ["85227/65G", "123456/99A", "999999/99Z", "SF39/83234F"]

VALID_ASN: dict[str | None, str | None] = {
    "2005FF0500000000555P": "2005FF0500000000555P",
    "9700000000000123456K": "9700000000000123456K",
    "97/0000/00/123456K": "9700000000000123456K",
    "22FD112200001234560X": "22FD112200001234560X",
    "22/FD11/22/1234560X": "22FD112200001234560X",
    "221FD112200001234560X": "221FD112200001234560X",
    "2202XC0200000000021R": "2202XC0200000000021R",
    "22/02XC/02/21/r": "2202XC0200000000021R",
}

VALID_CCR: dict[str | None, str | None] = {
    "97/1626/008395Q": "97/1626/008395Q",
    "97/1626/8395Q": "97/1626/008395Q",
    "21/2732/000007P": "21/2732/000007P",
    "09/0413/000445H": "09/0413/000445H",
    "12/2732/000016T": "12/2732/000016T",
    "13/2732/000001U": "13/2732/000001U",
    "21/2812/000002F": "21/2812/000002F",
    "07/1577/020154M": "07/1577/020154M",
    # The letters the invented ones should have.
    "21/1234/001234D": "21/1234/001234D",
    "23/1234/012345Q": "23/1234/012345Q",
    "05/9876/123456L": "05/9876/123456L",
    " 97-1626\\8395q": "97/1626/008395Q",
}

# Invented references, and the example of the data standard itself.
BAD_LETTER_CCR = ["21/1234/001234A", "23/1234/012345P", "05/9876/123456R", "12/3456/789012Q"]

# Letters that no check gives, a court of three digits, a serial of seven, no slashes.
MALFORMED_CCR = [
    "97/1626/008395O",
    "97/162/008395Q",
    "97/1626/0008395Q",
    "971626008395Q",
    "97/1626/Q",
    "TOTALLYINVALID",
]


def check_letter(digits: str) -> str:
    return "ZABCDEFGHJKLMNPQRTUVWXY"[int(digits) % 23]


def dummy(body: str) -> str:
    """The made-up number with the check letter it would need, so that only the dummy rule can refuse it."""
    force = body[2:4] if body[2:4].isdigit() else ""
    system = body[6:8] if body[6:8].isdigit() else ""
    return body + check_letter(force + system + body[:2] + body[8:19])


def ambiguous() -> str:
    """A text that passes the check with 20 as its year and with 20 as its century."""
    return next(
        f"20{year:02}{serial}{letter}"
        for year in range(27)
        for serial in range(1, 99_999)
        for letter in [check_letter(f"{year:02}{serial:07}")]
        if check_letter(f"20{int(f'{year:02}{serial}'):07}") == letter
    )


DUMMY_ASNS = [
    dummy(body)
    for body in (
        "0800NP0100000000001",
        "0800PP0100000000001",
        "2212LN0000000000007",
        "2200NP0000000000007",
        "2263000000000000007",
        "2206SSAB00000000007",
        "2200XXAB00000000007",
        "225011AB00000000007",
        "2250SJ0100000000007",
    )
]

VECTORS: list[Vector] = [
    *vectors("pnc", VALID_PNC),
    *vectors("pnc_reason", dict.fromkeys(VALID_PNC, "valid")),
    *vectors("pnc", dict.fromkeys([*BAD_LETTER_PNC, *MALFORMED_PNC, "", None])),
    *vectors("pnc_reason", dict.fromkeys(BAD_LETTER_PNC, "bad_check_letter")),
    *vectors("pnc_reason", dict.fromkeys(MALFORMED_PNC, "bad_format")),
    *vectors("pnc_reason", {"": "missing", " ": "missing", None: "missing"}),
    # Without a slash, 20 in front may be a century or a year; where both pass the check, nobody can tell.
    *vectors("pnc", {ambiguous(): None}),
    *vectors("pnc_reason", {ambiguous(): "ambiguous"}),
    # Two-digit years are read by the date of the extract, so one delivery always gives one id.
    *vectors(
        "pnc", {f"27/1{check_letter('270000001')}": f"1927/0000001{check_letter('270000001')}"}, date(2026, 12, 31)
    ),
    *vectors(
        "pnc", {f"27/1{check_letter('270000001')}": f"2027/0000001{check_letter('270000001')}"}, date(2027, 1, 31)
    ),
    *vectors("cro", VALID_CRO),
    *vectors("cro_reason", dict.fromkeys(VALID_CRO, "valid")),
    *vectors("cro", dict.fromkeys([*BAD_LETTER_CRO, "000000/00Z", "0/00Z", "65656-91", "1234567/91H", "", None])),
    *vectors("cro_reason", dict.fromkeys(BAD_LETTER_CRO, "bad_check_letter")),
    # Passes its check letter, and means that there is no number.
    *vectors("cro_reason", {"000000/00Z": "placeholder", "0/00Z": "placeholder"}),
    *vectors("asn", VALID_ASN),
    *vectors("asn_reason", dict.fromkeys(VALID_ASN, "valid")),
    *vectors("asn", dict.fromkeys(["2202XC0200000000021D", "22FD1122", "", None, *DUMMY_ASNS])),
    *vectors("asn_reason", {"2202XC0200000000021D": "bad_check_letter", "22FD1122": "bad_format"}),
    *vectors("asn_reason", dict.fromkeys(DUMMY_ASNS, "dummy")),
    *vectors("ccr", VALID_CCR),
    *vectors("ccr_reason", dict.fromkeys(VALID_CCR, "valid")),
    *vectors("ccr", dict.fromkeys([*BAD_LETTER_CCR, *MALFORMED_CCR, "", None])),
    *vectors("ccr_reason", dict.fromkeys(BAD_LETTER_CCR, "bad_check_letter")),
    *vectors("ccr_reason", dict.fromkeys(MALFORMED_CCR, "bad_format")),
    *vectors("ccr_reason", {"": "missing", " ": "missing", None: "missing"}),
    *vectors("noms", {"A1234AA": "A1234AA", " a1234aa": "A1234AA", "A123AA": None, "A1234A1": None, "": None}),
    *vectors("noms", {"JAIL:10234": "JAIL:10234", " jail:a-7": "JAIL:A-7", "JAIL:": None, "J:1": None, "10234": None}),
    *vectors("crn", {"X718255": "X718255", "xx320741": "XX320741", "X71825": None, "1718255": None, "": None}),
    *vectors("ptiurn", {"29GD7216523": "29GD7216523", "01/aa/12345/21": "01AA1234521", "01AA1234521A": "01AA1234521A"}),
    *vectors("ptiurn", {"90GD9123LAA": None, "01AA": None, "01AA12": None, "": None}),
    *vectors("postcode", {"sw1a1aa": "SW1A 1AA", "M1 1AE": "M1 1AE", "B33  8TH": "B33 8TH", "GIR 0AA": "GIR 0AA"}),
    *vectors("postcode", {"NF1 1NF": None, "NF11FA": None, "SW1A": None, "1AA 1AA": None, "": None}),
    # Attempt, conspiracy and aiding as the national list of offence codes has them; F and a ninth character are none.
    *vectors("offence", {"TH68026A": "TH68026", "MD71170C": "MD71170", "SX03007B": "SX03007", "TH68010": "TH68010"}),
    *vectors("offence", {"TH68010F": "TH68010F", "TH68010AA": "TH68010AA", "COML025": "COML025", None: None}),
    *vectors("organisation", {"Thornaby Haulage Limited": True, "A B Jones & Co. Ltd.": True, "Cwmni CYF": True}),
    *vectors("organisation", {"Limited": False, "Ltd": False, "Limitedson": False, "Plc Smith": False}),
    *vectors("organisation", {None: False, "": False}),
]


@pytest.fixture(scope="session", params=["on_duckdb", "spark"])
def normalised(request: pytest.FixtureRequest, dbt_folder: Path) -> dict[tuple[str, str | None, date], Any]:
    """(macro, text, extract date) -> what the macro makes of it, as one engine's SQL says."""
    compilation: Compilation = request.getfixturevalue(request.param)
    selected = ", ".join(f"{{{{ {call} }}}} as {name}" for name, call in MACROS.items())
    sql = compilation.inline(f"select text, extract_date, {selected} from delivered")
    if request.param == "spark":
        sql = sqlglot.transpile(sql, read="spark", write="duckdb")[0]
    connection = duckdb.connect()
    connection.execute("create table delivered (text varchar, extract_date date)")
    texts = sorted({(text, extract) for _, text, extract, _ in VECTORS}, key=str)
    connection.executemany("insert into delivered values (?, ?)", texts)
    found: dict[tuple[str, str | None, date], Any] = {}
    for text, extract, *values in connection.execute(sql).fetchall():
        found |= {(name, text, extract): value for name, value in zip(MACROS, values, strict=True)}
    return found


@pytest.mark.parametrize(("macro", "text", "extract", "expected"), VECTORS)
def test_vector(
    normalised: dict[tuple[str, str | None, date], Any],
    macro: str,
    text: str | None,
    extract: date,
    expected: str | bool | None,
) -> None:
    assert normalised[macro, text, extract] == expected
