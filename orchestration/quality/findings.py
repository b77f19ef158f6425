"""What is odd about a delivery as a whole: types that changed, rows sent twice, dates that cannot be, and its history.

Belongs here: rules that follow from counts of one delivery, and putting all rules about deliveries together; pure
functions. Does not belong here: the comparison with earlier ones (`earlier_deliveries`), rules about the file
(`verdicts.file_counts`).

All of it is worked out from stored counts in every run, never kept: a change of a delivery's extract date (the same
bytes came under an earlier one) changes what is too late or too old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa

from orchestration.contracts import ColumnRuleKind, DeliveryRuleKind, FeedContract, FeedMode
from orchestration.ingest.copies import DOUBLED_SHARE
from orchestration.quality.earlier_deliveries import category_results, row_count_results
from orchestration.quality.verdicts import MIN_ROWS_FOR_SHARE, Delivery, RowResults, RuleCount, refusing_rules

ColumnCounts = Mapping[str, Mapping[str, int]]
"""Rows by column and value of one delivery (`categories`)."""

_MOST_VALUES = 0.5
_MAX_SHOWN = 5


def with_findings(
    contract: FeedContract, deliveries: Iterable[Delivery], judged: Mapping[str, RowResults], counts: pa.Table
) -> dict[str, RowResults]:
    """Results by delivery, with those of the rules about the delivery as a whole; the refused set no row aside.

    Args:
        contract: the feed.
        deliveries: all that are decided.
        judged: what judging found, by delivery.
        counts: rows by delivery, column and value, of all judged.
    """
    deliveries = [item for item in deliveries if item.delivery_id in judged or item.is_refused]
    by_delivery: dict[str, dict[str, dict[str, int]]] = {}
    for row in counts.to_pylist():
        by_delivery.setdefault(row["delivery_id"], {}).setdefault(row["column_name"], {})[row["value"]] = row["rows"]
    comparable = [
        item
        for item in deliveries
        if item.delivery_id in judged and not refusing_rules(contract, judged[item.delivery_id].counts)
    ]
    by_rows = row_count_results(contract, deliveries)
    by_codes = category_results(contract, comparable, by_delivery)
    found: dict[str, RowResults] = {}
    for item in deliveries:
        if item.delivery_id not in judged:
            continue
        results = judged[item.delivery_id]
        own = findings_of(contract, item, results, by_delivery.get(item.delivery_id, {}))
        together = {
            **results.counts,
            **own,
            **by_rows.get(item.delivery_id, {}),
            **by_codes.get(item.delivery_id, {}),
        }
        set_aside = 0 if refusing_rules(contract, together) else results.rows_quarantined
        found[item.delivery_id] = RowResults(together, set_aside)
    return found


def refused_by_their_run(contract: FeedContract, deliveries: Iterable[Delivery]) -> frozenset[str]:
    """Deliveries refused for how they compare with the feed's earlier ones."""
    results = row_count_results(contract, deliveries)
    return frozenset(delivery_id for delivery_id, counts in results.items() if refusing_rules(contract, counts))


def findings_of(
    contract: FeedContract, delivery: Delivery, results: RowResults, counts: ColumnCounts
) -> dict[str, RuleCount]:
    """How the rules about one delivery's own rows fared, by rule code.

    Args:
        contract: the feed.
        delivery: one whose rows were judged.
        results: what judging found.
        counts: its rows by column and value.
    """
    found = {
        DeliveryRuleKind.CHANGED_TYPE: _changed_types(contract, results),
        DeliveryRuleKind.EVENT_DATES: _event_dates(contract, delivery, counts),
        DeliveryRuleKind.STALE: _stale(contract, delivery, counts),
    }
    if contract.primary_key:
        found[DeliveryRuleKind.DOUBLED] = _doubled(contract, delivery, results)
    rules = {rule.kind: rule.code for rule in contract.delivery_rules}
    return {rules[kind]: count for kind, count in found.items() if kind in rules}


def _changed_types(contract: FeedContract, results: RowResults) -> RuleCount:
    """A type is taken for changed when more than half of 20 or more values do not read as it."""
    changed = []
    for rule in contract.column_rules:
        if rule.kind is not ColumnRuleKind.TYPE or rule.code not in results.counts:
            continue
        count = results.counts[rule.code]
        if count.checked >= MIN_ROWS_FOR_SHARE and count.failed > _MOST_VALUES * count.checked:
            changed.append(f"{rule.column} ({count.failed:,} of {count.checked:,} values do not read)")
    return RuleCount(1, int(bool(changed)), f"changed: {_listed(changed)}" if changed else None)


def _doubled(contract: FeedContract, delivery: Delivery, results: RowResults) -> RuleCount:
    """Every key twice makes half of all rows repeats of an earlier one."""
    rows = delivery.decisive.rows_received
    rule = contract.find_delivery_rule(DeliveryRuleKind.DUPLICATE_KEY)
    repeats = results.counts[rule.code].failed if rule is not None and rule.code in results.counts else 0
    is_doubled = rows >= MIN_ROWS_FOR_SHARE and repeats >= DOUBLED_SHARE * rows / 2
    text = f"{repeats:,} of {rows:,} rows have the key of an earlier row; the last row of each key counts"
    return RuleCount(1, int(is_doubled), text if is_doubled else None)


def _event_dates(contract: FeedContract, delivery: Delivery, counts: ColumnCounts) -> RuleCount:
    """Dates in a month after the extract's; of a file of one month, dates in any other month."""
    if delivery.extract_date is None:
        return RuleCount(0, 0)
    own = _month_text(delivery.extract_date)
    is_partitioned = contract.mode is FeedMode.SNAPSHOT_PER_PARTITION
    dated, outside, words = 0, 0, []
    for column in contract.columns:
        if not column.is_event_date:
            continue
        months = counts.get(column.name, {})
        wrong = {month: rows for month, rows in months.items() if month > own or (is_partitioned and month != own)}
        dated += sum(months.values())
        if wrong:
            outside += sum(wrong.values())
            span = " to ".join(dict.fromkeys((min(wrong), max(wrong))))
            words.append(f"{column.name}: {sum(wrong.values()):,} in {span}")
    place = "outside" if is_partitioned else "after"
    return RuleCount(dated, outside, f"dates {place} {own}: {_listed(words)}" if words else None)


def _stale(contract: FeedContract, delivery: Delivery, counts: ColumnCounts) -> RuleCount:
    """Nothing dated within the feed's frequency and latency, in whole months, before the extract."""
    rows = delivery.decisive.rows_received
    if delivery.extract_date is None or rows < MIN_ROWS_FOR_SHARE:
        return RuleCount(0, 0)
    own = _month_text(delivery.extract_date)
    columns = [column.name for column in contract.columns if column.is_event_date]
    months = [month for name in columns for month in counts.get(name, {}) if month <= own]
    if not months:
        return RuleCount(0, 0)
    level = contract.service_level
    allowed = level.frequency_months + -(-level.latency_days // 31)
    age = _months_between(max(months), own)
    text = f"the newest event is of {max(months)}, {age} months before the extract of {delivery.extract_date}"
    return RuleCount(1, int(age > allowed), text if age > allowed else None)


def _month_text(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"


def _months_between(earlier: str, later: str) -> int:
    (year, month), (later_year, later_month) = (tuple(map(int, text.split("-"))) for text in (earlier, later))
    return (later_year - year) * 12 + later_month - month


def _listed(words: list[str]) -> str:
    more = f"; and {len(words) - _MAX_SHOWN:,} more" if len(words) > _MAX_SHOWN else ""
    return "; ".join(words[:_MAX_SHOWN]) + more
