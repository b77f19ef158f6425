"""What one agency's page says, before it is laid out.

Belongs here: states, sentences, chart images and table lines of an agency and its feeds. Does not belong here: figures
(`figures`, `present`, `impact`), layout (templates).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.contracts import Rule
from orchestration.contracts.agencies import agency_title
from orchestration.reports.kit.charts import as_data_uri
from orchestration.reports.kit.words import counted, day, percent
from orchestration.reports.owner.case_views import CaseView, case_view
from orchestration.reports.owner.charts import rows_svg, trend_svg
from orchestration.reports.owner.contradictions import Contradiction
from orchestration.reports.owner.figures import FeedFigures, RowCounts, Tally
from orchestration.reports.owner.impact import RuleCase, dearest
from orchestration.reports.owner.present import PresentState, RuleCost


@dataclass(frozen=True)
class State:
    """How a feed or an agency stands: `good`, `care` or `bad`, and the same in words."""

    mark: str
    words: str


@dataclass(frozen=True)
class DimensionLine:
    """One dimension of the newest delivery."""

    name: str
    passed: str
    counts: str
    change: str


@dataclass(frozen=True)
class TrendLine:
    """One delivery in the table behind the charts."""

    date: date
    rows: RowCounts
    cells: tuple[str, ...]


@dataclass(frozen=True)
class FeedView:
    """One feed's part of the page."""

    figures: FeedFigures
    present: PresentState
    cost: RuleCost
    anchor: str
    state: State
    freshness: str
    withheld_sentence: str
    newest_judged: date | None
    dimension_names: tuple[str, ...]
    dimension_lines: tuple[DimensionLine, ...]
    trend_lines: tuple[TrendLine, ...]
    trend_image: str
    trend_alt: str
    trend_size: tuple[int, int]
    rows_image: str
    rows_alt: str
    rows_size: tuple[int, int]
    cases: tuple[CaseView, ...]


@dataclass(frozen=True)
class RefusalView:
    """One refused file."""

    feed: str
    file_name: str
    extract_date: date | None
    rows: int
    reasons: str
    rules: tuple[Rule, ...]
    mended_by: str | None


@dataclass(frozen=True)
class AgencyView:
    """One agency's page. `fault` says why there is none, if it could not be made."""

    agency: str
    name: str
    fault: str | None = None
    state: State = State("good", "")
    summary: str = ""
    owners: tuple[str, ...] = ()
    feeds: tuple[FeedView, ...] = ()
    cases: tuple[CaseView, ...] = ()
    top: tuple[CaseView, ...] = ()
    refusals: tuple[RefusalView, ...] = ()
    refusal_sentence: str = ""
    withheld: int = 0
    standing_refusals: int = 0
    rows: int = 0
    marts: tuple[tuple[str, str], ...] = ()
    contradictions: tuple[Contradiction, ...] | None = None


FeedParts = tuple[FeedFigures, PresentState, tuple[RuleCase, ...]]


def agency_view(agency: str, parts: Sequence[FeedParts], contradicted: tuple[Contradiction, ...] | None) -> AgencyView:
    """The page of an agency.

    Args:
        agency: its short name.
        parts: figures, present state and failing rules of each feed, in the contracts' order.
        contradicted: where its records disagree with others'; None if nobody compared them.
    """
    feeds = tuple(_feed_view(*part) for part in parts)
    records = {figures.contract.key: present.records for figures, present, _ in parts}
    every = dearest(tuple(case for _, _, cases in parts for case in cases), most=10_000)
    top = tuple(case_view(case, records[case.figures.contract.key]) for case in dearest(every))
    shown = {case.rule.code: case for case in top}
    refusals = tuple(
        RefusalView(
            feed=figures.contract.title,
            file_name=refusal.file_name,
            extract_date=refusal.extract_date,
            rows=refusal.rows,
            reasons=refusal.reasons[:1].upper() + refusal.reasons[1:],
            rules=tuple(rule for rule in figures.contract.all_rules if rule.code in refusal.codes),
            mended_by=refusal.mended_by,
        )
        for figures, _, _ in parts
        for refusal in figures.refusals
    )
    standing = sum(refusal.mended_by is None for refusal in refusals)
    withheld = sum(feed.cost.withheld + feed.cost.outdated for feed in feeds)
    order = ("bad", "care", "good")
    return AgencyView(
        agency=agency,
        name=agency_title(agency),
        state=min((feed.state for feed in feeds), key=lambda state: order.index(state.mark)),
        summary=_summary(feeds, withheld, standing),
        owners=tuple(dict.fromkeys(figures.contract.owner.name for figures, _, _ in parts)),
        feeds=feeds,
        cases=tuple(shown.get(case.rule.code) or case_view(case, records[case.figures.contract.key]) for case in every),
        top=top,
        refusals=tuple(sorted(refusals, key=lambda item: (item.mended_by is not None, -_ordinal(item.extract_date)))),
        refusal_sentence=_refusal_sentence(len(refusals), standing),
        withheld=withheld,
        standing_refusals=standing,
        rows=sum(len(present.rows) for _, present, _ in parts),
        marts=tuple(sorted({(touch.mart.name, touch.mart.purpose) for case in top for touch in case.touches})),
        contradictions=contradicted,
    )


def feed_state(figures: FeedFigures, cost: RuleCost, cases: Sequence[RuleCase]) -> State:
    """How a feed stands: the worst that is true of it."""
    newest = figures.newest_rows
    standing = [item for item in figures.refusals if item.mended_by is None]
    findings = (
        (not figures.deliveries, State("bad", "Nothing delivered yet")),
        (figures.newest_used is None, State("bad", "No file was ever accepted")),
        (any(item.extract_date == figures.newest_received for item in standing), State("bad", "Newest file refused")),
        (bool(figures.days_late), State("bad", f"Late by {counted(figures.days_late or 0, 'day')}")),
        (
            newest.quarantined > figures.contract.quarantine_soft_share * newest.received,
            State("bad", "More rows withheld than agreed"),
        ),
        (bool(standing), State("care", "An earlier file is still missing")),
        (cost.withheld + cost.outdated > 0, State("care", "Some records withheld")),
        (any(case.is_above_limit for case in cases), State("care", "More faults than agreed")),
        (cost.kept > 0, State("good", "Within the agreed limits")),
    )
    return next((state for holds, state in findings if holds), State("good", "Nothing to mend"))


def _feed_view(figures: FeedFigures, present: PresentState, cases: tuple[RuleCase, ...]) -> FeedView:
    cost = present.cost()
    trend_image = trend_svg(figures.trend) if figures.trend else ""
    rows_image = rows_svg(figures.row_trend) if figures.row_trend else ""
    names = tuple(dict.fromkeys(name for tallies in figures.trend.values() for name in tallies))
    return FeedView(
        figures=figures,
        present=present,
        cost=cost,
        anchor=figures.contract.feed,
        state=feed_state(figures, cost, cases),
        freshness=_freshness(figures),
        withheld_sentence=_withheld_sentence(present, cost),
        newest_judged=max(figures.trend, default=None),
        dimension_names=names,
        dimension_lines=_dimension_lines(figures),
        trend_lines=tuple(
            TrendLine(
                moment,
                figures.row_trend[moment],
                tuple(_rate(figures.trend.get(moment, {}).get(name)) for name in names),
            )
            for moment in sorted(figures.row_trend, reverse=True)
        ),
        trend_image=as_data_uri(trend_image),
        trend_alt=_trend_alt(figures.trend, names),
        trend_size=_size(trend_image),
        rows_image=as_data_uri(rows_image),
        rows_alt=_rows_alt(figures.row_trend),
        rows_size=_size(rows_image),
        cases=tuple(case_view(case, present.records) for case in cases),
    )


def _summary(feeds: Sequence[FeedView], withheld: int, standing: int) -> str:
    late = sum(bool(feed.figures.days_late) for feed in feeds)
    outdated = sum(feed.cost.outdated for feed in feeds)
    missing = withheld - outdated
    sentences = []
    if missing:
        verb = "is" if missing == 1 else "are"
        sentences.append(f"{counted(missing, 'record')} {verb} missing from the published answers because of faults.")
    if outdated:
        sentences.append(f"{counted(outdated, 'record is', 'records are')} used in an older version.")
    if standing:
        sentences.append(f"{counted(standing, 'refused file has', 'refused files have')} not been replaced.")
    if late:
        sentences.append(f"{counted(late, 'feed is', 'feeds are')} late.")
    return " ".join(sentences) or "Nothing is withheld, refused or late."


def _refusal_sentence(refused: int, standing: int) -> str:
    if not standing:
        return f"{counted(refused, 'file was', 'files were')} refused; all have been replaced. Nothing to do."
    need = "needs" if standing == 1 else "need"
    return f"{counted(refused, 'file was', 'files were')} refused; {standing:,} of them still {need} to be sent again."


def _freshness(figures: FeedFigures) -> str:
    if figures.newest_used is None:
        return "There is nothing to publish from this feed."
    text = f"Newest extract used: {day(figures.newest_used)}"
    if figures.days_late:
        return f"{text}; the next one was due {counted(figures.days_late, 'day')} before the day the data are as of."
    return f"{text}; the next one is not yet due."


def _withheld_sentence(present: PresentState, cost: RuleCost) -> str:
    text = f"The warehouse holds {counted(present.records, 'record')} of this feed now."
    if cost.withheld:
        share = percent(cost.withheld, cost.withheld + present.records)
        text += f" {counted(cost.withheld, 'record is', 'records are')} withheld ({share} of what should be there)."
    if cost.outdated:
        text += f" {counted(cost.outdated, 'record is', 'records are')} used in an older version."
    if cost.kept:
        share = percent(cost.kept, present.records)
        text += f" {counted(cost.kept, 'record is', 'records are')} kept with a fault ({share})."
    return text


def _dimension_lines(figures: FeedFigures) -> tuple[DimensionLine, ...]:
    moments = sorted(figures.trend)
    before = figures.trend[moments[-2]] if len(moments) > 1 else {}
    return tuple(
        DimensionLine(name, _rate(tally), f"{tally.failed:,} of {tally.checked:,}", _change(before.get(name), tally))
        for name, tally in figures.dimensions.items()
    )


def _change(before: Tally | None, now: Tally) -> str:
    if before is None:
        return "First time"
    points = 100 * (now.passed / now.checked - before.passed / before.checked)
    if abs(points) < 0.05:
        return "About the same"
    return f"{'Up' if points > 0 else 'Down'} {abs(points):.1f} points"


def _rate(tally: Tally | None) -> str:
    return percent(tally.passed, tally.checked) if tally else ""


def _trend_alt(trend: Mapping[date, Mapping[str, Tally]], names: Sequence[str]) -> str:
    parts = []
    for name in names:
        seen = [(moment, tallies[name]) for moment, tallies in trend.items() if name in tallies]
        moment, lowest = min(seen, key=lambda item: (item[1].passed / item[1].checked, item[0]))
        text = f"{name} {_rate(seen[-1][1])} in the newest"
        parts.append(
            f"{text}, lowest {_rate(lowest)} on {day(moment)}" if lowest.failed else f"{text} and in all before"
        )
    times = counted(len(trend), "delivery", "deliveries")
    return f"Line charts of the share of checks passed at {times}: {'; '.join(parts)}."


def _rows_alt(row_trend: Mapping[date, RowCounts]) -> str:
    received = [rows.received for rows in row_trend.values()]
    if not received:
        return ""
    refused = sum(rows.rejected > 0 for rows in row_trend.values())
    return (
        f"Bar chart of rows received at {counted(len(received), 'delivery', 'deliveries')}, from {min(received):,} to "
        f"{max(received):,} rows, {received[-1]:,} at the newest; "
        f"{counted(refused, 'date has', 'dates have')} refused rows."
    )


def _size(svg: str) -> tuple[int, int]:
    found = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    return (round(float(found.group(1))), round(float(found.group(2)))) if found else (0, 0)


def _ordinal(moment: date | None) -> int:
    return moment.toordinal() if moment else 0
