"""The figures of the owner's report that follow from the gate's files alone.

Belongs here: counts of rows, pass rates by dimension and date, refused deliveries and whether they were mended, how
each rule fares and since when. Pure functions. Does not belong here: which rows are withheld now (`present`), what that
moves (`impact`), words and pages (`kit.words`, `pages`).

Deliveries of one extract date are taken together: a force sends one file for each month, and a day's second file
completes the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from orchestration.contracts import FeedContract, Rule
from orchestration.quality.gate_files import GateTables
from orchestration.quality.refusals import refusals as judged_refusals
from orchestration.quality.standing import judged_delivery
from orchestration.quality.verdicts import Verdict, dimension_name
from orchestration.reports.kit.words import DIMENSIONS

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Tally:
    """How many were checked, and how many of them failed."""

    checked: int = 0
    failed: int = 0

    def plus(self, checked: int, failed: int) -> Tally:
        """With so many more."""
        return Tally(self.checked + checked, self.failed + failed)

    @property
    def passed(self) -> int:
        """Checked and good."""
        return self.checked - self.failed


@dataclass(frozen=True)
class RowCounts:
    """Rows of some deliveries: received = accepted + quarantined + rejected."""

    received: int = 0
    quarantined: int = 0
    rejected: int = 0

    @property
    def accepted(self) -> int:
        """Rows that went on."""
        return self.received - self.quarantined - self.rejected


@dataclass(frozen=True)
class RuleHistory:
    """How one rule fared over all deliveries of its feed.

    Attributes:
        total: over all deliveries.
        newest: over the deliveries of the newest date on which there was anything to check.
        newest_date: that date.
        failing_since: first date of the unbroken run of dates with failures that ends at `newest_date`; None if the
            rule held there. A date with nothing to check neither breaks nor begins a run.
        last_failed: newest date with a failure.
        newest_found: what exactly was found on `newest_date`, of rules about a delivery as a whole.
    """

    rule: Rule
    total: Tally
    newest: Tally
    newest_date: date | None
    failing_since: date | None
    last_failed: date | None
    newest_found: tuple[str, ...] = ()


@dataclass(frozen=True)
class Excepted:
    """A delivery out of the usual that the contract expected: what was found, and the exception that lifted it."""

    rule: Rule
    file_name: str
    extract_date: date | None
    found: str


@dataclass(frozen=True)
class Refusal:
    """A delivery refused as a whole.

    Attributes:
        codes: rules that refused it.
        mended_by: name of the accepted file that stands in its place, or None while nothing does.
    """

    file_name: str
    extract_date: date | None
    rows: int
    codes: tuple[str, ...]
    reasons: str
    mended_by: str | None


@dataclass(frozen=True)
class FeedFigures:
    """What the gate's files say about one feed.

    Attributes:
        deliveries: all of them, of which `refused` as a whole.
        rows: over all deliveries; a feed that sends its whole table each time is counted each time.
        newest_rows: of the newest delivery (all files of its date).
        newest_received: newest extract date received, refused deliveries included.
        newest_used: newest extract date accepted; None if nothing ever was.
        days_late: days by which the next delivery is overdue on the day data are as of; 0 while the feed is fresh,
            None if nothing was ever accepted.
        dimensions: newest figures by dimension, those the feed has rules for.
        trend: by extract date, oldest first, checks by dimension.
        row_trend: by extract date, oldest first.
        refusals: newest first.
        excepted: what dated exceptions of the contract let pass, newest first.
        rules: every rule that was ever checked, in the contract's order.
    """

    contract: FeedContract
    deliveries: int
    refused: int
    rows: RowCounts
    newest_rows: RowCounts
    newest_received: date | None
    newest_used: date | None
    days_late: int | None
    dimensions: Mapping[str, Tally]
    trend: Mapping[date, Mapping[str, Tally]]
    row_trend: Mapping[date, RowCounts]
    refusals: tuple[Refusal, ...]
    excepted: tuple[Excepted, ...]
    rules: tuple[RuleHistory, ...]

    def history(self, code: str) -> RuleHistory | None:
        """How the rule of this code fared, or None if it was never checked."""
        return next((item for item in self.rules if item.rule.code == code), None)


def feed_figures(contract: FeedContract, gate: GateTables, data_as_of: date | None) -> FeedFigures:
    """The figures of one feed.

    Args:
        contract: the feed; its rules say what is measured.
        gate: the feed's gate files.
        data_as_of: newest extract date any agency's data were used of; freshness is measured against it.
    """
    deliveries = gate.deliveries.to_pylist()
    dates = {row["delivery_id"]: row["extract_date"] for row in deliveries}
    results = gate.rule_results.to_pylist()
    by_rule = _tallies(results, dates)
    found = _found(results, dates)
    accepted = [row for row in deliveries if row["verdict"] != Verdict.REJECTED]
    newest_used = max((row["extract_date"] for row in accepted), default=None)
    newest_received = max((moment for moment in dates.values() if moment), default=None)
    trend = _trend(contract, by_rule)
    newest = max(trend, default=None)
    row_trend = {
        moment: _row_counts(row for row in deliveries if row["extract_date"] == moment)
        for moment in sorted({moment for moment in dates.values() if moment})
    }
    return FeedFigures(
        contract=contract,
        deliveries=len(deliveries),
        refused=len(deliveries) - len(accepted),
        rows=_row_counts(deliveries),
        newest_rows=row_trend[newest_received] if newest_received else RowCounts(),
        newest_received=newest_received,
        newest_used=newest_used,
        days_late=_days_late(contract, newest_used, data_as_of),
        dimensions=trend[newest] if newest else {},
        trend=trend,
        row_trend=row_trend,
        refusals=refusals(contract, deliveries),
        excepted=_excepted(contract, results, deliveries),
        rules=tuple(
            rule_history(rule, by_rule[rule.code], found.get(rule.code, {}))
            for rule in contract.all_rules
            if rule.code in by_rule
        ),
    )


def rule_history(
    rule: Rule, tallies: Mapping[date | None, Tally], found: Mapping[date | None, tuple[str, ...]] | None = None
) -> RuleHistory:
    """How a rule fared, from its tallies and what it found by extract date (None: the file's name held no date)."""
    total = Tally(sum(item.checked for item in tallies.values()), sum(item.failed for item in tallies.values()))
    dated = sorted((moment, item) for moment, item in tallies.items() if moment is not None and item.checked)
    newest_date, newest = dated[-1] if dated else (None, Tally())
    since: date | None = None
    for moment, item in reversed(dated):
        if not item.failed:
            break
        since = moment
    failed = [moment for moment, item in dated if item.failed]
    words = (found or {}).get(newest_date, ())
    return RuleHistory(rule, total, newest, newest_date, since, failed[-1] if failed else None, words)


def refusals(contract: FeedContract, deliveries: Sequence[Record]) -> tuple[Refusal, ...]:
    """Deliveries refused as a whole, newest first, with the file that made each good (`quality.refusals`)."""
    rows = {row["delivery_id"]: row["rows_received"] for row in deliveries}
    found = [
        Refusal(
            file_name=item.delivery.file_name,
            extract_date=item.delivery.extract_date,
            rows=rows[item.delivery.delivery_id],
            codes=item.delivery.reason_codes,
            reasons=item.delivery.reasons,
            mended_by=item.corrected_by.file_name if item.corrected_by else None,
        )
        for item in judged_refusals(contract, map(judged_delivery, deliveries))
    ]
    return tuple(sorted(found, key=lambda item: (item.extract_date or date.max, item.file_name), reverse=True))


def _tallies(results: Iterable[Record], dates: Mapping[str, date | None]) -> dict[str, dict[date | None, Tally]]:
    """Checked and failed by rule and extract date."""
    found: dict[str, dict[date | None, Tally]] = defaultdict(dict)
    for row in results:
        moment = dates.get(row["delivery_id"])
        earlier = found[row["rule_code"]].get(moment, Tally())
        found[row["rule_code"]][moment] = earlier.plus(row["checked"], row["failed"])
    return found


def _found(
    results: Iterable[Record], dates: Mapping[str, date | None]
) -> dict[str, dict[date | None, tuple[str, ...]]]:
    """What rules about a delivery found where they failed, by rule and extract date."""
    found: dict[str, dict[date | None, tuple[str, ...]]] = defaultdict(dict)
    for row in results:
        if row["failed"] and row["detail"]:
            moment = dates.get(row["delivery_id"])
            found[row["rule_code"]][moment] = (*found[row["rule_code"]].get(moment, ()), row["detail"])
    return found


def _excepted(contract: FeedContract, results: Iterable[Record], deliveries: Iterable[Record]) -> tuple[Excepted, ...]:
    """Rules that found something and yet count as kept: an exception of the contract covers the day."""
    by_id = {row["delivery_id"]: row for row in deliveries}
    found = [
        Excepted(
            rule=contract.rule(row["rule_code"]),
            file_name=by_id[row["delivery_id"]]["file_name"],
            extract_date=by_id[row["delivery_id"]]["extract_date"],
            found=row["detail"],
        )
        for row in results
        if row["detail"] and row["checked"] and not row["failed"]
    ]
    return tuple(sorted(found, key=lambda item: (item.extract_date or date.max, item.file_name), reverse=True))


def _trend(contract: FeedContract, by_rule: Mapping[str, Mapping[date | None, Tally]]) -> dict[date, dict[str, Tally]]:
    found: dict[date, dict[str, Tally]] = defaultdict(dict)
    for rule in contract.all_rules:
        dimension = dimension_name(rule)
        for moment, item in by_rule.get(rule.code, {}).items():
            if moment is not None and item.checked:
                found[moment][dimension] = found[moment].get(dimension, Tally()).plus(item.checked, item.failed)
    return {
        moment: {name: found[moment][name] for name in DIMENSIONS if name in found[moment]} for moment in sorted(found)
    }


def _row_counts(deliveries: Iterable[Record]) -> RowCounts:
    received = quarantined = rejected = 0
    for row in deliveries:
        received += row["rows_received"]
        quarantined += row["rows_quarantined"]
        rejected += row["rows_received"] if row["verdict"] == Verdict.REJECTED else 0
    return RowCounts(received, quarantined, rejected)


def _days_late(contract: FeedContract, newest: date | None, data_as_of: date | None) -> int | None:
    if newest is None or data_as_of is None:
        return None
    due = newest + timedelta(days=contract.service_level.fresh_for_days)
    return max(0, (data_as_of - due).days)
