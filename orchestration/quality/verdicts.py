"""From receipts and counts to the verdict on each delivery.

Belongs here: which receipt speaks for a delivery, rules about files as a whole, and the words of a verdict; pure
functions. Does not belong here: reading rows (`judging`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from orchestration.contracts import RULES_ABOUT_LINES, DeliveryRuleKind, Dimension, FeedContract, Rule, Severity
from orchestration.ingest import Receipt
from orchestration.ingest.tables import LineAside
from orchestration.quality.checks import Check

MIN_ROWS_FOR_SHARE = 20
"""Below this many rows a share says little: one wrong row of two is not a wrong extract."""

FILE_RULE_KINDS = frozenset(
    {
        DeliveryRuleKind.FILE_NAME,
        DeliveryRuleKind.FORCE,
        DeliveryRuleKind.EXTRACT_DATE,
        DeliveryRuleKind.EMPTY_FILE,
        DeliveryRuleKind.WRONG_CONTENT,
        DeliveryRuleKind.UNREADABLE,
        DeliveryRuleKind.CUT_SHORT,
        DeliveryRuleKind.MISSING_COLUMN,
        DeliveryRuleKind.UNKNOWN_COLUMN,
        DeliveryRuleKind.MANIFEST,
    }
)
"""Rules about a file that ingest has already found kept or broken."""

_GOVERNMENT_DIMENSIONS = {Dimension.CONFORMITY: "validity", Dimension.COVERAGE: "completeness"}
"""The contract standard's words where the Government Data Quality Framework has others."""


class Verdict(StrEnum):
    """What becomes of a delivery."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_QUARANTINE = "accepted_with_quarantine"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Delivery:
    """All receipts of one content.

    Attributes:
        first: the earliest receipt: its extract date is the delivery's.
        decisive: the receipt that decides: the earliest without a refusing problem, or else the earliest that could be
            read (the same bytes may come under a name that says another kind of file), or else the earliest.
    """

    delivery_id: str
    first: Receipt
    decisive: Receipt
    receipts: int
    is_refused: bool

    @property
    def extract_date(self) -> date | None:
        """Earliest extract date of its receipts; None if no name was understood."""
        return self.first.extract_date


@dataclass(frozen=True)
class RuleCount:
    """How one rule fared in one delivery.

    Attributes:
        checked, failed: values or rows; 1 and 0 or 1 for a rule about the delivery as a whole.
        detail: what exactly was found, in words, of a rule about the delivery as a whole.
    """

    checked: int
    failed: int
    detail: str | None = None


@dataclass(frozen=True)
class RowResults:
    """What judging a delivery's rows found, by rule code, and how many rows are set aside."""

    counts: Mapping[str, RuleCount]
    rows_quarantined: int


def deliveries_of(contract: FeedContract, receipts: Iterable[Receipt]) -> tuple[Delivery, ...]:
    """Receipts grouped to deliveries, oldest first."""
    refusing = {rule.code for rule in contract.delivery_rules if rule.severity is Severity.REJECT}
    grouped: dict[str, list[Receipt]] = {}
    for receipt in sorted(receipts, key=_age):
        grouped.setdefault(receipt.delivery_id, []).append(receipt)
    deliveries = []
    for delivery_id, members in grouped.items():
        clean = [item for item in members if not any(problem.rule_code in refusing for problem in item.problems)]
        deliveries.append(
            Delivery(
                delivery_id=delivery_id,
                first=members[0],
                decisive=(clean or [item for item in members if item.has_raw] or members)[0],
                receipts=len(members),
                is_refused=not clean,
            )
        )
    return tuple(deliveries)


def file_counts(contract: FeedContract, delivery: Delivery) -> dict[str, RuleCount]:
    """How the rules about the file fared, by rule code."""
    found: dict[str, list[str]] = {}
    for problem in delivery.decisive.problems:
        found.setdefault(problem.rule_code, []).append(problem.message)
    return {
        rule.code: RuleCount(1, int(rule.code in found), "; ".join(found.get(rule.code, ())) or None)
        for rule in contract.delivery_rules
        if rule.kind in FILE_RULE_KINDS or (rule.kind is DeliveryRuleKind.DOUBLED and not contract.primary_key)
    }


def line_counts(contract: FeedContract, rows: int, aside: Sequence[LineAside]) -> dict[str, RuleCount]:
    """How the rules about lines that are no records fared in a delivery of so many rows, those lines included."""
    failed = Counter(line.kind for line in aside)
    return {
        rule.code: RuleCount(rows, failed[rule.kind])
        for rule in contract.delivery_rules
        if rule.kind in RULES_ABOUT_LINES
    }


def share_count(contract: FeedContract, rows: int, quarantined: int) -> dict[str, RuleCount]:
    """How the rule about the share of quarantined rows fared; empty if the feed has none."""
    rule = next((item for item in contract.delivery_rules if item.kind is DeliveryRuleKind.QUARANTINE_SHARE), None)
    if rule is None:
        return {}
    is_broken = rows >= MIN_ROWS_FOR_SHARE and quarantined > contract.quarantine_hard_share * rows
    return {rule.code: RuleCount(1, int(is_broken))}


def refusing_rules(contract: FeedContract, counts: Mapping[str, RuleCount]) -> tuple[Rule, ...]:
    """The rules for which a delivery is refused: broken ones that refuse, and ones broken by more than they allow."""
    return tuple(
        rule
        for rule in contract.all_rules
        if rule.code in counts
        and counts[rule.code].failed
        and (rule.severity is Severity.REJECT or is_over_hard_share(rule, counts[rule.code]))
    )


def is_over_hard_share(rule: Rule, count: RuleCount) -> bool:
    """Whether so many rows break a rule that the whole delivery is refused for it."""
    if rule.hard_share is None or count.checked < MIN_ROWS_FOR_SHARE:
        return False
    return count.failed > rule.hard_share * count.checked


def verdict_of(
    contract: FeedContract, delivery: Delivery, results: RowResults | None
) -> tuple[Verdict, tuple[str, ...], tuple[str, ...]]:
    """Verdict, the codes of the rules that brought it about, and the reasons in words.

    Args:
        contract: the feed's contract.
        delivery: whose verdict.
        results: of its rows; None for a file refused as a whole, whose rows are not judged.
    """
    if delivery.is_refused or results is None:
        found = delivery.decisive.problems
        problems = [item for item in found if contract.rule(item.rule_code).severity is Severity.REJECT]
        return Verdict.REJECTED, _unique(item.rule_code for item in problems), tuple(item.message for item in problems)
    broken = [rule for rule in contract.all_rules if rule.code in results.counts and results.counts[rule.code].failed]
    refusing = refusing_rules(contract, results.counts)
    quarantining = [rule for rule in broken if rule.severity is Severity.QUARANTINE]
    reasons = tuple(_reason(rule, results.counts[rule.code].failed) for rule in quarantining)
    codes = tuple(rule.code for rule in quarantining)
    if refusing:
        return (
            Verdict.REJECTED,
            _unique((*(rule.code for rule in refusing), *codes)),
            _unique((*(_refusal(rule, results.counts[rule.code]) for rule in refusing), *reasons)),
        )
    if results.rows_quarantined:
        return Verdict.ACCEPTED_WITH_QUARANTINE, codes, reasons
    return Verdict.ACCEPTED, (), ()


def dimension_name(rule: Rule) -> str:
    """The rule's dimension in the words of the Government Data Quality Framework."""
    return _GOVERNMENT_DIMENSIONS.get(rule.dimension, rule.dimension.value)


def columns_by_rule(checks: Sequence[Check]) -> dict[str, str | None]:
    """The column (or columns, joined by `;`) each rule is about."""
    return {check.code: check.column for check in checks}


def _age(receipt: Receipt) -> tuple[date, int, str]:
    return receipt.extract_date or date.max, receipt.file_sequence or 0, receipt.file_path


def _refusal(rule: Rule, count: RuleCount) -> str:
    if rule.severity is not Severity.REJECT:
        share = f"{count.failed:,} of {count.checked:,} rows, more than {rule.hard_share:.0%}"
        return f"broken by {share}: {rule.name}; {rule.correct}"
    found = f" ({count.detail})" if count.detail else ""
    return f"broken: {rule.name}{found}; {rule.correct}"


def _reason(rule: Rule, rows: int) -> str:
    return f"{rows:,} {'row' if rows == 1 else 'rows'} broke: {rule.name}"


def _unique(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
