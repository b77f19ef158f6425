"""What a feed's own run of deliveries may be held against, and which deliveries are excused.

Belongs here: bounds on the number of rows and of unreadable lines, and dated exceptions; types only. Does not belong
here: reading YAML and defaults (`thresholds`), comparing anything (`quality.earlier_deliveries`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.contracts.rules import DeliveryRuleKind


@dataclass(frozen=True, kw_only=True)
class RowCountBounds:
    """How far a delivery's number of rows may be from the median of the feed's recent ones, as multiples of it.

    Attributes:
        soft_low, soft_high: outside them the owner is warned.
        hard_low, hard_high: outside them the delivery is refused; None where none ever is.
    """

    soft_low: float
    soft_high: float
    hard_low: float | None = None
    hard_high: float | None = None

    @property
    def has_limits(self) -> bool:
        """Whether a delivery can be refused for its number of rows."""
        return self.hard_low is not None or self.hard_high is not None


@dataclass(frozen=True, kw_only=True)
class LineLimits:
    """How many lines of a file may be unreadable before the whole file is refused: past both, the number and the share.

    One bad line of twelve is not "8%": below the number no share counts.
    """

    rows: int
    share: float

    def are_passed(self, lines: int, of: int) -> bool:
        """Whether so many unreadable lines of so many records are too many."""
        return lines > self.rows and lines > self.share * of


UNREADABLE_LIMITS = LineLimits(rows=10, share=0.1)
"""Limits of a contract that states none. A bad line costs a line; eleven, if they are a tenth of the file, the file."""

EARLIER_DELIVERY_RULES = (
    DeliveryRuleKind.ROW_COUNT,
    DeliveryRuleKind.ROW_COUNT_LIMIT,
    DeliveryRuleKind.CATEGORY_GONE,
    DeliveryRuleKind.CATEGORY_SHARE,
)
"""Rules that hold a delivery against the feed's earlier ones; the only ones an exception can lift."""


@dataclass(frozen=True, kw_only=True)
class ExcusedDeliveries:
    """Deliveries somebody has looked at and agreed to.

    Attributes:
        rules: the rules lifted.
        first_day, last_day: extract dates it covers, both included.
        force_slug: the force it covers; None for all, and in feeds without forces.
        reason: why the delivery is right as it is.
        who: who agreed, by role.
    """

    rules: tuple[DeliveryRuleKind, ...]
    first_day: date
    last_day: date
    force_slug: str | None
    reason: str
    who: str

    def covers(self, rule: DeliveryRuleKind, extract_date: date, force_slug: str | None) -> bool:
        """Whether it lifts a rule for a delivery."""
        is_force = self.force_slug is None or self.force_slug == force_slug
        return rule in self.rules and self.first_day <= extract_date <= self.last_day and is_force
