"""Counting how one batch of rows fares under a feed's checks.

Belongs here: which checks are asked of distinct values and which of every row, the queries, and the values that Great
Expectations is to see. Does not belong here: the relations asked (`judged_rows`), confirming and verdicts.

Each condition is evaluated once for each distinct value where values repeat, and otherwise once for each row, in one
scan for all checks together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.contracts import FeedContract, Severity
from orchestration.quality.checks import DELIVERY_ID, Check
from orchestration.quality.judged_rows import JUDGED, WEIGHT, Batch, asked_of
from orchestration.quality.repeated_keys import repeated_keys

MAX_DISTINCT_VALUES = 10_000
"""Most distinct values of a column handed to Great Expectations, broken ones first."""

_MAX_VALUES_SHOWN = 100
"""Most good and most broken values handed over of a column that is no code."""


@dataclass
class Findings:
    """What the checks found in the rows of a batch, or of several.

    Attributes:
        rows, quarantined: by delivery, its rows and those that break at least one quarantine rule.
        checked, failed: by rule code and delivery, rows the rule applied to and rows that broke it.
        good, broken: by rule code, values the database takes for good and for broken.
    """

    rows: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    checked: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: dict[str, dict[str, int]] = field(default_factory=dict)
    good: dict[str, dict[Any, None]] = field(default_factory=dict)
    broken: dict[str, dict[Any, None]] = field(default_factory=dict)

    def has_failed(self, check: Check) -> bool:
        """Whether a row of any delivery broke the rule."""
        return any(self.failed.get(check.code, {}).values())

    def count(self, check: Check, delivery_id: str, checked: int, failed: int) -> None:
        """Notes how one rule fared in one delivery."""
        self.checked.setdefault(check.code, {})[delivery_id] = checked
        self.failed.setdefault(check.code, {})[delivery_id] = failed

    def show(self, check: Check, value: Any, *, is_broken: bool) -> None:
        """Adds a value for Great Expectations, if there is room."""
        values = (self.broken if is_broken else self.good).setdefault(check.code, {})
        if len(values) < (MAX_DISTINCT_VALUES if check.is_enumerated else _MAX_VALUES_SHOWN):
            values[value] = None

    def values(self, check: Check) -> list[Any]:
        """What Great Expectations is to see of one rule, broken values first."""
        return list(self.broken.get(check.code, {}) | self.good.get(check.code, {}))[:MAX_DISTINCT_VALUES]


def read_by(contract: FeedContract, checks: Sequence[Check]) -> tuple[str, ...]:
    """The columns some checks read, in the contract's order."""
    named = {column for check in checks if check.column for column in check.column.split(";")}
    return read_with_class(contract, named)


def read_with_class(contract: FeedContract, columns: Collection[str]) -> tuple[str, ...]:
    """These columns, and those that hold the class of their codes, in the contract's order."""
    wanted = {*columns, *(contract.column(column).code_list_class or column for column in columns)}
    return tuple(column for column in contract.column_names if column in wanted)


def count_batch(
    connection: duckdb.DuckDBPyConnection,
    contract: FeedContract,
    checks: Sequence[Check],
    batch: Batch,
    findings: Findings,
) -> None:
    """Asks all checks of a batch and adds what they find to `findings`.

    Raises:
        duckdb.Error: the SQL of a rule cannot be evaluated.
    """
    by_columns: dict[tuple[str, ...], list[Check]] = {}
    for check in checks:
        if not check.key:
            by_columns.setdefault(read_by(contract, [check]), []).append(check)
    row_by_row: list[Check] = []
    for columns, group in by_columns.items():
        relation = batch.values_of(columns)
        if relation is None:
            row_by_row += group
        else:
            _count_values(connection, relation, group, findings)
    delivery_ids = _count_rows(connection, contract, checks, row_by_row, batch, findings)
    for check in checks:
        if check.key:
            repeats = repeated_keys(connection, check.key, batch)
            for delivery_id in delivery_ids:
                findings.count(check, delivery_id, findings.rows[delivery_id], repeats.get(delivery_id, 0))
            _show_outcomes(check, findings)


def faulty(connection: duckdb.DuckDBPyConnection, contract: FeedContract, check: Check, batch: Batch) -> str | None:
    """Why the SQL of one check cannot be evaluated, or None."""
    query = f"select count(*) filter (where {check.checked}), count(*) filter (where {check.broken}) from {JUDGED}"
    try:
        connection.execute(asked_of(batch.rows_of(read_by(contract, [check])), query)).fetchall()
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return None


def _count(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    checks: Sequence[Check],
    findings: Findings,
    *,
    weight: str | None = None,
    also: Sequence[str] = (),
) -> dict[str, list[int]]:
    """Counts checks by delivery; returns, by delivery, how many rows meet each of the other conditions given."""
    conditions = [*also, *(condition for check in checks for condition in (check.checked, check.broken))]
    what = f"coalesce(sum({weight})" if weight else "count(*)"
    figures = [f"{what} filter (where {condition}){', 0)' if weight else ''}" for condition in conditions]
    query = f"select {', '.join([DELIVERY_ID, *figures])} from {JUDGED} group by {DELIVERY_ID} order by {DELIVERY_ID}"
    others: dict[str, list[int]] = {}
    for delivery_id, *numbers in connection.execute(asked_of(relation, query)).fetchall():
        counts = [int(number) for number in numbers]
        others[delivery_id] = counts[: len(also)]
        by_check = counts[len(also) :]
        for check, checked, failed in zip(checks, by_check[::2], by_check[1::2], strict=True):
            findings.count(check, delivery_id, checked, failed)
    return others


def _count_values(
    connection: duckdb.DuckDBPyConnection, relation: str, checks: Sequence[Check], findings: Findings
) -> None:
    _count(connection, relation, checks, findings, weight=WEIGHT)
    _show_values(connection, relation, checks, findings, with_all_codes=True)


def _count_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: FeedContract,
    checks: Sequence[Check],
    row_by_row: Sequence[Check],
    batch: Batch,
    findings: Findings,
) -> list[str]:
    """Rows and quarantined rows by delivery, and the checks that are asked of every row; the batch's deliveries.

    Checks for which values are looked up have a scan of their own, or else the lookup drags all other columns along.
    """
    quarantining = [
        check
        for check in checks
        if check.rule.severity is Severity.QUARANTINE and (check in row_by_row or findings.has_failed(check))
    ]
    is_quarantined = " or ".join(f"({check.broken})" for check in quarantining) or "false"
    looking_up = [check for check in row_by_row if any(map(batch.is_looked_up, read_by(contract, [check])))]
    reading = [check for check in row_by_row if check not in looking_up]
    relation = batch.rows_of(read_by(contract, [*reading, *quarantining]))
    totals = _count(connection, relation, reading, findings, also=("true", is_quarantined))
    for delivery_id, (rows, quarantined) in totals.items():
        findings.rows[delivery_id], findings.quarantined[delivery_id] = rows, quarantined
    if looking_up:
        _count(connection, batch.rows_of(read_by(contract, looking_up)), looking_up, findings)
    relation = batch.rows_of(read_by(contract, row_by_row))
    _show_values(connection, relation, row_by_row, findings, with_all_codes=batch.is_small)
    return list(totals)


def _show_values(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    checks: Sequence[Check],
    findings: Findings,
    *,
    with_all_codes: bool,
) -> None:
    """Adds to `findings` what Great Expectations is to see: some good values and, of a broken rule, some broken ones.

    Of codes all values are shown, if the relation is one that is grouped in no time. No query but that one has an
    order, so that each ends as soon as it has enough rows.
    """
    first: list[Check] = []
    for check in checks:
        if check.outcomes is not None:
            _show_outcomes(check, findings)
        elif check.is_enumerated and with_all_codes:
            _show_all(connection, relation, check, findings)
        elif check.source == JUDGED:
            first.append(check)
        else:
            _show_some(connection, relation, check, findings, is_broken=False)
    if first:
        _show_first(connection, relation, first, findings)
    for check in checks:
        if findings.has_failed(check) and check.code not in findings.broken:
            _show_some(connection, relation, check, findings, is_broken=True)


def _show_all(connection: duckdb.DuckDBPyConnection, relation: str, check: Check, findings: Findings) -> None:
    query = f"""
        select {check.judged} as judged, ({_broken_value(check)}) is true as is_broken
        from {check.source} where {_is_judged(check)} group by all order by is_broken desc, judged
        limit {MAX_DISTINCT_VALUES}
    """
    for value, is_broken in connection.execute(asked_of(relation, query)).fetchall():
        findings.show(check, value, is_broken=is_broken)


def _show_first(
    connection: duckdb.DuckDBPyConnection, relation: str, checks: Sequence[Check], findings: Findings
) -> None:
    """Values of the first rows, for several checks at once."""
    figures = ", ".join(f"{check.judged}, ({_broken_value(check)}) is true, {_is_judged(check)}" for check in checks)
    query = f"select {figures} from {JUDGED} limit {_MAX_VALUES_SHOWN}"
    for row in connection.execute(asked_of(relation, query)).fetchall():
        for check, value, is_broken, is_judged in zip(checks, row[::3], row[1::3], row[2::3], strict=True):
            if is_judged:
                findings.show(check, value, is_broken=is_broken)
    for check in checks:
        if check.code not in findings.good:  # a column that is seldom filled
            _show_some(connection, relation, check, findings, is_broken=False)


def _show_some(
    connection: duckdb.DuckDBPyConnection, relation: str, check: Check, findings: Findings, *, is_broken: bool
) -> None:
    query = f"""
        select {check.judged} from {check.source}
        where {_is_judged(check)} and ({_broken_value(check)}) is {"true" if is_broken else "not true"}
        limit {_MAX_VALUES_SHOWN}
    """
    for (value,) in connection.execute(asked_of(relation, query)).fetchall():
        findings.show(check, value, is_broken=is_broken)


def _broken_value(check: Check) -> str:
    return check.broken_value or check.broken


def _is_judged(check: Check) -> str:
    """A broken row may have nothing to judge, and that is what is judged then: a value is not given."""
    return f"({check.judged} is not null or ({_broken_value(check)}) is true)"


def _show_outcomes(check: Check, findings: Findings) -> None:
    """What is judged of a rule about several columns: the outcomes there were."""
    good, broken = check.outcomes or ("once", "repeated")
    findings.show(check, good, is_broken=False)
    if findings.has_failed(check):
        findings.show(check, broken, is_broken=True)
