"""Patterns accept every form an identifier is really written in and refuse what is none; Python and DuckDB agree.

Patterns look at form only. Check letters are judged when identifiers are normalised, so a number with a wrong letter
passes here.
"""

from __future__ import annotations

import re

import duckdb
import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import PROJECT_ROOT

CONTRACTS = load_feed_contracts(PROJECT_ROOT / "data_contracts")


@pytest.mark.parametrize(
    ("place", "well_formed", "malformed"),
    [
        (
            "police/custody_records.pnc_id",
            ["81/34U", "02/73319Z", "0273319Z", "20020073319Z", "1979/0163001B", "1979/163001B"],
            ["012", "TOTALLYINVALID", "1923[1234567A", "1923/1234567AA", "81/34u", "1X23/1234567A"],
        ),
        (
            "hmcts/defendants.cro_number",
            ["SF05/482703J", "SF83/50058Z", "65656/91H", "265416/21G"],
            ["SF05482703J", "65656/1991H", "91/65656H1"],
        ),
        (
            "cps/defendants.asn",
            ["2005FF0500000000555P", "9700000000000123456K", "97/0000/00/123456K", "221FD112200001234560X"],
            ["2005FF0500000000555", "2005FF0500000000555I", "05FF/555P"],
        ),
        ("hmcts/cases.ptiurn", ["01AA1234521", "29GD7216523", "01AA1234521B"], ["01/AA/12345/21", "01aa1234521", "1A"]),
        (
            "hmcts/cases.crown_case_number",
            ["T20217001", "S20260042", "A20250001"],
            ["T2021701", "X20217001", "20217001"],
        ),
        ("prison/prisoners.noms_number", ["A1234AA", "G9876ZZ"], ["A1234A", "1234AAA", "a1234aa"]),
        ("probation/orders.crn", ["X718255", "AB123456"], ["718255", "X71825"]),
        ("laa/representation_orders.maat_id", ["1", "999999999"], ["1000000000", "A123"]),
        ("probation/orders.postcode", ["SW1A 1AA", "M11AE", "NF1 1NF", "GIR 0AA"], ["NFA", "SW1A", "12345"]),
        ("hmcts/results.cjs_result_code", ["1002", "4531"], ["102", "F1002"]),
    ],
)
def test_pattern_knows_the_forms_in_use(place: str, well_formed: list[str], malformed: list[str]) -> None:
    key, name = place.split(".")
    pattern = CONTRACTS[key].column(name).pattern
    assert pattern is not None
    for value in [*well_formed, *malformed]:
        expected = value in well_formed
        assert bool(re.fullmatch(pattern, value)) is expected, value
        assert duckdb.execute("select regexp_full_match(?, ?)", [value, pattern]).fetchone() == (expected,), value


def test_one_identifier_has_one_pattern_everywhere() -> None:
    patterns: dict[str, set[str | None]] = {}
    for contract in CONTRACTS.values():
        for column in contract.columns:
            name = {"arrest_summons_number": "asn"}.get(column.name, column.name)
            if name in ("asn", "pnc_id", "cro_number", "ptiurn", "noms_number", "postcode"):
                patterns.setdefault(name, set()).add(column.pattern)
    assert {name for name, found in patterns.items() if len(found) != 1 or None in found} == set()
