"""Read one column of a contract, and the rules that stand at it.

Belongs here: what a `properties` entry may say and how it becomes a `Column`. The table and the rest of the contract
are read by `loader`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from orchestration.contracts.model import CODE_LISTS, Classification, Column, ColumnType
from orchestration.contracts.reader import Node
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
        ContractError: something is missing, misspelt or contradicts itself.
    """
    node.only(
        "name", "physicalName", "logicalType", "physicalType", "tags", "required", "primaryKey", "primaryKeyPosition",
        "classification", "criticalDataElement", "description", "logicalTypeOptions", "items", "quality", "examples",
        "customProperties",
    )  # fmt: skip
    name = node.text("name")
    if not _COLUMN_NAME.fullmatch(name):
        raise node.child("name").problem(f"'{name}' is not snake_case; the header as delivered goes into physicalName")
    custom = node.custom()
    custom.only("codeList", "codeListClass", "groupList", "codeMeanings", "mayLieAhead", "openEndValues", "references")
    options = node.child("logicalTypeOptions") if node.has("logicalTypeOptions") else Node({}, node.file, node.path)
    options.only("pattern", "minimum", "maximum")
    closed, expected = _codes(node)
    meanings = custom.pairs("codeMeanings")
    strangers = [code for code, _ in meanings if code not in (closed or expected)]
    if strangers:
        raise custom.child("codeMeanings").problem(f"{', '.join(strangers)}: not among the codes of the column")
    return Column(
        name=name,
        physical_name=node.optional_text("physicalName") or name,
        type=_column_type(node),
        required=node.flag("required"),
        key_position=_key_position(node),
        description=node.text("description", "a column without a description cannot be used; say what it means"),
        classification=node.choice("classification", Classification),
        is_critical=node.flag("criticalDataElement"),
        closed_codes=closed,
        expected_codes=expected,
        code_meanings=meanings,
        code_list=custom.one_of("codeList", dict.fromkeys(CODE_LISTS, "")) if custom.has("codeList") else None,
        code_list_class=custom.optional_text("codeListClass"),
        group_list=custom.one_of("groupList", dict.fromkeys(CODE_LISTS, "")) if custom.has("groupList") else None,
        pattern=_pattern(options),
        minimum=_limit(options, "minimum"),
        maximum=_limit(options, "maximum"),
        may_lie_ahead=_may_lie_ahead(custom, _column_type(node)),
        open_end_values=custom.texts("openEndValues"),
        references=custom.optional_text("references"),
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
