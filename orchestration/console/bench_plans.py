"""Joins whose cost grows with the product of two tables, found in the plans of the models.

Belongs here: asking DuckDB for its plan of each compiled model, or of any statement, and naming the joins that compare
every row with every other. Does not belong here: timing (`bench`).

A condition that is no plain equality (a range, a flag beside the equality) makes DuckDB compare row by row. That is
right where one side is a single row, such as the date the data are as of, and ruinous where both sides grow: one such
join took 41 of 44 seconds of a feed's report at 4.5 million rows, and 0.7 with the flag inside the key.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from typing import Any

import duckdb

from orchestration.settings import Settings
from orchestration.transform.dbt import dbt_target_path
from orchestration.transform.judicial_key import throwaway_judicial_key

EXPLAINED = {
    "agency_count_reconciliation": "One side is the three agencies whose counts are compared.",
    "bail_decisions": "One side is the list of the law's dates, some dozens of rows.",
    "bail_spells": "One side is the list of the law's dates, some dozens of rows.",
    "coverage_months": "One side is the months there are, at most some hundreds.",
    "disposals": "One side is the list of the law's dates, some dozens of rows.",
    "int_custody_time_limit_clocks": "One side is the list of the law's dates, or a year's bank holidays.",
    "linkage_accuracy": "Both sides are the figures of one linkage, some 600 whatever the number of people.",
    "remand_episodes": "One side is the list of the law's dates, some dozens of rows.",
    "remand_outcomes": "One side is the list of the law's dates, some dozens of rows.",
    "sentence_credit": "One side is the list of the law's dates, some dozens of rows.",
}
"""Models that may compare every row with every other, and why neither side grows."""

EVERY_WITH_EVERY = frozenset({"NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT"})
"""Joins that look at every pair of rows."""

BY_RANGE_ALONE = frozenset({"PIECEWISE_MERGE_JOIN", "IE_JOIN"})
"""Joins without an equality, that sort both sides: they look only at pairs that they give, and may give nearly all."""


def growing_joins(settings: Settings) -> list[str]:
    """A sentence for each join of the last build's models that compares many rows with many and is not explained, and
    for each explanation that no model needs any more."""
    with (
        throwaway_judicial_key(settings.build_dir),
        closing(duckdb.connect(str(settings.build_database), read_only=True)) as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        models = (dbt_target_path(settings) / "compiled" / "justice" / "models").rglob("*.sql")
        found = {
            path.stem: joins
            for path in sorted(models)
            if not path.parent.suffix and (joins := joins_in(connection, path.read_text(encoding="utf-8")))
        }
    return [
        *(f"{model}: {join}" for model, joins in found.items() if model not in EXPLAINED for join in joins),
        *(f"{model}: explained, but it compares nothing row by row" for model in EXPLAINED if model not in found),
    ]


def joins_in(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    values: Mapping[str, object] | None = None,
    kinds: Collection[str] = EVERY_WITH_EVERY,
) -> list[str]:
    """The joins of one statement that compare many rows with many, as DuckDB means to execute it.

    Args:
        connection: holds the tables of the statement.
        query: the statement.
        values: what is bound in it.
        kinds: of joins looked for, as DuckDB names them.
    """
    [(_, plan)] = connection.execute(f"explain (format json) {query}", values).fetchall()
    return [sentence for root in json.loads(plan) for sentence in _joins(root, kinds)]


def _joins(operator: dict[str, Any], kinds: Collection[str]) -> Iterator[str]:
    kind = operator["name"].strip()
    if kind in kinds:
        left, right = (_rows(side) for side in operator["children"])
        if min(left, right) > 1:
            condition = operator["extra_info"].get("Conditions", "no condition it can look up by")
            yield f"{kind} of about {left:,} and {right:,} rows ({condition})"
    for child in operator["children"]:
        yield from _joins(child, kinds)


def _rows(operator: dict[str, Any]) -> int:
    """Rows an operator gives, as DuckDB expects them; it says nothing of some whose rows follow from what is below."""
    estimate = operator["extra_info"].get("Estimated Cardinality")
    if operator["name"].strip() == "UNGROUPED_AGGREGATE":
        return 1
    below = [_rows(child) for child in operator["children"]]
    if operator["name"].strip() == "CROSS_PRODUCT":
        return below[0] * below[1]
    if operator["name"].strip() == "UNION":
        return sum(below)
    return int(estimate) if estimate is not None else max(below, default=1)
