"""What each failing rule costs the published answers.

Belongs here: failing rules with the records they cost and the published figures those move, in order of cost. Pure
functions. Does not belong here: counting records (`present`), following columns (`lineage.reach`), words (`pages`).
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.contracts import ColumnRule, DeliveryRule, DeliveryRuleKind, RowRule, Rule, Severity
from orchestration.lineage.reach import Reach, Touch
from orchestration.reports.owner.figures import FeedFigures, RuleHistory
from orchestration.reports.owner.present import FaultyRow, PresentState, RuleCost

TOP_RULES = 10


@dataclass(frozen=True)
class RuleCase:
    """One rule that costs something today.

    Attributes:
        history: how it fared over all deliveries.
        cost: records it costs now.
        refused_rows: rows of deliveries it refused as a whole and nothing has replaced.
        refused_files: such deliveries.
        touches: published marts it moves.
        rows: the faulty rows, oldest delivery first.
    """

    figures: FeedFigures
    history: RuleHistory
    cost: RuleCost
    refused_rows: int
    refused_files: int
    touches: tuple[Touch, ...]
    rows: tuple[FaultyRow, ...]

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.history.rule

    @property
    def is_above_limit(self) -> bool:
        """More of the newest delivery failed than the contract tolerates."""
        newest = self.history.newest
        return newest.failed > self.rule.soft_share * newest.checked

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Dearest first: rows withheld, then rows affected, then failures in the newest delivery."""
        withheld = self.cost.withheld + self.refused_rows
        return -withheld, -(self.cost.outdated + self.cost.kept), -self.history.newest.failed, self.rule.code


def rule_cases(figures: FeedFigures, present: PresentState, reach: Reach) -> tuple[RuleCase, ...]:
    """Rules of one feed that cost something today, dearest first.

    A rule costs something while rows are withheld or kept for it, a refused delivery has not been replaced, or the
    newest delivery still breaks it. What was mended is past.
    """
    standing = [refusal for refusal in figures.refusals if refusal.mended_by is None]
    cases = []
    for history in figures.rules:
        code = history.rule.code
        refused = [refusal for refusal in standing if code in refusal.codes]
        rows = tuple(row for row in present.rows if row.rule_code == code)
        if not rows and not refused and history.failing_since is None:
            continue
        cases.append(
            RuleCase(
                figures=figures,
                history=history,
                cost=present.cost(code),
                refused_rows=sum(refusal.rows for refusal in refused),
                refused_files=len(refused),
                touches=touches_of(history.rule, figures, reach),
                rows=rows,
            )
        )
    return tuple(sorted(cases, key=lambda case: case.rank))


def dearest(cases: tuple[RuleCase, ...], most: int = TOP_RULES) -> tuple[RuleCase, ...]:
    """The dearest rules, over several feeds."""
    return tuple(sorted(cases, key=lambda case: case.rank))[:most]


def touches_of(rule: Rule, figures: FeedFigures, reach: Reach) -> tuple[Touch, ...]:
    """Marts a rule moves: all that draw on the feed if it keeps rows out, those that use its columns if it only warns.

    A warning about a file (an unknown column, a date) moves no figure.
    """
    contract = figures.contract
    if rule.severity is not Severity.WARNING:
        return reach.touched(contract.key)
    match rule:
        case ColumnRule():
            return reach.touched(contract.key, {rule.column})
        case RowRule():
            return reach.touched(contract.key, set(rule.columns))
        case DeliveryRule(kind=DeliveryRuleKind.DUPLICATE_KEY):
            return reach.touched(contract.key)
        case _:
            return ()
