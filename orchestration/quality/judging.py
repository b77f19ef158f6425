"""Asking a feed's checks of the rows of its deliveries.

Belongs here: opening deliveries batch by batch, counts by delivery confirmed by Great Expectations, and the rows that
are quarantined. Does not belong here: how a batch is counted (`counting`), what follows for a delivery (`verdicts`).

Nothing is held that grows with a delivery: rows are scanned where they lie, and DuckDB spills to disk what does not fit
into its share of memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.contracts import FeedContract
from orchestration.quality.categories import counted_columns, counts_query
from orchestration.quality.checks import DELIVERY_ID, ROW_NUMBER, Check, code_table
from orchestration.quality.counting import Findings, count_batch, faulty, read_by, read_with_class
from orchestration.quality.errors import RuleFault
from orchestration.quality.expectations import ask
from orchestration.quality.gate_files import CATEGORY_COUNTS
from orchestration.quality.judged_rows import JUDGED, Batch, asked_of, batches_of
from orchestration.quality.typed_sql import literal

_MEMORY_LIMIT = "1GB"


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
        self._batches = batches_of(raw_files)
        self._open: Batch | None = None

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
        findings = self._found()
        self._confirm(findings)
        return {
            delivery_id: RowCounts(
                rows=rows,
                quarantined=findings.quarantined[delivery_id],
                checked={check.code: findings.checked[check.code][delivery_id] for check in self._checks},
                failed={check.code: findings.failed[check.code][delivery_id] for check in self._checks},
            )
            for delivery_id, rows in findings.rows.items()
        }

    def values_to_judge(self) -> list[tuple[Check, list[Any]]]:
        """What Great Expectations is handed for each rule: distinct values of all the rows together.

        Raises:
            RulesCannotBeAsked: a rule's SQL fails.
        """
        findings = self._found()
        return [(check, findings.values(check)) for check in self._checks]

    def rows_breaking(self, delivery_ids: Sequence[str], rule_codes: Collection[str]) -> pa.Table:
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
                from {JUDGED}
                where ({" or ".join(f"({check.broken})" for check in checks)})
                    and {DELIVERY_ID} in (select delivery_id from wanted)
            ) where rule_code is not null
        """
        found = []
        for batch in self._each_batch():
            relation = batch.rows_of(read_by(self._contract, checks))
            found.append(self._connection.sql(asked_of(relation, query)).to_arrow_table().cast(schema))
        return pa.concat_tables([schema.empty_table(), *found])

    def category_counts(self) -> pa.Table:
        """Rows by delivery, column and value, of the columns whose values are few (`categories`)."""
        counts = [CATEGORY_COUNTS.empty_table()]
        counted = counted_columns(self._contract)
        for batch in self._each_batch() if counted else ():
            for columns in [counted] if batch.is_small else [(column,) for column in counted]:
                relation = batch.weighted(read_with_class(self._contract, columns))
                query = asked_of(relation, counts_query(self._contract, columns))
                counts.append(self._connection.sql(query).to_arrow_table().cast(CATEGORY_COUNTS))
        return pa.concat_tables(counts).sort_by(
            [(column, "ascending") for column in ("delivery_id", "column_name", "value")]
        )

    def _found(self) -> Findings:
        findings = Findings()
        for batch in self._each_batch():
            try:
                count_batch(self._connection, self._contract, self._checks, batch, findings)
            except duckdb.Error:
                raise RulesCannotBeAsked(self._broken_rules(batch)) from None
        return findings

    def _each_batch(self) -> Iterator[Batch]:
        """The batches one after the other, beginning with the one that is open."""
        opened = self._open.files if self._open else ()
        for files in sorted(self._batches, key=lambda files: files != opened):
            if self._open is None or self._open.files != files:
                if self._open is not None:
                    self._open.close()
                self._open = Batch(self._connection, self._contract, files)
            yield self._open

    def _broken_rules(self, batch: Batch) -> list[RuleFault]:
        """Which rules' SQL fails, asked one by one."""
        reasons = {check.code: faulty(self._connection, self._contract, check, batch) for check in self._checks}
        faults = [RuleFault(code, reason) for code, reason in reasons.items() if reason is not None]
        return faults or [RuleFault("all rules", "fail together though each can be evaluated alone")]

    def _confirm(self, findings: Findings) -> None:
        answers = ask([(check, findings.values(check)) for check in self._checks])
        faults: list[RuleFault] = []
        for check in self._checks:
            answer = answers[check.code]
            failed = sum(findings.failed.get(check.code, {}).values())
            if answer.fault is not None:
                faults.append(RuleFault(check.code, f"the expectation raised: {answer.fault}"))
            elif answer.holds is (failed > 0):
                says = "holds" if answer.holds else "is broken"
                text = f"Great Expectations finds that the rule {says}, the database counts {failed:,} rows"
                faults.append(RuleFault(check.code, text))
        if faults:
            raise RulesCannotBeAsked(faults)
