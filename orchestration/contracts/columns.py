"""Read one column of a contract, and the rules that stand at it.

Belongs here: what a `properties` entry may say and how it becomes a `Column`. The table and the rest of the contract
are read by `loader`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from orchestration.contracts.model import (
    CODE_LIST_ENDS,
    CODE_LISTS,
    Classification,
    Column,
    ColumnType,
    Holds,
    Spelling,
)
from orchestration.contracts.reader import Faults, Node
from orchestration.contracts.rules import ColumnRule, ColumnRuleKind, Dimension, Severity
from orchestration.contracts.thresholds import SHARE_KEYS, RuleShares, read_rule_shares

LOGICAL_TYPES: dict[str, ColumnType | None] = {
    "string": None,
    "date": ColumnType.DATE,
    "timestamp": ColumnType.TIMESTAMP,
    "integer": ColumnType.INTEGER,
    "number": ColumnType.NUMBER,
    "boolean": ColumnType.YES_NO,
    "array": ColumnType.LIST,
}
"""Logical types of the contract standard; a string says by its tag whether it is an identifier, a code or text."""

_STRING_TAGS = {str(kind): kind for kind in (ColumnType.IDENTIFIER, ColumnType.CODE, ColumnType.TEXT)}
_COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_column(node: Node) -> Column:
    """The column a `properties` entry describes.

    Raises:
        ContractError: with everything that is missing, misspelt or contradicts itself.
    """
    faults = Faults()
    faults.of(
        node.only,
        "name", "physicalName", "logicalType", "physicalType", "tags", "required", "primaryKey", "primaryKeyPosition",
        "classification", "criticalDataElement", "description", "logicalTypeOptions", "items", "quality", "examples",
        "customProperties",
    )  # fmt: skip
    name = faults.of(_name, node, "name")
    physical_name = faults.of(node.optional_text, "physicalName")
    kind = faults.of(_column_type, node)
    required = faults.of(node.flag, "required")
    key_position = faults.of(_key_position, node)
    description = faults.of(
        node.text, "description", "a column without a description cannot be used; say what it means"
    )
    classification = faults.of(node.choice, "classification", Classification)
    is_critical = faults.of(node.flag, "criticalDataElement")
    codes = faults.of(_codes, node)
    limits = faults.of(_limits, node)
    custom = faults.of(node.custom)
    faults.of(_only_known, custom)
    meanings = faults.of(_meanings, custom, codes)
    code_list = faults.of(_reference_list, custom, "codeList")
    code_list_class = faults.of(Node.optional_text, custom, "codeListClass")
    in_use_on = faults.of(_in_use_on, custom)
    group_list = faults.of(_reference_list, custom, "groupList")
    may_lie_ahead = faults.of(_may_lie_ahead, custom, kind)
    open_end_values = faults.of(Node.texts, custom, "openEndValues")
    spellings = faults.of(read_spellings, custom)
    headers = faults.of(Node.texts, custom, "headers")
    padded_to = faults.of(_padded_to, custom)
    references = faults.of(Node.optional_text, custom, "references")
    holds = faults.of(_holds, custom)
    staged_as = faults.of(_staged_as, custom)
    may_be_left_out = faults.of(_may_be_left_out, node, custom)
    faults.check()
    return Column(
        name=name,
        physical_name=physical_name or name,
        type=kind,
        required=required,
        key_position=key_position,
        description=description,
        classification=classification,
        is_critical=is_critical,
        closed_codes=codes[0],
        expected_codes=codes[1],
        code_meanings=meanings,
        code_list=code_list,
        code_list_class=code_list_class,
        in_use_on=in_use_on,
        group_list=group_list,
        pattern=limits.pattern,
        minimum=limits.minimum,
        maximum=limits.maximum,
        may_lie_ahead=may_lie_ahead,
        open_end_values=open_end_values,
        spellings=spellings,
        headers=headers,
        padded_to=padded_to,
        references=references,
        holds=holds,
        staged_as=staged_as,
        may_be_left_out=may_be_left_out,
    )


def read_code_rules(node: Node, shared: tuple[ColumnRule, ...], prefix: str) -> tuple[ColumnRule, ...]:
    """The shared rules of a column, with the code, wording and shares the contract writes out for its list of codes."""
    written = next(iter(node.items("quality", label="id")), None)
    if written is None or not written.has("id"):
        return shared
    custom = written.custom()
    custom.only("cause", "correct", "avoid", "who", *SHARE_KEYS)
    kinds = (ColumnRuleKind.CLOSED_CODES, ColumnRuleKind.EXPECTED_CODES)
    return tuple(
        replace(
            rule,
            code=rule_code(written, prefix),
            name=written.optional_text("name") or rule.name,
            cause=custom.optional_text("cause") or rule.cause,
            correct=custom.optional_text("correct") or rule.correct,
            avoid=custom.optional_text("avoid") or rule.avoid,
            who=custom.optional_text("who") or rule.who,
            **_shares(custom, rule),
        )
        if rule.kind in kinds
        else rule
        for rule in shared
    )


def _shares(custom: Node, rule: ColumnRule) -> RuleShares:
    """The shares written at the rule; an open list keeps the feed's own share of unknown codes."""
    written = read_rule_shares(custom)
    return written if custom.has("softShare") else {**written, "soft_share": rule.soft_share}


def rule_code(node: Node, prefix: str) -> str:
    """The `id` of a written rule, which must be the feed's prefix and three digits.

    Raises:
        ContractError: it is missing or spelt otherwise.
    """
    code = node.text("id", f"give the rule a code such as {prefix}-001")
    if not re.fullmatch(rf"{re.escape(prefix)}-\d{{3}}", code):
        raise node.child("id").problem(f"'{code}' is not of the form {prefix}-001")
    return code


class _Limits(NamedTuple):
    pattern: str | None
    minimum: str | None
    maximum: str | None


def _name(node: Node, key: str) -> str:
    name = node.text(key)
    if not _COLUMN_NAME.fullmatch(name):
        raise node.child(key).problem(f"'{name}' is not snake_case; the header as delivered goes into physicalName")
    return name


def _limits(node: Node) -> _Limits:
    options = node.child("logicalTypeOptions") if node.has("logicalTypeOptions") else Node({}, node.file, node.path)
    options.only("pattern", "minimum", "maximum")
    return _Limits(_pattern(options), _limit(options, "minimum"), _limit(options, "maximum"))


def _only_known(custom: Node) -> None:
    custom.only(
        "codeList", "codeListClass", "groupList", "codeMeanings", "mayLieAhead", "openEndValues", "references", "holds",
        "stagedAs", "spellings", "paddedTo", "inUseOn", "headers", "mayBeLeftOut",
    )  # fmt: skip


def _may_be_left_out(node: Node, custom: Node) -> str | None:
    reason = custom.optional_text("mayBeLeftOut")
    if reason and (node.flag("required") or node.flag("primaryKey")):
        raise custom.child("mayBeLeftOut").problem("a required column cannot be left out; take one of the two away")
    return reason


def read_spellings(custom: Node, reason: str | None = None) -> tuple[Spelling, ...]:
    """Further spellings of values; a text may be read as one value only.

    Args:
        custom: where `spellings` stand.
        reason: holds for every entry that gives none.

    Raises:
        ContractError: with everything that is wrong with any of them.
    """
    faults = Faults()
    listed = custom.items("spellings", label="means") if custom.has("spellings") else ()
    spellings = faults.all_of(lambda node: _spelling(node, reason), listed)
    faults.check()
    written = [text.lower() for spelling in spellings for text in spelling.written]
    if twice := sorted({text for text in written if written.count(text) > 1}):
        raise custom.child("spellings").problem(f"{', '.join(twice)}: read as more than one value; keep one of them")
    return spellings


def _spelling(node: Node, shared_reason: str | None) -> Spelling:
    faults = Faults()
    faults.of(node.only, "means", "written", "reason")
    means = faults.of(node.text, "means")
    written = faults.of(node.texts, "written")
    reason = shared_reason or ""
    if shared_reason is None or node.has("reason"):
        reason = faults.of(node.text, "reason", "say who writes it so, why, and when that was agreed")
    faults.check()
    if not written:
        raise node.child("written").problem("names no spelling; list what is read as the value, or take the entry out")
    return Spelling(means, written, reason)


def _padded_to(custom: Node) -> int | None:
    return custom.integer("paddedTo") if custom.has("paddedTo") else None


def _meanings(custom: Node, codes: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    meanings = custom.pairs("codeMeanings")
    closed, expected = codes
    strangers = [code for code, _ in meanings if code not in (closed or expected)]
    if strangers:
        raise custom.child("codeMeanings").problem(f"{', '.join(strangers)}: not among the codes of the column")
    return meanings


def _reference_list(custom: Node, key: str) -> str | None:
    return custom.one_of(key, dict.fromkeys(CODE_LISTS, "")) if custom.has(key) else None


def _in_use_on(custom: Node) -> str | None:
    if not custom.has("inUseOn"):
        return None
    if custom.optional_text("codeList") not in CODE_LIST_ENDS:
        known = ", ".join(CODE_LIST_ENDS)
        raise custom.child("inUseOn").problem(f"the column's codeList says of nothing when it ended; one of: {known}")
    return custom.text("inUseOn")


def _holds(custom: Node) -> Holds | None:
    return custom.choice("holds", Holds) if custom.has("holds") else None


def _staged_as(custom: Node) -> str | None:
    return _name(custom, "stagedAs") if custom.has("stagedAs") else None


def _column_type(node: Node) -> ColumnType:
    logical = node.one_of("logicalType", dict.fromkeys(LOGICAL_TYPES, ""))
    tags = node.texts("tags")
    direct = LOGICAL_TYPES[logical]
    if direct is None:
        kinds = [tag for tag in tags if tag in _STRING_TAGS]
        if len(kinds) != 1:
            raise node.child("tags").problem(f"a string column has exactly one tag of: {', '.join(_STRING_TAGS)}")
        return _STRING_TAGS[kinds[0]]
    if tags:
        raise node.child("tags").problem(f"only string columns are tagged; logicalType {logical} says it all")
    return direct


def _may_lie_ahead(custom: Node, kind: ColumnType) -> bool:
    is_ahead = custom.flag("mayLieAhead")
    if is_ahead and kind not in (ColumnType.DATE, ColumnType.TIMESTAMP):
        raise custom.child("mayLieAhead").problem("only a date can lie ahead of the extract; take it out")
    return is_ahead


def _key_position(node: Node) -> int | None:
    if node.flag("primaryKey"):
        return node.integer("primaryKeyPosition")
    if node.has("primaryKeyPosition"):
        raise node.child("primaryKeyPosition").problem("the column is not in the key; write primaryKey: true as well")
    return None


def _codes(node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Closed codes and expected codes; a column has one rule about its codes at most."""
    rules = list(node.items("quality", label="id"))
    if not rules:
        return (), ()
    if len(rules) > 1:
        raise node.child("quality").problem("more than one rule about the codes of one column; keep one")
    rule = rules[0]
    rule.only("id", "name", "metric", "arguments", "mustBe", "dimension", "severity", "customProperties")
    if rule.text("metric") != "invalidValues" or rule.child("mustBe").value != 0:
        raise rule.problem("a rule at a column lists its codes: metric invalidValues, mustBe 0")
    rule.choice("dimension", Dimension)
    codes = rule.child("arguments").texts("validValues")
    if not codes:
        raise rule.child("arguments").problem("validValues is empty; list the codes")
    severity = rule.choice("severity", Severity)
    if severity is Severity.REJECT:
        raise rule.child("severity").problem("a wrong code never refuses a whole delivery; write quarantine or warning")
    return (codes, ()) if severity is Severity.QUARANTINE else ((), codes)


def _pattern(options: Node) -> str | None:
    pattern = options.optional_text("pattern")
    if pattern is None:
        return None
    try:
        re.compile(pattern)
    except re.error as error:
        raise options.child("pattern").problem(f"not a regular expression: {error}") from None
    if not (pattern.startswith("^") and pattern.endswith("$")):
        raise options.child("pattern").problem("must match the whole value; begin it with ^ and end it with $")
    return pattern


def _limit(options: Node, key: str) -> str | None:
    value = options.mapping().get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise options.child(key).problem("expected a number, or a date YYYY-MM-DD")
    return str(value)
