"""What sqlfluff sees in place of the project's macros: a call of the same name, so that a model is linted as written.

Belongs here: the few macros that stand for something other than an expression. Does not belong here: SQL that runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_NOT_EXPRESSIONS: dict[str, Callable[..., Any]] = {
    "accepted_rows": lambda agency, feed: f"select * from {agency}_{feed}",
    "accepted_deliveries": lambda agency, feed: f"select * from {agency}_{feed}",
    "files_of": lambda source_name, table_name: f"{source_name}.{table_name}",
    "feeds": lambda: [
        {"agency": "police", "feed": "custody_records", "names_people": True},
        {"agency": "hmcts", "feed": "defendants", "names_people": True},
    ],
    "agencies_by_trust": lambda: ["police", "hmcts"],
    "staged_versions": lambda agency, feed: f"select record_key from {agency}_{feed}",
    "staged_as_now_known": lambda agency, feed: f"select record_key from {agency}_{feed}",
    "typed_rows": lambda agency, feed: "select * from delivered",
    "staged_names": lambda agency, feed: ["record_key"],
    "staged_columns": lambda agency, feed, **named: "typed.record_key",
    "person_records": lambda feed, relation, **added: f"select * from {relation}",
    "number_series": lambda last: "select 1 as number",
    "with_totals": lambda relation, *rest, **named: f"select * from {relation}",
    "kaplan_meier": lambda relation, *rest: f"select * from {relation}",
    "persons_bounds": lambda *arguments: "1 as persons_low, 2 as persons_high",
    "mart_feeds": lambda: "select mart, agency, feed from lineage",
    "needed_feeds": lambda: "select mart, agency, feed from lineage",
    "type_string": lambda: "varchar",
    "benchmark_measures": lambda: [
        {
            "measure": "open_cases",
            "mart": "open_caseload",
            "feed": "hmcts/cases",
            "day": "snapshot_date",
            "where": "cases > 0",
            "value": "sum(cases)",
            "geographies": ["all"],
        }
    ],
    "disposal_types": lambda: ["fine"],
    "remand_thresholds": lambda: [56],
    "pre_charge_thresholds": lambda: [28],
    "measured_stages": lambda: ["offence_to_charge"],
    "sequential_stages": lambda: ["offence_to_charge"],
    "crown_stages": lambda: ["receipt_to_completion"],
    "guilty_plea_stages": lambda: ["first_hearing"],
    "linkage_accuracy_columns": lambda: ["source", "measure", "unit", "breakdown"],
}


class _Macros:
    """Any attribute is a macro; calling it gives a SQL function call with the same arguments."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _NOT_EXPRESSIONS:
            return _NOT_EXPRESSIONS[name]

        def call(*arguments: Any, **named: Any) -> str:
            texts = []
            for argument in (*arguments, *named.values()):
                texts += argument if isinstance(argument, list) else [argument]
            return f"{name}({', '.join(str(text) for text in texts)})"

        return call


justice = _Macros()
dbt = _Macros()
