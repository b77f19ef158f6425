"""A failing rule in sentences.

Belongs here: what is said of one `RuleCase` on the page. Does not belong here: its figures (`impact`), the
layout of the page (templates).
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.contracts import DeliveryRule, DeliveryRuleKind, Rule, Severity
from orchestration.lineage.reach import Touch
from orchestration.quality.verdicts import dimension_name
from orchestration.reports.kit.words import counted, day, listed, percent, share
from orchestration.reports.owner.figures import FeedFigures, RuleHistory, Tally
from orchestration.reports.owner.impact import RuleCase
from orchestration.reports.owner.present import FaultyRow, RuleCost, Standing

_ROWS_SHOWN = 20
_COLUMNS_NAMED = 5


@dataclass(frozen=True)
class Move:
    """One line of what a rule moves."""

    name: str
    what: str
    at_most: str


@dataclass(frozen=True)
class CaseView:
    """One rule as the page shows it: the case's own facts, and what is said of them."""

    figures: FeedFigures
    rule: Rule
    history: RuleHistory
    cost: RuleCost
    dimension: str
    rows: tuple[FaultyRow, ...]
    shown_rows: tuple[FaultyRow, ...]
    touches: tuple[Touch, ...]
    cost_sentence: str
    newest_sentence: str
    total_sentence: str
    since_sentence: str
    moves_sentence: str
    moves_nothing: str
    moves: tuple[Move, ...]
    withheld_cell: str
    since_cell: str


def case_view(case: RuleCase, records: int) -> CaseView:
    """What is said of one rule.

    Args:
        case: the rule.
        records: records its feed gives now.
    """
    newest_first = sorted(case.rows, key=lambda row: (row.standing is Standing.KEPT, _age(row)))
    return CaseView(
        figures=case.figures,
        rule=case.rule,
        history=case.history,
        cost=case.cost,
        dimension=dimension_name(case.rule),
        rows=case.rows,
        shown_rows=tuple(newest_first[:_ROWS_SHOWN]),
        touches=case.touches,
        cost_sentence=cost_sentence(case, records),
        newest_sentence=_newest_sentence(case),
        total_sentence=f"{_tally(case.rule, case.history.total)}.",
        since_sentence=_since_sentence(case),
        moves_sentence=_moves_sentence(case, records),
        moves_nothing=_moves_nothing(case),
        moves=tuple(_move(case, touch, records) for touch in case.touches),
        withheld_cell=_withheld_cell(case),
        since_cell=day(case.history.failing_since) if case.history.failing_since else "Not in the newest delivery",
    )


def cost_sentence(case: RuleCase, records: int) -> str:
    """What the rule costs now, in one sentence."""
    cost = case.cost
    parts = []
    if case.refused_files:
        parts.append(
            f"{counted(case.refused_files, 'refused file')} with {counted(case.refused_rows, 'row')} not yet replaced"
        )
    if cost.withheld:
        parts.append(f"{counted(cost.withheld, 'record')} withheld ({percent(cost.withheld, cost.withheld + records)})")
    if cost.outdated:
        parts.append(f"{counted(cost.outdated, 'record')} used in an older version")
    if cost.kept:
        parts.append(f"{counted(cost.kept, 'record')} kept with this fault ({percent(cost.kept, records)})")
    if not parts:
        return "No record is affected now, but the newest delivery breaks the rule."
    return f"{parts[0]}{''.join(f'; {part}' for part in parts[1:])}."


def _withheld_cell(case: RuleCase) -> str:
    records = f"{case.cost.withheld + case.cost.outdated:,}"
    if not case.refused_files:
        return records
    refused = f"{counted(case.refused_rows, 'row')} of {counted(case.refused_files, 'refused file')}"
    return refused if records == "0" else f"{records}, and {refused}"


def _newest_sentence(case: RuleCase) -> str:
    newest = case.history.newest
    text = f"{day(case.history.newest_date)}: {_tally(case.rule, newest)}"
    if not _is_about_rows(case.rule):
        found = f" Found: {'; '.join(case.history.newest_found)}." if case.history.newest_found else ""
        return f"{text}.{found}"
    over = " That is above it." if case.is_above_limit and newest.failed and case.rule.soft_share else ""
    return f"{text}. Agreed limit: {share(case.rule.soft_share)}.{over}"


def _since_sentence(case: RuleCase) -> str:
    history = case.history
    if history.failing_since is None:
        if history.last_failed is None:
            return "Not known: the file's name holds no date."
        return f"The newest delivery holds; last broken on {day(history.last_failed)}."
    if history.failing_since == history.newest_date:
        return f"{day(history.failing_since)}, the newest delivery; the one before held."
    return f"{day(history.failing_since)}; in every delivery from then on."


def _tally(rule: Rule, tally: Tally) -> str:
    unit = "row" if _is_about_rows(rule) else "check"
    of = "of the file " if unit == "check" else ""
    return f"{tally.failed:,} of {counted(tally.checked, unit)} {of}failed ({percent(tally.failed, tally.checked)})"


def _is_about_rows(rule: Rule) -> bool:
    return not isinstance(rule, DeliveryRule) or rule.kind is DeliveryRuleKind.DUPLICATE_KEY


def _moves_sentence(case: RuleCase, records: int) -> str:
    of = f"of the {counted(records, 'record')} this feed gives now"
    cost = case.cost
    if case.rule.severity is Severity.WARNING:
        return (
            f"{cost.kept:,} {of} carry the fault into these tables, counted as sent or as unknown. No figure can "
            "change by more than that when they are mended."
        )
    sentence = f"Without the fault these tables would rest on at most {counted(cost.withheld, 'record')} more"
    if cost.outdated:
        sentence += f", and {cost.outdated:,} in a newer version"
    if case.refused_rows:
        sentence += f", and on the {counted(case.refused_rows, 'row')} of refused files"
    return f"{sentence}, beside the {counted(records, 'record')} this feed gives now. No count can change by more."


def _moves_nothing(case: RuleCase) -> str:
    if case.rule.severity is not Severity.WARNING:
        return "No published table draws on this feed today."
    if not _is_about_rows(case.rule):
        return "The rule is about the file as a whole; it changes no published figure."
    return "No published figure is computed from this column today."


def _move(case: RuleCase, touch: Touch, records: int) -> Move:
    cost = case.cost
    affected = cost.kept if case.rule.severity is Severity.WARNING else cost.withheld + cost.outdated
    at_most = f"{counted(affected, 'record')} ({percent(affected, records)})"
    if case.refused_rows:
        at_most = f"{counted(case.refused_rows, 'row')} of refused files" + (f", {at_most}" if affected else "")
    return Move(touch.mart.name, _what(case, touch), at_most)


def _what(case: RuleCase, touch: Touch) -> str:
    if not touch.is_exact:
        return "Known only for the table as a whole: it reads this feed, column by column could not be told"
    if touch.through_linkage_only:
        return "Only by way of which records are taken to be the same person"
    every = len(touch.mart.columns)
    reached = len(touch.columns)
    if case.rule.severity is not Severity.WARNING:
        text = "Which records are counted" if touch.bears_on_rows else "Values"
        return f"{text}; {reached} of its {every} columns"
    parts = []
    if touch.bears_on_rows:
        parts.append("which records are counted, or in which group")
    if reached:
        parts.append(f"{reached} of its {every} columns: {listed(touch.columns, _COLUMNS_NAMED)}")
    text = "; ".join(parts)
    if touch.linked_columns:
        text += f"; and {len(touch.linked_columns)} more by way of which records are taken to be the same person"
    return text[:1].upper() + text[1:]


def _age(row: FaultyRow) -> tuple[int, str, int]:
    return -(row.extract_date.toordinal() if row.extract_date else 0), row.file_name, row.row_number
