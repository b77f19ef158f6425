"""Raw to gate: a verdict on every delivery of a feed.

Belongs here: which deliveries need judging, putting counts, verdicts and files together, and the check that no row is
lost. Does not belong here: how rules are asked (`judging`) or what follows from the answers (`verdicts`).

A delivery is judged once under one set of rules. When a rule, a threshold or a reference list changes, all are judged
again from raw, without asking the agency for anything; the same when a row is released.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.contracts import (
    EARLIER_DELIVERY_RULES,
    RULES_ABOUT_LINES,
    RULES_ABOUT_ROWS,
    DeliveryRule,
    DeliveryRuleKind,
    FeedContract,
    Rule,
    Severity,
)
from orchestration.contracts.mappings import mapped_contract
from orchestration.ingest import load_receipts, raw_folder, raw_path
from orchestration.ingest.raw import SCHEMA_FILE, read_aside
from orchestration.ingest.tables import LineAside
from orchestration.quality.checks import Check, checks_of
from orchestration.quality.errors import ConservationError, GateError
from orchestration.quality.findings import refused_by_their_run, with_findings
from orchestration.quality.gate_files import (
    DELIVERIES,
    QUARANTINED_ROWS,
    RULE_RESULTS,
    WARNED_ROWS,
    GateTables,
    load_gate_tables,
    save_gate_tables,
)
from orchestration.quality.judging import Judging, RulesCannotBeAsked
from orchestration.quality.quarantine_releases import Release, apply_releases, load_releases, with_releases
from orchestration.quality.reference_lists import reference_codes
from orchestration.quality.verdicts import (
    Delivery,
    RowResults,
    RuleCount,
    Verdict,
    columns_by_rule,
    deliveries_of,
    dimension_name,
    file_counts,
    line_counts,
    refusing_rules,
    share_count,
    verdict_of,
)
from orchestration.reporter import Reporter
from orchestration.settings import Settings

_GATE_VERSION = "3"
"""Change it when the same rules would be judged or worded differently; everything is then judged again."""

_WORST_RULES = 10


@dataclass(frozen=True)
class RejectedDelivery:
    """A delivery that was refused."""

    file_name: str
    reason_codes: str
    reasons: str


@dataclass(frozen=True)
class GateSummary:
    """What the gate says of one feed.

    Attributes:
        feed: `agency/feed`.
        deliveries: all known, of which `judged` were judged in this run.
        accepted, accepted_with_quarantine: numbers of deliveries; the rest is in `rejected`.
        rows_received: rows_accepted + rows_quarantined + rows_rejected.
        warnings: rows that broke a rule which only warns, over all deliveries (a row may count more than once).
        worst_rules: codes of the rules broken most often, with the number of rows or files.
    """

    feed: str
    deliveries: int
    judged: int
    accepted: int
    accepted_with_quarantine: int
    rejected: tuple[RejectedDelivery, ...]
    rows_received: int
    rows_accepted: int
    rows_quarantined: int
    rows_rejected: int
    warnings: int
    worst_rules: tuple[tuple[str, int], ...]

    def metadata(self) -> Mapping[str, int | str]:
        """The summary in numbers and short texts, for an asset's metadata."""
        return {
            "deliveries": self.deliveries,
            "judged_now": self.judged,
            "accepted": self.accepted,
            "accepted_with_quarantine": self.accepted_with_quarantine,
            "rejected": len(self.rejected),
            "rows_received": self.rows_received,
            "rows_accepted": self.rows_accepted,
            "rows_quarantined": self.rows_quarantined,
            "rows_rejected": self.rows_rejected,
            "warnings": self.warnings,
            "worst_rules": "; ".join(f"{code}: {failed:,}" for code, failed in self.worst_rules) or "none",
            "rejected_files": "; ".join(f"{item.file_name}: {item.reasons}" for item in self.rejected[:10]) or "none",
        }


def gate_feed(
    contract: FeedContract, settings: Settings, *, report: Reporter | None = None, anew: bool = False
) -> GateSummary:
    """Brings the verdicts on a feed's deliveries up to date; always leaves the feed's gate files.

    Args:
        contract: the feed.
        settings: where raw, reference lists and gate files are.
        report: receives progress, one line at a time.
        anew: judge every delivery again from raw, though its verdict stands under these very rules.

    Raises:
        GateError: a rule could not be evaluated. Earlier verdicts stand; new deliveries are held.
        ReleaseLogError: the log of released rows cannot be read.
        ReferenceListError: a reference list the contract names is not there.
        ConservationError: raw does not hold the rows its receipts say.
    """
    tell = report or (lambda message: None)
    codes = reference_codes(contract, settings.reference_dir)
    checks = checks_of(contract, codes)
    releases = load_releases(settings, contract.key)
    version = with_releases(rules_version(contract, codes), releases)
    deliveries = deliveries_of(contract, load_receipts(contract, settings))
    earlier = None if anew else load_gate_tables(contract, settings, version)
    before = earlier or GateTables.empty()
    known = _results_of(contract, before, refused_by_their_run(contract, deliveries))
    judged_rows = {item.delivery_id: known[item.delivery_id] for item in deliveries if item.delivery_id in known}
    quarantined = [before.quarantined_rows]
    warned = [_of_deliveries(before.warned_rows, judged_rows)]
    counted = [_of_deliveries(before.category_counts, judged_rows)]
    new = [item for item in deliveries if not item.is_refused and item.delivery_id not in known]
    fault: GateError | None = None
    if new:
        try:
            judged_now = [
                _judge(judged_by, settings, checks_of(judged_by, codes), codes, items)
                for judged_by, items in _by_layout(contract, new)
            ]
        except RulesCannotBeAsked as error:
            fault = GateError(contract.key, error.faults, [item.first.file_name for item in new], contract.written_in)
        else:
            asked = {check.code for check in checks}
            for results, rows, warned_of, counts in judged_now:
                judged_rows |= {item: _with_all_rules(found, asked) for item, found in results.items()}
                quarantined.append(rows)
                warned.append(warned_of)
                counted.append(counts)
    if fault is not None and anew:
        raise fault
    held = {item.delivery_id for item in new} if fault else set()
    decided = [item for item in deliveries if item.delivery_id not in held]
    counts = _sorted(pa.concat_tables(counted), "delivery_id", "column_name", "value")
    judged_rows = with_findings(contract, decided, judged_rows, counts)
    set_aside = [delivery_id for delivery_id, results in judged_rows.items() if results.rows_quarantined]
    rows_set_aside = _of_deliveries(pa.concat_tables(quarantined), set_aside)
    rows_warned = _sorted(pa.concat_tables(warned), "delivery_id", "row_number", "rule_code")
    tables = _tables(contract, checks, decided, judged_rows, rows_set_aside, rows_warned, counts, releases)
    if earlier is None or not tables.equals(earlier):
        save_gate_tables(contract, settings, tables, version)
    if fault is not None:
        raise fault
    summary = _summary(contract, tables, len(new))
    for item in summary.rejected:
        tell(f"{contract.key} {item.file_name}: rejected: {item.reasons}")
    return summary


def rules_version(contract: FeedContract, codes: Mapping[str, frozenset[str]]) -> str:
    """Fingerprint of everything that decides a verdict: rules, thresholds, types and formats, valid codes."""
    facts: list[Any] = [
        _GATE_VERSION,
        [asdict(rule) for rule in contract.all_rules],
        [asdict(column) for column in contract.columns],
        asdict(contract.delivery),
        contract.quarantine_hard_share,
        asdict(contract.unreadable_limits),
        [mapping.fingerprint for mapping in contract.mappings],
        {name: sorted(values) for name, values in codes.items()},
    ]
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()[:16]


def _by_layout(contract: FeedContract, deliveries: Sequence[Delivery]) -> list[tuple[FeedContract, list[Delivery]]]:
    """Deliveries by the layout they came in, each with the contract they are judged by: a mapping from another system
    says which promises that system cannot keep."""
    by_label = {mapping.label: mapping for mapping in contract.mappings}
    grouped: dict[str | None, list[Delivery]] = {}
    for item in deliveries:
        grouped.setdefault(item.decisive.mapping, []).append(item)
    return [
        (mapped_contract(contract, by_label[label]) if label in by_label else contract, items)
        for label, items in grouped.items()
    ]


def _with_all_rules(results: RowResults, codes: Collection[str]) -> RowResults:
    """The results with those of rules that were not asked: nothing was checked."""
    return RowResults({code: RuleCount(0, 0) for code in codes} | dict(results.counts), results.rows_quarantined)


def _of_deliveries(table: pa.Table, delivery_ids: Iterable[str]) -> pa.Table:
    return table.filter(pc.is_in(table["delivery_id"], pa.array(list(delivery_ids), pa.string())))


def _sorted(table: pa.Table, *columns: str) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in columns]).combine_chunks()


def _judge(
    contract: FeedContract,
    settings: Settings,
    checks: Sequence[Check],
    codes: Mapping[str, frozenset[str]],
    deliveries: Sequence[Delivery],
) -> tuple[dict[str, RowResults], pa.Table, pa.Table, pa.Table]:
    """Results by delivery, the quarantined rows and the warned rows of those that are not refused for their rows, and
    the rows by code and month."""
    files = [raw_path(contract, settings, item.delivery_id) for item in deliveries]
    # holds every column, should the contract have gained one since a file was written
    files.append(raw_folder(contract, settings) / SCHEMA_FILE)
    results: dict[str, RowResults] = {}
    with Judging(contract, checks, codes, files) as judging:
        counts = judging.count()
        kept = []
        lines: list[dict[str, Any]] = []
        for item in deliveries:
            count = counts.get(item.delivery_id)
            rows = count.rows if count else 0
            set_aside = count.quarantined if count else 0
            by_rule = {
                check.code: RuleCount(count.checked[check.code], count.failed[check.code]) if count else RuleCount(0, 0)
                for check in checks
            }
            aside = read_aside(contract, settings, item.delivery_id)
            rows, set_aside = rows + len(aside), set_aside + len(aside)
            if rows != item.decisive.rows_received:
                raise ConservationError(
                    f"{contract.key} {item.decisive.file_name}: {item.decisive.rows_received:,} rows were received, "
                    f"raw holds {rows:,}. Delete {raw_path(contract, settings, item.delivery_id)} and run again."
                )
            by_rule |= line_counts(contract, rows, aside)
            by_rule |= share_count(contract, rows, set_aside)
            is_refused = bool(refusing_rules(contract, by_rule))
            results[item.delivery_id] = RowResults(by_rule, 0 if is_refused else set_aside)
            if not is_refused:
                kept.append(item.delivery_id)
                lines += _lines_aside(contract, item.delivery_id, aside)
        broken = {item: {code for code, count in results[item].counts.items() if count.failed} for item in kept}
        told = {code for codes in broken.values() for code in codes if _names_rows(contract.rule(code))}
        rows_broken = judging.rows_breaking([item for item, codes in broken.items() if codes & told], told)
        category_counts = judging.category_counts()
    columns = columns_by_rule(checks)
    rule_codes = rows_broken["rule_code"].to_pylist()
    messages = {code: _row_message(contract, code) for code in set(rule_codes)}
    table = pa.table(
        [
            rows_broken["delivery_id"],
            rows_broken["row_number"],
            rows_broken["rule_code"],
            pa.array([columns[code] for code in rule_codes], pa.string()),
            pa.array([messages[code] for code in rule_codes], pa.string()),
        ],
        schema=QUARANTINED_ROWS,
    )
    warning = pa.array(sorted(code for code in told if contract.rule(code).severity is Severity.WARNING), pa.string())
    is_warned = pc.is_in(table["rule_code"], warning)
    warned = table.filter(is_warned).select(WARNED_ROWS.names)
    quarantined = pa.concat_tables([table.filter(pc.invert(is_warned)), pa.Table.from_pylist(lines, QUARANTINED_ROWS)])
    return results, quarantined, warned, category_counts


def _lines_aside(contract: FeedContract, delivery_id: str, aside: Sequence[LineAside]) -> list[dict[str, Any]]:
    """Lines that are no records, as quarantined rows: where each stands in the file, and never what it says."""
    rules = {kind: contract.delivery_rule(kind) for kind in {line.kind for line in aside}}
    return [
        {
            "delivery_id": delivery_id,
            "row_number": line.row_number,
            "rule_code": rules[line.kind].code,
            "column_name": None,
            "message": f"Line {line.line_number:,}: {line.what}. {rules[line.kind].correct}",
        }
        for line in aside
    ]


def _names_rows(rule: Rule) -> bool:
    """Whether it is kept which rows broke the rule: they are set aside for it, or used with what it warns of."""
    return rule.severity is Severity.QUARANTINE or (
        rule.severity is Severity.WARNING and not isinstance(rule, DeliveryRule)
    )


def _row_message(contract: FeedContract, code: str) -> str:
    """Why a row is set aside; never its values, which may be somebody's name in the wrong column."""
    rule = contract.rule(code)
    return f"Broken: {rule.name}. {rule.correct}"


def _results_of(contract: FeedContract, tables: GateTables, refused_now: Collection[str]) -> dict[str, RowResults]:
    """Row results of an earlier run, of the deliveries whose rows it judged.

    Which rows of a refused delivery would be set aside is not kept. One that was refused for what its feed's run looked
    like then, and is not `refused_now`, is therefore judged again.
    """
    by_run = {rule.code for rule in contract.delivery_rules if rule.kind in EARLIER_DELIVERY_RULES}
    about_files = {rule.code for rule in contract.delivery_rules} - {
        rule.code for rule in contract.delivery_rules if rule.kind in _ROW_KINDS
    }
    counts: dict[str, dict[str, RuleCount]] = {}
    for row in tables.rule_results.to_pylist():
        if row["rule_code"] not in about_files:
            counts.setdefault(row["delivery_id"], {})[row["rule_code"]] = RuleCount(row["checked"], row["failed"])
    verdicts = {row["delivery_id"]: row for row in tables.deliveries.to_pylist()}
    return {
        delivery_id: RowResults(by_rule, verdicts[delivery_id]["rows_quarantined"])
        for delivery_id, by_rule in counts.items()
        if delivery_id in refused_now or not by_run & set(verdicts[delivery_id]["reason_codes"].split(";"))
    }


_ROW_KINDS = RULES_ABOUT_ROWS | RULES_ABOUT_LINES | {DeliveryRuleKind.QUARANTINE_SHARE}


def _tables(
    contract: FeedContract,
    checks: Sequence[Check],
    deliveries: Sequence[Delivery],
    judged: Mapping[str, RowResults],
    quarantined: pa.Table,
    warned: pa.Table,
    category_counts: pa.Table,
    releases: Sequence[Release],
) -> GateTables:
    columns = columns_by_rule(checks)
    still, quarantined = apply_releases(contract, judged, quarantined, releases)
    rows: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for item in deliveries:
        outcome = None if item.is_refused else judged[item.delivery_id]
        held = None if outcome is None else still[item.delivery_id]
        verdict, codes, reasons = verdict_of(contract, item, held)
        counts = file_counts(contract, item) | dict(outcome.counts if outcome else {})
        rows.append(
            {
                "delivery_id": item.delivery_id,
                "agency": contract.agency,
                "feed": contract.feed,
                "extract_date": item.extract_date,
                "file_sequence": item.first.file_sequence,
                "partition_key": item.first.partition_key,
                "force_slug": item.first.force_slug,
                "period_month": date.fromisoformat(f"{item.first.month}-01") if item.first.month else None,
                "file_name": item.first.file_name,
                "sha256": item.first.sha256,
                "rows_received": item.decisive.rows_received,
                "rows_quarantined": held.rows_quarantined if held else 0,
                "verdict": verdict.value,
                "reason_codes": ";".join(codes),
                "reasons": "; ".join(reasons),
                "receipts": item.receipts,
                "mapping": item.decisive.mapping,
                "is_simulated": item.decisive.is_simulated,
            }
        )
        results += [
            {
                "delivery_id": item.delivery_id,
                "agency": contract.agency,
                "feed": contract.feed,
                "rule_code": rule.code,
                "rule_name": rule.name,
                "dimension": dimension_name(rule),
                "severity": rule.severity.value,
                "column_name": columns.get(rule.code),
                "checked": counts[rule.code].checked,
                "failed": counts[rule.code].failed,
                "detail": counts[rule.code].detail,
            }
            for rule in contract.all_rules
            if rule.code in counts
        ]
    set_aside = {row["delivery_id"]: row["rows_quarantined"] for row in rows if row["rows_quarantined"]}
    kept = _sorted(_of_deliveries(quarantined, set_aside), "delivery_id", "row_number", "rule_code")
    _check_conservation(contract, rows, set_aside, kept)
    return GateTables(
        deliveries=pa.Table.from_pylist(rows, DELIVERIES),
        quarantined_rows=kept,
        warned_rows=warned,
        rule_results=pa.Table.from_pylist(results, RULE_RESULTS),
        category_counts=category_counts,
    )


def _check_conservation(
    contract: FeedContract, rows: Iterable[Mapping[str, Any]], set_aside: Mapping[str, int], quarantined: pa.Table
) -> None:
    """Rows received = rows accepted + rows quarantined, and every quarantined row is named."""
    rows_named = quarantined.group_by(["delivery_id", "row_number"]).aggregate([])
    named = rows_named.group_by("delivery_id").aggregate([([], "count_all")])
    found = dict(zip(named["delivery_id"].to_pylist(), named["count_all"].to_pylist(), strict=True))
    for row in rows:
        expected = set_aside.get(row["delivery_id"], 0)
        if found.get(row["delivery_id"], 0) != expected or expected > row["rows_received"]:
            raise ConservationError(
                f"{contract.key} {row['file_name']}: of {row['rows_received']:,} rows {expected:,} should be in "
                f"quarantine, {found.get(row['delivery_id'], 0):,} are named. Delete the feed's files below the gate "
                "folder and run again; if it stays, report a bug."
            )


def _summary(contract: FeedContract, tables: GateTables, judged: int) -> GateSummary:
    rows = tables.deliveries.to_pylist()
    verdicts = Counter(row["verdict"] for row in rows)
    refused = [row for row in rows if row["verdict"] == Verdict.REJECTED]
    received = sum(row["rows_received"] for row in rows)
    rejected_rows = sum(row["rows_received"] for row in refused)
    quarantined = sum(row["rows_quarantined"] for row in rows)
    failures: Counter[str] = Counter()
    warnings = 0
    for result in tables.rule_results.select(["rule_code", "severity", "failed"]).to_pylist():
        failures[result["rule_code"]] += result["failed"]
        if result["severity"] == Severity.WARNING:
            warnings += result["failed"]
    return GateSummary(
        feed=contract.key,
        deliveries=len(rows),
        judged=judged,
        accepted=verdicts[Verdict.ACCEPTED],
        accepted_with_quarantine=verdicts[Verdict.ACCEPTED_WITH_QUARANTINE],
        rejected=tuple(RejectedDelivery(row["file_name"], row["reason_codes"], row["reasons"]) for row in refused),
        rows_received=received,
        rows_accepted=received - rejected_rows - quarantined,
        rows_quarantined=quarantined,
        rows_rejected=rejected_rows,
        warnings=warnings,
        worst_rules=tuple((code, failed) for code, failed in failures.most_common(_WORST_RULES) if failed),
    )
