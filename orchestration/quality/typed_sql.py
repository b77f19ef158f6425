"""Raw text as SQL values of the contract's types, for DuckDB.

Belongs here: which text is missing, and how text of each type is read. Strict on shape: what passes here is what
staging's macros turn into a value. Does not belong here: rules (`checks`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from orchestration.contracts import LIST_SEPARATOR, Column, ColumnType, DeliveryFormat, FeedContract
from orchestration.contracts.formats import DATE_FORMATS, TIMESTAMP_FORMATS

TEXT_SUFFIX = "__text"
"""In the judged relation a column has its typed value under its own name and its trimmed text under name + this."""

_WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2, "%b": 3}
_ISO_MOMENT = r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?"
_OFFSET = r"(Z|[+-]\d{2}:?\d{2})$"


def literal(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def name(column: str) -> str:
    """A quoted SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def text_name(column: str) -> str:
    """The quoted name of a column's trimmed text."""
    return name(column + TEXT_SUFFIX)


def text_value(contract: FeedContract, column: Column) -> str:
    """Trimmed text of a raw column, in the spelling the contract agreed; null where it is blank or means missing."""
    text = f"trim({name(column.name)})"
    for missing in ("", *contract.delivery.missing_values):
        text = f"nullif({text}, {literal(missing)})"
    if column.padded_to is not None:
        lost = f"regexp_full_match({text}, '[0-9]+') and length({text}) < {column.padded_to}"
        text = f"case when {lost} then lpad({text}, {column.padded_to}, '0') else {text} end"
    if column.read_as:
        meant = " ".join(f"when {literal(written)} then {literal(means)}" for written, means in column.read_as.items())
        text = f"case lower({text}) {meant} else {text} end"
    return text


def typed_value(contract: FeedContract, column: Column) -> str:
    """The typed value of a column's text; null where the text is missing, means "not yet ended", or does not read."""
    text = text_name(column.name)
    if column.open_end_values:
        ends = ", ".join(literal(value) for value in column.open_end_values)
        text = f"case when {text} not in ({ends}) then {text} end"
    read = _READERS.get(column.type)
    return read(text, contract.delivery) if read else text


def is_read(column: Column) -> bool:
    """Whether the typed value is anything but the text itself."""
    return column.type in _READERS


def does_not_read(column: Column) -> str:
    """True where a column has text that is not of its type."""
    text = text_name(column.name)
    ends = ""
    if column.open_end_values:
        ends = f" and {text} not in ({', '.join(literal(value) for value in column.open_end_values)})"
    return f"{text} is not null and {name(column.name)} is null{ends}"


def elements(column: Column) -> str:
    """The values of a list column, blanks around them removed, as a SQL list."""
    return f"list_transform(string_split({text_name(column.name)}, {literal(LIST_SEPARATOR)}), lambda item: trim(item))"


def _date(text: str, delivery: DeliveryFormat) -> str:
    read = [_strptime(text, DATE_FORMATS[notation]) for notation in delivery.date_formats or ("YYYY-MM-DD",)]
    return f"cast({_first_of(read)} as date)"


def _timestamp(text: str, delivery: DeliveryFormat) -> str:
    read = [_moment(text, TIMESTAMP_FORMATS[notation]) for notation in delivery.timestamp_formats]
    return _first_of(dict.fromkeys(read or [_moment(text, None)]))


def _moment(text: str, pattern: str | None) -> str:
    if pattern and not pattern.startswith("%Y"):
        return _strptime(text, pattern)
    # ISO texts differ harmlessly (blank for T, fractions, an offset more): staging reads them all
    bare = f"regexp_replace({text}, {literal(_OFFSET)}, '')"
    is_iso = f"{_has_year(text, '%Y')} and regexp_full_match({text}, {literal(_ISO_MOMENT)})"
    any_iso = f"case when {is_iso} then try_cast({bare} as timestamp) end"
    if not pattern or "%z" in pattern:
        return any_iso
    return f"coalesce({_strptime(text, pattern)}, {any_iso})"


def _first_of(values: Iterable[str]) -> str:
    first, *others = values
    return f"coalesce({', '.join([first, *others])})" if others else first


def _integer(text: str, _: DeliveryFormat) -> str:
    whole = f"cast(try_cast({text} as integer) as bigint)"  # staging's integers have 32 bits
    return f"case when regexp_full_match({text}, '[+-]?[0-9]+') then {whole} end"


def _number(text: str, _: DeliveryFormat) -> str:
    number = f"cast(try_cast({text} as decimal(18, 4)) as double)"
    return rf"case when regexp_full_match({text}, '[+-]?[0-9]+(\.[0-9]+)?') then {number} end"


def _yes_no(text: str, delivery: DeliveryFormat) -> str:
    yes, no = literal(delivery.yes_value.upper()), literal(delivery.no_value.upper())
    return f"case upper({text}) when {yes} then true when {no} then false end"


_READERS: Mapping[ColumnType, Callable[[str, DeliveryFormat], str]] = {
    ColumnType.DATE: _date,
    ColumnType.TIMESTAMP: _timestamp,
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.YES_NO: _yes_no,
}


def _strptime(text: str, pattern: str) -> str:
    """Text of exactly the pattern's width: `strptime` alone would take `1/2/24`. Costs nothing, unlike a regex."""
    shape = re.sub("%[A-Za-z]", lambda found: "_" * _WIDTHS[found.group()], pattern)
    fits = f"{text} like {literal(shape)} and {_has_year(text, pattern)}"
    return f"case when {fits} then try_strptime({text}, {literal(pattern)}) end"


def _has_year(text: str, pattern: str) -> str:
    """The year is not 0000: such a date is before the common era, and nothing outside the database can hold it."""
    before = re.sub("%[A-Za-z]", lambda found: "_" * _WIDTHS[found.group()], pattern[: pattern.index("%Y")])
    return f"substr({text}, {len(before) + 1}, 4) <> '0000'"
