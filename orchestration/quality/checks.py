"""The rules of a contract as questions: which rows break it (SQL) and what Great Expectations expects of its values.

Belongs here: one `Check` for every rule about rows. Does not belong here: asking (`judging`), rules about files as a
whole (`verdicts`).

Great Expectations is asked about each column's distinct values, SQL finds the rows: on a million rows and 14 rules that
takes a tenth of the time of handing over whole frames. Both must agree, or the gate stops: a rule that one of the two
reads differently must not pass or refuse anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestration.contracts import (
    QUALIFIED_CODES,
    Column,
    ColumnRule,
    ColumnRuleKind,
    ColumnType,
    DeliveryRule,
    DeliveryRuleKind,
    FeedContract,
    RowRule,
    Rule,
)
from orchestration.quality.reference_lists import CLASS_SEPARATOR, ended
from orchestration.quality.typed_sql import does_not_read, elements, literal, name, text_name

DELIVERY_ID = "_delivery_id"
ROW_NUMBER = "_row_number"

ROUNDED_NUMBER = r"^[+-]?[0-9]([.,][0-9]+)?[Ee]\+[0-9]+$"
"""How spreadsheets show a number too long for its cell."""

_SECOND_BYTES = r"\x{80}-\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_SIGNS_OF_DAMAGE = (
    r"\x{FFFD}",  # what a decoder puts where bytes made no sense
    r"[\x{01}-\x{08}\x{0B}\x{0C}\x{0E}-\x{1F}\x{7F}-\x{9F}]",  # keys that do not print
    f"[ÂÃÄÅ][{_SECOND_BYTES}]",  # one letter's two bytes read as two letters
    "â€",  # a typographic mark's three bytes, likewise
    r"\pL\?\pL",  # a letter the encoding did not have
)
GARBLED = "|".join(_SIGNS_OF_DAMAGE)
"""What text looks like after a wrong change of encoding, as the database (RE2) reads it."""


class Expectation(StrEnum):
    """What is expected of the judged values."""

    GIVEN = "given"
    IN_SET = "in_set"
    MATCHES = "matches"
    BETWEEN = "between"


@dataclass(frozen=True)
class Check:
    """One rule, ready to be asked.

    Attributes:
        column: what the rule is about, for results: a column, several joined by `;`, or None.
        checked: SQL condition: the rows the rule applies to.
        broken: SQL condition: the rows that break it.
        judged: SQL expression handed to Great Expectations for distinct rows (null: nothing to judge, except that
            `GIVEN` expects no nulls).
        source: SQL relation `judged` and `broken` are taken from.
        is_enumerated: whether all distinct values are handed over, or broken ones and a good example.
        broken_value: of an enumerated check, SQL condition on one value.
        key: of the rule that keys do not repeat, the key; its rows are counted by group, not one by one.
        outcomes: of a rule about several columns, what a good row and a bad row are called: they are the values judged.
        expectation, codes, pattern, minimum, maximum: what is expected of the judged values.
    """

    rule: Rule
    column: str | None
    checked: str
    broken: str
    judged: str
    expectation: Expectation
    is_enumerated: bool = False
    source: str = "judged_rows"
    broken_value: str | None = None
    key: tuple[str, ...] = ()
    outcomes: tuple[str, str] | None = None
    codes: frozenset[str] = frozenset()
    pattern: str | None = None
    minimum: float | datetime | None = None
    maximum: float | datetime | None = None

    @property
    def code(self) -> str:
        """Code of the rule."""
        return self.rule.code


def checks_of(contract: FeedContract, codes: Mapping[str, frozenset[str]]) -> tuple[Check, ...]:
    """A check for every rule about rows, in the contract's order.

    Args:
        contract: the feed's contract.
        codes: valid codes by reference list.
    """
    checks: list[Check] = []
    for rule in contract.all_rules:
        if isinstance(rule, ColumnRule):
            checks.append(_column_check(contract.column(rule.column), rule, codes))
        elif isinstance(rule, RowRule):
            checks.append(_row_check(rule))
        elif isinstance(rule, DeliveryRule) and rule.kind is DeliveryRuleKind.DUPLICATE_KEY:
            checks.append(_repeated_key_check(contract, rule))
        elif isinstance(rule, DeliveryRule) and rule.kind is DeliveryRuleKind.BLANK_ROW:
            checks.append(_blank_row_check(contract, rule))
    return tuple(checks)


def without_qualifier(column: Column) -> str:
    """SQL of a column's text as its reference list holds it: without the qualifier that may follow a code."""
    text = text_name(column.name)
    qualified = QUALIFIED_CODES.get(column.code_list or "")
    if qualified is None:
        return text
    is_qualified = f"regexp_matches({text}, {literal(qualified.pattern)})"
    return f"case when {is_qualified} then left({text}, {qualified.length}) else {text} end"


def code_table(list_name: str) -> str:
    """Name of the table that holds the codes of a reference list while judging."""
    return name(f"codes of {list_name}")


def _column_check(column: Column, rule: ColumnRule, codes: Mapping[str, frozenset[str]]) -> Check:
    text = text_name(column.name)
    given = f"{text} is not null"
    match rule.kind:
        case ColumnRuleKind.REQUIRED:
            return Check(
                rule=rule,
                column=column.name,
                checked="true",
                broken=f"{text} is null",
                judged=f"case when {text} is not null then 'given' end",
                expectation=Expectation.GIVEN,
            )
        case ColumnRuleKind.TYPE:
            return Check(
                rule=rule,
                column=column.name,
                checked=given,
                broken=does_not_read(column),
                judged=f"cast({name(column.name)} as varchar)",
                expectation=Expectation.GIVEN,
            )
        case ColumnRuleKind.CLOSED_CODES | ColumnRuleKind.EXPECTED_CODES:
            allowed = column.closed_codes or column.expected_codes
            return _codes_check(column, rule, frozenset(allowed), f"({', '.join(map(literal, allowed))})")
        case ColumnRuleKind.CODE_LIST | ColumnRuleKind.CLOSED:
            return _list_check(column, rule, codes)
        case ColumnRuleKind.PATTERN | ColumnRuleKind.SPREADSHEET | ColumnRuleKind.LEGIBLE:
            return _text_check(column, rule)
        case ColumnRuleKind.RANGE:
            return _range_check(column, rule)


def _text_check(column: Column, rule: ColumnRule) -> Check:
    """Broken by text without the form it should have, or with signs of damage that no sender means to send."""
    text = text_name(column.name)
    given = f"{text} is not null"
    if rule.kind is ColumnRuleKind.PATTERN:
        pattern = column.pattern or ""
        return Check(
            rule=rule,
            column=column.name,
            checked=given,
            broken=f"{given} and not regexp_matches({text}, {literal(pattern)})",
            judged=text,
            expectation=Expectation.MATCHES,
            pattern=pattern,
        )
    damage = ROUNDED_NUMBER if rule.kind is ColumnRuleKind.SPREADSHEET else GARBLED
    return Check(
        rule=rule,
        column=column.name,
        checked=given,
        broken=f"{given} and regexp_matches({text}, {literal(damage)})",
        judged="null",
        expectation=Expectation.IN_SET,
        codes=frozenset({"holds"}),
        outcomes=("holds", "is broken"),
    )


def _codes_check(column: Column, rule: ColumnRule, codes: frozenset[str], allowed: str) -> Check:
    text = text_name(column.name)
    value = judged = without_qualifier(column)
    source, broken = "judged_rows", f"{text} is not null and {value} not in {allowed}"
    if column.code_list_class is not None:
        value = judged = f"{text_name(column.code_list_class)} || {literal(CLASS_SEPARATOR)} || {text}"
        broken = f"({value}) is not null and ({value}) not in {allowed}"
    elif column.type is ColumnType.LIST:
        # a list is broken if one of its values is; Great Expectations sees the values one by one
        split = f"(select {text}, unnest({elements(column)}) as item from judged_rows where {text} is not null)"
        source = f"(select {text}, nullif(item, '') as item from {split})"
        judged, value = "item", text
        wrong = f"select {text} from {source} where item is not null and item not in {allowed}"
        broken = f"{text} is not null and {text} in ({wrong})"
    return Check(
        rule=rule,
        column=column.name,
        checked=f"({value}) is not null",
        broken=broken,
        judged=judged,
        expectation=Expectation.IN_SET,
        is_enumerated=True,
        source=source,
        broken_value=f"{judged} is not null and {judged} not in {allowed}",
        codes=codes,
    )


def _list_check(column: Column, rule: ColumnRule, codes: Mapping[str, frozenset[str]]) -> Check:
    """Broken by a code the reference list does not hold, or that had ended."""
    listed = column.code_list or ""
    if rule.kind is ColumnRuleKind.CLOSED:
        return _closed_check(column, rule, codes[ended(listed)])
    return _codes_check(column, rule, codes[listed], f"(select code from {code_table(listed)})")


def _closed_check(column: Column, rule: ColumnRule, ends: frozenset[str]) -> Check:
    """Broken by a code that had ended before the day it was used on; on its last day it was still in use."""
    text, day = text_name(column.name), name(column.in_use_on or "")
    last_days = [end.rsplit(CLASS_SEPARATOR, 1) for end in sorted(ends)]
    cases = " ".join(f"when {literal(code)} then date {literal(last)}" for code, last in last_days)
    last_day = f"case {text} {cases} end" if cases else "cast(null as date)"
    return Check(
        rule=rule,
        column=f"{column.name};{column.in_use_on}",
        checked=f"{text} is not null and {day} is not null",
        broken=f"{day} > {last_day}",
        judged="null",
        expectation=Expectation.IN_SET,
        codes=frozenset({"holds"}),
        outcomes=("holds", "is broken"),
    )


def _range_check(column: Column, rule: ColumnRule) -> Check:
    value = name(column.name)
    minimum, maximum = _limit(column, column.minimum), _limit(column, column.maximum)
    moment = "date" if column.type is ColumnType.DATE else "timestamp"
    is_moment = column.type in (ColumnType.DATE, ColumnType.TIMESTAMP)

    def bound(limit: str) -> str:
        return f"{moment} {literal(limit)}" if is_moment else f"cast({literal(limit)} as double)"

    outside = [f"{value} < {bound(column.minimum)}"] if column.minimum is not None else []
    outside += [f"{value} > {bound(column.maximum)}"] if column.maximum is not None else []
    return Check(
        rule=rule,
        column=column.name,
        checked=f"{value} is not null",
        broken=f"{value} is not null and ({' or '.join(outside)})",
        judged=f"cast({value} as {'timestamp' if is_moment else 'double'})",
        expectation=Expectation.BETWEEN,
        minimum=minimum,
        maximum=maximum,
    )


def _limit(column: Column, limit: str | None) -> float | datetime | None:
    if limit is None:
        return None
    if column.type in (ColumnType.DATE, ColumnType.TIMESTAMP):
        return datetime.fromisoformat(limit)
    return float(limit)


def _row_check(rule: RowRule) -> Check:
    """A null result counts as good: completeness has rules of its own."""
    return Check(
        rule=rule,
        column=";".join(rule.columns) or None,
        checked=f"({rule.sql}) is not null",
        broken=f"({rule.sql}) is false",
        judged="null",
        expectation=Expectation.IN_SET,
        codes=frozenset({"holds"}),
        outcomes=("holds", "is broken"),
    )


def _blank_row_check(contract: FeedContract, rule: DeliveryRule) -> Check:
    """Broken by a row that no column has anything in."""
    texts = ", ".join(text_name(column) for column in contract.column_names)
    return Check(
        rule=rule,
        column=";".join(contract.column_names),
        checked="true",
        broken=f"coalesce({texts}) is null",
        judged="null",
        expectation=Expectation.IN_SET,
        codes=frozenset({"filled"}),
        outcomes=("filled", "blank"),
    )


def _repeated_key_check(contract: FeedContract, rule: DeliveryRule) -> Check:
    return Check(
        rule=rule,
        column=";".join(contract.primary_key) or None,
        checked="true",
        broken="false",
        judged="null",
        expectation=Expectation.IN_SET,
        key=contract.primary_key,
        codes=frozenset({"once"}),
        outcomes=("once", "repeated"),
    )
