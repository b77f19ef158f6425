"""Read the numbers a contract sets: shares of one rule, bounds and exceptions of the feed's own run.

Belongs here: `qualityThresholds`, the bounds where it is silent, and the shares a written rule carries. Does not belong
here: applying any of it (the gate does).
"""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from orchestration.contracts.earlier_deliveries import (
    EARLIER_DELIVERY_RULES,
    UNREADABLE_LIMITS,
    ExcusedDeliveries,
    LineLimits,
    RowCountBounds,
)
from orchestration.contracts.model import FeedMode
from orchestration.contracts.reader import Node
from orchestration.contracts.rules import DeliveryRuleKind

ROW_COUNT_BOUNDS: dict[FeedMode, RowCountBounds] = {
    FeedMode.INCREMENT: RowCountBounds(soft_low=0.5, soft_high=2),
    FeedMode.SNAPSHOT: RowCountBounds(soft_low=0.5, soft_high=2, hard_low=0.1, hard_high=10),
    FeedMode.SNAPSHOT_PER_PARTITION: RowCountBounds(soft_low=0.5, soft_high=2),
}
"""Bounds of a contract that states none. Only a snapshot is refused: it replaces everything before it, so a cut-off one
would take nine tenths of the prisoners out of every table. A small increment takes nothing away, a large one is brought
up to date by key, and a small month of searches stands for itself: refusing those would lose true rows."""

SHARE_KEYS = ("softShare", "hardShare", "relaxedOn", "relaxedReason")


class RuleShares(TypedDict):
    """How much of a delivery may break one rule."""

    soft_share: float
    hard_share: float | None
    relaxed_on: date | None
    relaxed_reason: str | None


def read_rule_shares(custom: Node) -> RuleShares:
    """The shares among the custom properties of a written rule.

    Raises:
        ContractError: a rule is relaxed without saying when and why, or a share is none.
    """
    if len({custom.has(key) for key in ("softShare", "relaxedOn", "relaxedReason")}) > 1:
        raise custom.problem("a rule that may fail in part carries softShare, relaxedOn and relaxedReason together")
    return {
        "soft_share": custom.share("softShare") if custom.has("softShare") else 0.0,
        "hard_share": custom.share("hardShare") if custom.has("hardShare") else None,
        "relaxed_on": custom.date("relaxedOn") if custom.has("relaxedOn") else None,
        "relaxed_reason": custom.optional_text("relaxedReason"),
    }


def read_row_count_bounds(thresholds: Node, mode: FeedMode) -> RowCountBounds:
    """The bounds a contract states, or those of its mode.

    Raises:
        ContractError: a bound is on the wrong side of 1, or a hard one inside its soft one.
    """
    if not thresholds.has("rowCount"):
        return ROW_COUNT_BOUNDS[mode]
    node = thresholds.child("rowCount")
    node.only("softLow", "softHigh", "hardLow", "hardHigh")
    bounds = RowCountBounds(
        soft_low=node.number("softLow"),
        soft_high=node.number("softHigh"),
        hard_low=node.number("hardLow") if node.has("hardLow") else None,
        hard_high=node.number("hardHigh") if node.has("hardHigh") else None,
    )
    low, high = bounds.hard_low or 0.0, bounds.hard_high or float("inf")
    if not 0 <= low <= bounds.soft_low < 1 < bounds.soft_high <= high:
        raise node.problem("bounds are multiples of the median: hardLow, softLow, then 1, then softHigh, hardHigh")
    return bounds


def read_unreadable_limits(thresholds: Node) -> LineLimits:
    """How many lines may be unreadable, as the contract states it, or else as all do.

    Raises:
        ContractError: only one of number and share is given, or either is none.
    """
    keys = ("unreadableHardRows", "unreadableHardShare")
    if not any(map(thresholds.has, keys)):
        return UNREADABLE_LIMITS
    if not all(map(thresholds.has, keys)):
        raise thresholds.problem(f"{' and '.join(keys)} come together: a file is refused past the number and the share")
    return LineLimits(rows=thresholds.integer(keys[0]), share=thresholds.share(keys[1]))


def read_excused_deliveries(thresholds: Node) -> tuple[ExcusedDeliveries, ...]:
    """The deliveries excused from the rules about the feed's run; none if the contract names none.

    Raises:
        ContractError: an exception does not say which rules, which days, why or who.
    """
    return tuple(_exception(node) for node in thresholds.items("historyExceptions", label="from"))


def _exception(node: Node) -> ExcusedDeliveries:
    node.only("rules", "from", "to", "force", "reason", "who")
    allowed = {str(kind): kind for kind in EARLIER_DELIVERY_RULES}
    names = node.texts("rules")
    unknown = [name for name in names if name not in allowed]
    if unknown or not names:
        raise node.child("rules").problem(f"name the rules that are lifted, of: {', '.join(allowed)}")
    first_day, last_day = node.date("from"), node.date("to")
    if last_day < first_day:
        raise node.child("to").problem(f"{last_day} is before {first_day}; the days are extract dates, both included")
    rules: tuple[DeliveryRuleKind, ...] = tuple(allowed[name] for name in names)
    return ExcusedDeliveries(
        rules=rules,
        first_day=first_day,
        last_day=last_day,
        force_slug=node.optional_text("force"),
        reason=node.text("reason", "say why the delivery is right as it is"),
        who=node.text("who", "say who agreed, by role"),
    )
