"""Read the rules across columns of one row, which stand at the table of a contract.

Belongs here: their code, words, shares and SQL. Rules about one column are read by `columns`; rules that every feed has
are worded in `standard_rules`.
"""

from __future__ import annotations

import re
from collections import Counter

from orchestration.contracts.columns import rule_code
from orchestration.contracts.model import Column
from orchestration.contracts.reader import Faults, Node, must_equal
from orchestration.contracts.rules import Dimension, RowRule, Severity
from orchestration.contracts.thresholds import SHARE_KEYS, read_rule_shares

_ROW_QUERY = re.compile(r"select count\(\*\) from \$\{object\} where not \((?P<good>.+)\)", re.IGNORECASE)


def read_row_rules(table: Node, columns: tuple[Column, ...], prefix: str) -> tuple[RowRule, ...]:
    """The rules written at the table, each with a code of its own.

    Raises:
        ContractError: with everything that is wrong with any of them.
    """
    faults = Faults()
    rules = faults.all_of(lambda node: _row_rule(node, columns, prefix), table.items("quality", label="id"))
    faults.check()
    twice = [code for code, count in Counter(rule.code for rule in rules).items() if count > 1]
    if twice:
        raise table.child("quality").problem(f"id written twice: {', '.join(twice)}; every rule has its own code")
    return rules


def _row_rule(node: Node, columns: tuple[Column, ...], prefix: str) -> RowRule:
    faults = Faults()
    faults.of(node.only, "id", "name", "type", "query", "mustBe", "dimension", "severity", "customProperties")
    code = faults.of(rule_code, node, prefix)
    name = faults.of(node.text, "name", "write the rule as a short sentence that is true of good data")
    faults.of(
        must_equal, node.child("type"), "sql", "rules of a table are SQL; rules of one column stand at the column"
    )
    faults.of(must_equal, node.child("mustBe"), 0, "the query counts bad rows, and none is allowed")
    good = faults.of(_true_of_good_rows, node)
    used = faults.of(_columns_used, node, good, columns)
    severity = faults.of(node.choice, "severity", Severity)
    dimension = faults.of(node.choice, "dimension", Dimension)
    custom = faults.of(node.custom)
    faults.of(Node.only, custom, "cause", "correct", "avoid", "who", *SHARE_KEYS)
    cause, correct, avoid, who = (faults.of(Node.text, custom, key) for key in ("cause", "correct", "avoid", "who"))
    shares = faults.of(read_rule_shares, custom)
    faults.check()
    return RowRule(
        code=code,
        name=name,
        severity=severity,
        dimension=dimension,
        cause=cause,
        correct=correct,
        avoid=avoid,
        who=who,
        **shares,
        sql=good,
        columns=used,
    )


def _true_of_good_rows(node: Node) -> str:
    match = _ROW_QUERY.fullmatch(node.text("query"))
    if match is None:
        raise node.child("query").problem(
            "write it as: select count(*) from ${object} where not (<what is true of a good row>)"
        )
    return match["good"]


def _columns_used(node: Node, good: str, columns: tuple[Column, ...]) -> tuple[str, ...]:
    words = set(re.findall(r"[a-z_][a-z0-9_]*", re.sub(r"'[^']*'", "", good.lower())))
    used = tuple(column.name for column in columns if column.name in words)
    if len(used) < 2:
        raise node.child("query").problem(
            "names fewer than two columns of this feed; check the spelling, or put the rule at its column"
        )
    return used
