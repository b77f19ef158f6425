"""Asking a feed's checks of the rows of its deliveries.

Belongs here: the judged relation in DuckDB, counting by delivery, distinct values for Great Expectations, and the rows
that are quarantined. Does not belong here: what follows for a delivery (`verdicts`).

Raw Parquet is scanned once to count, and again only for rules that have code lists or failures. A large batch is never
held: it is scanned where it lies, and DuckDB spills to disk what does not fit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.contracts import FeedContract, Severity
from orchestration.quality.checks import (
    DELIVERY_ID,
    ROW_NUMBER,
    Check,
    Expectation,
    code_table,
)
from orchestration.quality.errors import RuleFault
from orchestration.quality.expectations import ask
from orchestration.quality.typed_sql import literal, name, text_name, text_value, typed_value

MAX_DISTINCT_VALUES = 10_000
"""Most distinct values of a column handed to Great Expectations, broken ones first."""

_MEMORY_LIMIT = "2GB"
_MANY_FILES = 20
_SMALL_BYTES = 64 << 20
"""Many files of few bytes in all are read into memory once: opening 1,000 files costs a second for every scan. Few
files, or large ones, are better scanned where they lie: Parquet's dictionaries halve the time."""


@dataclass(frozen=True)
class RowCounts:
    """What the checks counted in one delivery.

    Attributes:
        rows: rows in raw.
        quarantined: rows that break at least one quarantine rule.
        checked, failed: rows each rule applied to, and rows that broke it, by rule code.
    """

    rows: int
    quarantined: int
    checked: Mapping[str, int]
    failed: Mapping[str, int]


class RulesCannotBeAsked(Exception):
    """Some rules could not be evaluated; carries the faults."""

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        super().__init__("; ".join(f"{fault.rule_code}: {fault.message}" for fault in faults))
        self.faults = tuple(faults)


class Judging:
    """The rows of some deliveries of one feed, opened for questions. Use as a context manager."""

    def __init__(
        self,
        contract: FeedContract,
        checks: Sequence[Check],
        codes: Mapping[str, frozenset[str]],
        raw_files: Sequence[Path],
    ) -> None:
        self._contract = contract
        self._checks = tuple(checks)
        self._spill = tempfile.TemporaryDirectory(prefix="warehouse-gate-")
        self._connection = duckdb.connect(config={"temp_directory": self._spill.name, "memory_limit": _MEMORY_LIMIT})
        for list_name, values in codes.items():
            table = pa.table({"code": sorted(values)})
            self._connection.register("listed", table)
            self._connection.execute(f"create table {code_table(list_name)} as select code from listed")
            self._connection.unregister("listed")
        self._open_rows(raw_files)

    def __enter__(self) -> Judging:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the database and removes what it spilled."""
        self._connection.close()
        self._spill.cleanup()

    def count(self) -> Mapping[str, RowCounts]:
        """Counts by delivery, confirmed by Great Expectations.

        Raises:
            RulesCannotBeAsked: a rule's SQL fails, an expectation raises, or the two do not agree.
        """
        counts, examples = self._counted()
        self._confirm(counts, examples)
        return counts

    def values_to_judge(self) -> list[tuple[Check, list[Any]]]:
        """What Great Expectations is handed for each rule: distinct values of all the rows together.

        Raises:
            RulesCannotBeAsked: a rule's SQL fails.
        """
        return self._values_to_judge(*self._counted())

    def _counted(self) -> tuple[dict[str, RowCounts], dict[str, Any]]:
        """Counts by delivery, and a good value of each rule that is not enumerated."""
        try:
            rows = self._connection.execute(self._count_query(self._checks)).fetchall()
        except duckdb.Error:
            raise RulesCannotBeAsked(self._broken_rules()) from None
        repeated = {check.code: self._repeated_keys(check) for check in self._checks if check.key}
        counts: dict[str, RowCounts] = {}
        examples: dict[str, Any] = {}
        for delivery_id, total, quarantined, *figures in rows:
            by_rule = list(zip(self._checks, zip(*[iter(figures)] * 3, strict=True), strict=True))
            counts[delivery_id] = RowCounts(
                rows=total,
                quarantined=quarantined,
                checked={check.code: checked for check, (checked, _, _) in by_rule},
                failed={
                    check.code: repeated[check.code].get(delivery_id, 0) if check.key else failed
                    for check, (_, failed, _) in by_rule
                },
            )
            for check, (_, _, example) in by_rule:
                if example is not None:
                    examples.setdefault(check.code, example)
        return counts, examples

    def quarantined_rows(self, delivery_ids: Sequence[str], rule_codes: Collection[str]) -> pa.Table:
        """A line for each row of these deliveries and rule of these it breaks: delivery_id, row_number, rule_code."""
        schema = pa.schema([("delivery_id", pa.string()), ("row_number", pa.int64()), ("rule_code", pa.string())])
        checks = [check for check in self._checks if check.code in rule_codes]
        if not checks or not delivery_ids:
            return schema.empty_table()
        self._connection.register("wanted", pa.table({"delivery_id": list(delivery_ids)}))
        broken = ", ".join(f"case when {check.broken} then {literal(check.code)} end" for check in checks)
        query = f"""
            select delivery_id, row_number, rule_code from (
                select {DELIVERY_ID} as delivery_id, {ROW_NUMBER} as row_number, unnest([{broken}]) as rule_code
                from judged_rows
                where ({" or ".join(f"({check.broken})" for check in checks)})
                    and {DELIVERY_ID} in (select delivery_id from wanted)
            ) where rule_code is not null
        """
        return self._connection.sql(query).to_arrow_table().cast(schema)

    def _open_rows(self, raw_files: Sequence[Path]) -> None:
        """Makes `judged_rows`: text and typed value of every column, and where the row came from."""
        wanted = [*self._contract.column_names, DELIVERY_ID, ROW_NUMBER]
        is_held = len(raw_files) > _MANY_FILES and sum(path.stat().st_size for path in raw_files) < _SMALL_BYTES
        if is_held:
            self._connection.register("held_rows", _read_all(raw_files, wanted))
            source = "held_rows"
        else:
            source = f"read_parquet([{', '.join(literal(str(path)) for path in raw_files)}], union_by_name = true)"
        columns = self._contract.columns
        texts = ", ".join(f"{text_value(self._contract, column)} as {text_name(column.name)}" for column in columns)
        typed = ", ".join(f"{typed_value(self._contract, column)} as {name(column.name)}" for column in columns)
        kind = "table" if is_held else "view"
        self._connection.execute(f"create {kind} texts as select {texts}, {DELIVERY_ID}, {ROW_NUMBER} from {source}")
        self._connection.execute(f"create view judged_rows as select *, {typed} from texts")
        if is_held:
            self._connection.unregister("held_rows")

    def _count_query(self, checks: Sequence[Check]) -> str:
        figures = "".join(
            f""",
            count(*) filter (where {check.checked}),
            count(*) filter (where {check.broken}),
            {"null" if check.is_enumerated else f"any_value({check.judged}) filter (where not ({check.broken}))"}"""
            for check in checks
        )
        quarantining = [f"({check.broken})" for check in checks if check.rule.severity is Severity.QUARANTINE]
        condition = " or ".join(quarantining) or "false"
        return f"""
            select {DELIVERY_ID}, count(*), count(*) filter (where {condition}){figures}
            from judged_rows group by {DELIVERY_ID} order by {DELIVERY_ID}
        """

    def _repeated_keys(self, check: Check) -> dict[str, int]:
        """Rows beyond the first of their key, by delivery; rows without a whole key have a rule of their own."""
        key = ", ".join(text_name(column) for column in check.key)
        given = " and ".join(f"{text_name(column)} is not null" for column in check.key)
        query = f"""
            select {DELIVERY_ID}, cast(sum(repeats) as bigint) from (
                select {DELIVERY_ID}, count(*) - 1 as repeats from judged_rows where {given}
                group by {DELIVERY_ID}, {key} having count(*) > 1
            ) group by {DELIVERY_ID}
        """
        return dict(self._connection.execute(query).fetchall())

    def _broken_rules(self) -> list[RuleFault]:
        """Which rules' SQL fails, asked one by one."""
        faults = []
        for check in self._checks:
            try:
                self._connection.execute(self._count_query([check])).fetchall()
            except duckdb.Error as error:
                faults.append(RuleFault(check.code, str(error).splitlines()[0]))
        return faults or [RuleFault("all rules", "fail together though each can be evaluated alone")]

    def _confirm(self, counts: Mapping[str, RowCounts], examples: Mapping[str, Any]) -> None:
        failed = self._failed(counts)
        answers = ask(self._values_to_judge(counts, examples))
        faults: list[RuleFault] = []
        for check in self._checks:
            answer = answers[check.code]
            if answer.fault is not None:
                faults.append(RuleFault(check.code, f"the expectation raised: {answer.fault}"))
            elif answer.holds is (failed[check.code] > 0):
                says = "holds" if answer.holds else "is broken"
                text = f"Great Expectations finds that the rule {says}, the database counts {failed[check.code]:,} rows"
                faults.append(RuleFault(check.code, text))
        if faults:
            raise RulesCannotBeAsked(faults)

    def _failed(self, counts: Mapping[str, RowCounts]) -> dict[str, int]:
        return {check.code: sum(count.failed[check.code] for count in counts.values()) for check in self._checks}

    def _values_to_judge(
        self, counts: Mapping[str, RowCounts], examples: Mapping[str, Any]
    ) -> list[tuple[Check, list[Any]]]:
        failed = self._failed(counts)
        return [
            (check, self._distinct_values(check, failed[check.code] > 0, examples.get(check.code)))
            for check in self._checks
        ]

    def _distinct_values(self, check: Check, has_failed: bool, example: Any) -> list[Any]:
        """Values to judge: all distinct ones of a code column, else broken ones and a good example."""
        if check.outcomes is not None:
            good, bad = check.outcomes
            return [good, bad] if has_failed else [good]
        if check.is_enumerated:
            query = f"""
                select {check.judged} as judged from {check.source} where {check.judged} is not null
                group by all order by bool_or({check.broken_value}) desc, count(*) desc, judged
                limit {MAX_DISTINCT_VALUES}
            """
            return [row[0] for row in self._connection.execute(query).fetchall()]
        values = [example] if example is not None else []
        if not has_failed:
            return values
        if check.expectation is Expectation.GIVEN:
            return [None, *values]
        query = f"""
            select {check.judged} as judged from {check.source} where {check.broken}
            group by all order by count(*) desc, judged limit {MAX_DISTINCT_VALUES}
        """
        return [*(row[0] for row in self._connection.execute(query).fetchall()), *values]


def _read_all(raw_files: Sequence[Path], columns: Sequence[str]) -> pa.Table:
    """Small raw files as one table (Arrow opens them twice as fast as the database does)."""
    tables = []
    for path in raw_files:
        with pq.ParquetFile(path) as file:
            tables.append(file.read(columns=list(columns), use_threads=False))
    return pa.concat_tables(tables, promote_options="default")
