"""A delivery held against the feed's own recent ones: how many rows, and how they fall to its codes.

Belongs here: which deliveries make up the run, the bounds of chance, and dated exceptions; pure functions. Does not
belong here: the bounds a contract sets (`contracts.earlier_deliveries`), counting (`categories`).

The results follow from the set of deliveries alone, never from the order in which they came or from what was said of
them before: they are worked out for all deliveries in every run and kept nowhere. Published tables are then the same
whether deliveries come one by one or all at once.

Two conditions must both hold before anything is said: the difference matters (a multiple of the median, a share in
points), and chance does not explain it. Chance is judged as for independent events (Poisson, by Chernoff's bound on its
tail): three rows against a median of five say nothing, whatever the multiple.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import log
from statistics import median

from orchestration.contracts import DeliveryRuleKind, FeedContract, FeedMode
from orchestration.quality.categories import BLANK, NOT_LISTED
from orchestration.quality.verdicts import Delivery, RuleCount

RUN_LENGTH = 12
"""Extract dates a delivery is held against: a year of a monthly feed, so that every season is in it."""

MIN_RUN_LENGTH = 3

CHANCE = 1e-6
"""Probability below which chance is no explanation. A national warehouse makes some 10,000 of these comparisons a
month: one false alarm in eight years, were events independent."""

MIN_EXPECTED = 20
"""Rows of a code expected before its absence counts. Rows come in twos and more (the offences of one case), so that 20
rows are some 10 events: by chance there is none of them in one of 22,000 deliveries."""

SHARE_TOLERANCE = 0.1
"""How far a share may leave what the run has shown, in parts of all rows."""

_MAX_SHOWN = 5

Results = dict[str, dict[str, RuleCount]]
"""How rules fared, by delivery and rule code."""


@dataclass
class _Sending:
    """What an agency sent under one extract date.

    Increments may come in parts, so that the files of a day are one sending. Of a snapshot the last file of a day
    counts: it replaces the others.
    """

    day: date
    deliveries: list[Delivery] = field(default_factory=list)

    def members(self, mode: FeedMode) -> list[Delivery]:
        return self.deliveries if mode is FeedMode.INCREMENT else self.deliveries[-1:]

    def rows(self, mode: FeedMode) -> int:
        return sum(item.decisive.rows_received for item in self.members(mode))


def row_count_results(contract: FeedContract, deliveries: Iterable[Delivery]) -> Results:
    """How the rules about the number of rows fared, of every delivery that could be read.

    Held against the median of up to 12 earlier extract dates (of the same force, where files are by force), if there
    are 3 or more; else nothing is checked.
    """
    found: Results = {}
    for run in _runs(contract, deliveries):
        for place, sending in enumerate(run):
            sizes = [item.rows(contract.mode) for item in run[max(place - RUN_LENGTH, 0) : place]]
            for delivery in sending.deliveries:
                found[delivery.delivery_id] = _row_count(contract, delivery, sending, sizes)
    return found


def category_results(
    contract: FeedContract, deliveries: Iterable[Delivery], counts: Mapping[str, Mapping[str, Mapping[str, int]]]
) -> Results:
    """How the rules about codes fared, of every delivery whose rows were judged and not refused for themselves.

    A code has vanished if it is in no row though 20 or more were expected, by the smaller of its median and its pooled
    share over the run. A share is far off if it is 10 points or more outside everything the run has shown, and chance
    does not explain it.

    Args:
        contract: the feed.
        deliveries: of the feed, those whose counts are good to compare with.
        counts: rows by delivery, column and value.
    """
    columns = [column.name for column in contract.columns if column.has_categories]
    found: Results = {}
    for run in _runs(contract, deliveries):
        pooled = [_pooled(sending.members(contract.mode), counts, columns) for sending in run]
        for place, sending in enumerate(run):
            earlier = pooled[max(place - RUN_LENGTH, 0) : place]
            for delivery in sending.deliveries:
                own = pooled[place]
                if contract.mode is not FeedMode.INCREMENT:
                    own = _pooled([delivery], counts, columns)
                found[delivery.delivery_id] = _categories(contract, delivery, own, earlier)
    return found


def is_beyond_chance(found: float, expected: float) -> bool:
    """Whether a count so far from the expected one is less likely than `CHANCE`, were events independent.

    By Chernoff's bound, which is never below the true probability: a Poisson variable of mean m is at k or beyond with
    a probability of at most exp(k - m - k ln(k / m)).
    """
    mean = max(expected, 1.0) if found > expected else expected
    if mean <= 0 or (found - expected) * (found - mean) <= 0:
        return False
    return mean - found + (found * log(found / mean) if found else 0.0) >= -log(CHANCE)


def _runs(contract: FeedContract, deliveries: Iterable[Delivery]) -> list[list[_Sending]]:
    """Sendings oldest first, apart for each force where files are by force; refused files are in none."""
    runs: dict[str, dict[date, _Sending]] = {}
    readable = [item for item in deliveries if item.extract_date is not None and not item.is_refused]
    for item in sorted(readable, key=lambda item: (item.extract_date, item.first.file_sequence or 0, item.delivery_id)):
        assert item.extract_date is not None
        force = item.first.force_slug or "" if contract.mode is FeedMode.SNAPSHOT_PER_PARTITION else ""
        day = runs.setdefault(force, {}).setdefault(item.extract_date, _Sending(item.extract_date))
        day.deliveries.append(item)
    return [list(run.values()) for run in runs.values()]


def _row_count(
    contract: FeedContract, delivery: Delivery, sending: _Sending, sizes: Sequence[int]
) -> dict[str, RuleCount]:
    rules = _codes_of(contract, (DeliveryRuleKind.ROW_COUNT, DeliveryRuleKind.ROW_COUNT_LIMIT))
    if len(sizes) < MIN_RUN_LENGTH:
        return dict.fromkeys(rules.values(), RuleCount(0, 0))
    usual = median(sizes)
    own = delivery.decisive.rows_received
    together = sending.rows(contract.mode) if contract.mode is FeedMode.INCREMENT else own
    bounds = contract.row_count_bounds

    def is_outside(low: float | None, high: float | None) -> bool:
        is_low = low is not None and together < low * usual and is_beyond_chance(together, usual)
        is_high = high is not None and own > high * usual and is_beyond_chance(own, usual)
        return is_low or is_high

    parts = f" ({together:,} in all files of the day)" if together != own else ""
    text = f"{own:,} rows{parts}; the median of the {len(sizes)} extracts before it is {usual:,g}"
    outside = {
        DeliveryRuleKind.ROW_COUNT: is_outside(bounds.soft_low, bounds.soft_high),
        DeliveryRuleKind.ROW_COUNT_LIMIT: is_outside(bounds.hard_low, bounds.hard_high),
    }
    return {code: _result(contract, delivery, kind, text if outside[kind] else None) for kind, code in rules.items()}


_Counts = dict[str, Counter[str]]


def _pooled(
    deliveries: Iterable[Delivery], counts: Mapping[str, Mapping[str, Mapping[str, int]]], columns: Sequence[str]
) -> _Counts:
    pooled: _Counts = {name: Counter() for name in columns}
    for item in deliveries:
        for name, rows in counts.get(item.delivery_id, {}).items():
            if name in pooled:
                pooled[name].update(rows)
    return pooled


def _categories(
    contract: FeedContract, delivery: Delivery, own: _Counts, earlier: Sequence[_Counts]
) -> dict[str, RuleCount]:
    rules = _codes_of(contract, (DeliveryRuleKind.CATEGORY_GONE, DeliveryRuleKind.CATEGORY_SHARE))
    if len(earlier) < MIN_RUN_LENGTH:
        return dict.fromkeys(rules.values(), RuleCount(0, 0))
    words: dict[DeliveryRuleKind, list[str]] = {kind: [] for kind in rules}
    for name, rows in own.items():
        if rows.total() < MIN_EXPECTED:  # so few show nothing
            continue
        run = [counts[name] for counts in earlier]
        gone = _gone(name, rows, run)
        words[DeliveryRuleKind.CATEGORY_GONE] += gone.values()
        words[DeliveryRuleKind.CATEGORY_SHARE] += _far_off(name, rows, run, gone)
    return {code: _result(contract, delivery, kind, _listed(words[kind])) for kind, code in rules.items()}


def _gone(name: str, rows: Counter[str], run: Sequence[Counter[str]]) -> dict[str, str]:
    """What to say of codes of a column that are in no row. Blanks are no value: shares are of what is given."""
    given = rows.total() - rows[BLANK]
    totals = [counts.total() - counts[BLANK] for counts in run]
    filled = [(counts, total) for counts, total in zip(run, totals, strict=True) if total]
    if len(filled) < MIN_RUN_LENGTH:
        return {}
    codes = sorted({code for counts in run for code in counts} - {BLANK, NOT_LISTED} - {c for c in rows if rows[c]})
    found = {}
    for code in codes:
        shares = median(counts[code] / total for counts, total in filled)
        pooled = sum(counts[code] for counts in run) / sum(totals)
        expected = min(shares, pooled) * given
        if expected >= MIN_EXPECTED:
            found[code] = f"{name}: '{code}' in none of {given:,} rows, {expected:,.0f} expected"
    return found


def _far_off(name: str, rows: Counter[str], run: Sequence[Counter[str]], gone: Collection[str]) -> list[str]:
    """Codes, blanks and unlisted values of a column whose share has left the range of the run; those gone are told."""
    total = rows.total()
    filled = [(counts, counts.total()) for counts in run if counts.total()]
    if len(filled) < MIN_RUN_LENGTH:
        return []
    found = []
    for value in sorted({value for counts in (rows, *run) for value in counts} - set(gone)):
        shares = [counts[value] / all_rows for counts, all_rows in filled]
        share, low, high = rows[value] / total, min(shares), max(shares)
        nearest = min(max(share, low), high)
        if abs(share - nearest) >= SHARE_TOLERANCE and is_beyond_chance(rows[value], nearest * total):
            found.append(f"{name}: '{value}' {share:.0%} of {total:,} rows, before {low:.0%} to {high:.0%}")
    return found


def _codes_of(contract: FeedContract, kinds: Iterable[DeliveryRuleKind]) -> dict[DeliveryRuleKind, str]:
    found = {kind: contract.find_delivery_rule(kind) for kind in kinds}
    return {kind: rule.code for kind, rule in found.items() if rule is not None}


def _result(contract: FeedContract, delivery: Delivery, kind: DeliveryRuleKind, found: str | None) -> RuleCount:
    """The rule holds, is broken, or is broken and lifted by an exception of the contract, which is then shown."""
    if found is None:
        return RuleCount(1, 0)
    assert delivery.extract_date is not None
    for item in contract.excused_deliveries:
        if item.covers(kind, delivery.extract_date, delivery.first.force_slug):
            days = f"{item.first_day} to {item.last_day}"
            return RuleCount(1, 0, f"{found}; excepted for {days} by {item.who}: {item.reason}")
    return RuleCount(1, 1, found)


def _listed(words: list[str]) -> str | None:
    if not words:
        return None
    more = f"; and {len(words) - _MAX_SHOWN:,} more" if len(words) > _MAX_SHOWN else ""
    return "; ".join(words[:_MAX_SHOWN]) + more
