"""Where a feed stands after its gate: counts, the rules broken most, the refusals, and all of it in sentences.

Belongs here: reading the gate's files of one feed for people. Does not belong here: verdicts (`verdicts`), the report
to an agency, totals over feeds (`ledger`).

Read from the files, not from the run that wrote them: when a rule cannot be asked the files hold the earlier verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow.parquet as pq

from orchestration.contracts import FeedContract
from orchestration.quality.gate_files import gate_path, read_gate_table
from orchestration.quality.refusals import JudgedDelivery, Refusal, refusals
from orchestration.quality.verdicts import Verdict
from orchestration.settings import Settings

WORST_RULES = 10
_REFUSALS_IN_SENTENCE = 5


@dataclass(frozen=True)
class BrokenRule:
    """A rule and how often it was broken over all deliveries of the feed: rows, or files if it is about files."""

    code: str
    name: str
    severity: str
    failed: int
    checked: int


@dataclass(frozen=True)
class GateStanding:
    """What the gate's files say of one feed.

    Attributes:
        newest_accepted: newest extract date of an accepted delivery; None if there is none.
        rows_received: rows_accepted + rows_quarantined + rows_rejected.
        worst_rules: broken most often first, at most `WORST_RULES`.
        refusals: rejected deliveries, oldest first.
        rule_names: name of every rule by its code.
    """

    feed: str
    deliveries: int
    accepted: int
    accepted_with_quarantine: int
    newest_accepted: date | None
    rows_received: int
    rows_accepted: int
    rows_quarantined: int
    rows_rejected: int
    worst_rules: tuple[BrokenRule, ...]
    refusals: tuple[Refusal, ...]
    rule_names: Mapping[str, str]

    @property
    def outstanding(self) -> tuple[Refusal, ...]:
        """Refusals that await a correction."""
        return tuple(item for item in self.refusals if item.is_outstanding)


def gate_standing(contract: FeedContract, settings: Settings) -> GateStanding:
    """Where a feed stands by the gate files as they lie there; all zero if it was never judged."""
    rows: list[dict[str, Any]] = read_gate_table(contract, settings, "deliveries").to_pylist()
    rules = _rules(contract, settings)
    verdicts = [row["verdict"] for row in rows]
    received = sum(row["rows_received"] for row in rows)
    rejected = sum(row["rows_received"] for row in rows if row["verdict"] == Verdict.REJECTED)
    quarantined = sum(row["rows_quarantined"] for row in rows)
    return GateStanding(
        feed=contract.key,
        deliveries=len(rows),
        accepted=verdicts.count(Verdict.ACCEPTED),
        accepted_with_quarantine=verdicts.count(Verdict.ACCEPTED_WITH_QUARANTINE),
        newest_accepted=max((row["extract_date"] for row in rows if row["verdict"] != Verdict.REJECTED), default=None),
        rows_received=received,
        rows_accepted=received - rejected - quarantined,
        rows_quarantined=quarantined,
        rows_rejected=rejected,
        worst_rules=tuple(
            sorted((rule for rule in rules if rule.failed), key=lambda rule: (-rule.failed, rule.code))[:WORST_RULES]
        ),
        refusals=refusals(contract, (judged_delivery(row) for row in rows)),
        rule_names={rule.code: rule.name for rule in rules},
    )


def judged_delivery(row: Mapping[str, Any]) -> JudgedDelivery:
    """A row of the gate's deliveries file."""
    return JudgedDelivery(
        delivery_id=row["delivery_id"],
        file_name=row["file_name"],
        sha256=row["sha256"],
        extract_date=row["extract_date"],
        file_sequence=row["file_sequence"],
        partition_key=row["partition_key"],
        is_rejected=row["verdict"] == Verdict.REJECTED,
        reason_codes=tuple(filter(None, (row["reason_codes"] or "").split(";"))),
        reasons=row["reasons"] or "",
    )


def refusal_sentence(refusal: Refusal, rule_names: Mapping[str, str]) -> str:
    """Which file, which rules by code and name, and what was found."""
    delivery = refusal.delivery
    rules = ", ".join(
        f'{code} "{rule_names[code]}"' if code in rule_names else code for code in delivery.reason_codes
    )  # fmt: skip
    found = f": {delivery.reasons}" if delivery.reasons else ""
    return f"{refusal.feed}: {delivery.file_name} is refused by {rules or 'its contract'}{found}."


def refusal_sentences(standing: GateStanding) -> str:
    """The outstanding refusals, a line each, the first few in full."""
    shown = standing.outstanding[:_REFUSALS_IN_SENTENCE]
    more = len(standing.outstanding) - len(shown)
    lines = [refusal_sentence(item, standing.rule_names) for item in shown]
    return "\n".join([*lines, *([f"{standing.feed}: and {more:,} more refused deliveries."] if more else [])])


def rules_markdown(rules: Sequence[BrokenRule]) -> str:
    """The rules as a Markdown table, or a word if there is none."""
    if not rules:
        return "no rule is broken"
    return _markdown(
        ("rule", "name", "severity", "failed", "checked"),
        ((rule.code, rule.name, rule.severity, f"{rule.failed:,}", f"{rule.checked:,}") for rule in rules),
    )


def refusals_markdown(items: Sequence[Refusal]) -> str:
    """The refused files as a Markdown table with the file that corrected each, or a word if there is none."""
    if not items:
        return "no delivery is refused"
    return _markdown(
        ("file", "extract date", "rules", "what was found", "corrected by"),
        (
            (
                item.delivery.file_name,
                str(item.delivery.extract_date or "not readable"),
                ", ".join(item.delivery.reason_codes),
                item.delivery.reasons,
                item.corrected_by.file_name if item.corrected_by else "**outstanding**",
            )
            for item in items
        ),
    )


def _rules(contract: FeedContract, settings: Settings) -> list[BrokenRule]:
    path = gate_path(contract, settings, "rule_results")
    if not path.exists():
        return []
    keys = ["rule_code", "rule_name", "severity"]
    table = pq.read_table(path, columns=[*keys, "failed", "checked"])
    totals = table.group_by(keys).aggregate([("failed", "sum"), ("checked", "sum")])
    return [
        BrokenRule(row["rule_code"], row["rule_name"], row["severity"], row["failed_sum"], row["checked_sum"])
        for row in totals.to_pylist()
    ]


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
