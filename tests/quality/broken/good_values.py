"""A good value of any column, and a good row of any feed, made from the contract alone. No tests here.

Belongs here: what a contract says a value may be, as its agency would write one. Does not belong here: rows that a rule
across columns wants otherwise (`good_rows`), faults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from orchestration.contracts import Column, ColumnType, FeedContract

WELL_FORMED: Mapping[str, str] = {
    "asn": "2005FF0500000000555P",
    "arrest_summons_number": "2005FF0500000000555P",
    "pnc_id": "81/34U",
    "cro_number": "SF05/482703J",
    "ptiurn": "01AA1234521",
    "postcode": "SW1A 1AA",
    "crown_case_number": "T20217001",
    "noms_number": "A1234AA",
    "crn": "X718255",
    "maat_id": "400001",
    "cjs_result_code": "1002",
}
"""A good value of each column that has a pattern."""

LAST_DIGITS = re.compile(r"\d{3}(?=\D*$)")


def good_value(contract: FeedContract, column: Column, codes: Mapping[str, frozenset[str]]) -> str:
    """A value that keeps every rule about its column alone.

    Args:
        contract: of the feed.
        column: of it.
        codes: reference list -> its codes.

    Raises:
        KeyError: the column has a pattern, and nobody said what fits it; add it to `WELL_FORMED`.
    """
    listed = column.closed_codes or column.expected_codes
    if listed:
        return listed[0]
    if column.pattern is not None:
        return WELL_FORMED[column.name]
    if column.code_list is not None:
        code = min(item for item in codes[column.code_list] if item)
        return "A" if column.code_list_class else code
    return {
        ColumnType.DATE: as_delivered(contract, column, "2024-01-02"),
        ColumnType.TIMESTAMP: as_delivered(contract, column, "2024-01-02"),
        ColumnType.INTEGER: column.minimum or "1",
        ColumnType.NUMBER: column.minimum or "1",
        ColumnType.YES_NO: contract.delivery.yes_value,
    }.get(column.type, "Anna")


def as_delivered(contract: FeedContract, column: Column, value: str) -> str:
    """An ISO day in the feed's notation; a number as it is."""
    delivery = contract.delivery
    if column.type is ColumnType.DATE:
        return date.fromisoformat(value).strftime(str(delivery.date_strptime)).upper()
    if column.type is ColumnType.TIMESTAMP:
        moment = datetime.fromisoformat(f"{value}T10:00:00+00:00")
        return moment.strftime(str(delivery.timestamp_strptime)).replace("+0000", "+00:00")
    return value


def row_by_contract(contract: FeedContract, codes: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """A row of what the contract requires, `{n}` where rows differ: in one column of the key.

    Raises:
        ValueError: no column of the key can be numbered.
    """
    required = [column for column in contract.columns if column.required or column.is_primary_key]
    row = {column.physical_name: good_value(contract, column, codes) for column in required}
    for name in contract.primary_key:
        column = contract.column(name)
        numbered = _numbered(column, row[column.physical_name])
        if numbered is not None:
            return row | {column.physical_name: numbered}
    raise ValueError(f"{contract.key}: no column of the key can be numbered; give broken/good_rows.py a row of its own")


def _numbered(column: Column, value: str) -> str | None:
    """A value of the key with a place for a number, if three digits or a whole number can stand there."""
    if column.closed_codes or column.expected_codes or column.code_list:
        return None
    if column.type is ColumnType.INTEGER:
        return "{n}"
    if column.pattern is None and column.type in (ColumnType.IDENTIFIER, ColumnType.TEXT):
        return "K{n:03}"
    found = LAST_DIGITS.sub("{n:03}", value)
    fits = column.pattern is not None and re.fullmatch(column.pattern, found.format(n=1))
    return found if found != value and fits else None
