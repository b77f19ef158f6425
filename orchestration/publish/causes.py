"""Why a published figure may have changed between two builds, decided from what both builds recorded.

Belongs here: the closed list of causes, and which of them can have reached a mart. Pure functions over two builds. Does
not belong here: finding the figures that changed (`revisions`), recording a build (`evidence`).

A cause is named only on evidence, and only where it can have got through. From a mart the lineage of models is followed
upwards, and a table whose content is the same in both builds is a wall: nothing beyond it moved anything through it.
What is met on the way is all that can have done it: a model, a macro or a contract that differs, a code list that
differs, a delivery that is new, persons whose records moved. Of feeds, lists and persons only those count that the
column is computed from, where lineage was read column by column. Where several causes are left each is named. Two that
reach one column are not told apart further: that would need a build with one of them undone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from orchestration.publish.evidence import BuildEvidence, ColumnSources, NodeEvidence

_RAW = "raw_"
_MOST_NAMED = 6
_JUDGED_BY = ("contracts", "ingest", "quality")
"""Rooms a delivery goes through before dbt reads it."""


class Cause(StrEnum):
    """Why a cell changed, in the order in which causes are given.

    Attributes:
        LATE_DATA: a delivery new in this build tells of a period that was over when the earlier build was published,
            or was extracted on the day of that build's newest extract, or before.
        NEW_DATA: a delivery new in this build tells of a period that was not over yet. No figure was wrong.
        CORRECTION: a delivery was sent again, taken out, or rows of it were released or held back by a decision.
        RELINKAGE: records known to both builds belong to another person now.
        RULE_CHANGE: a model, a macro, a contract, the code of a stage or the software differs.
        CODE_LIST_CHANGE: a reference list differs.
        UNEXPLAINED: nothing recorded can have done it.
    """

    LATE_DATA = "late_data"
    NEW_DATA = "new_data"
    CORRECTION = "correction"
    RELINKAGE = "relinkage"
    RULE_CHANGE = "rule_change"
    CODE_LIST_CHANGE = "code_list_change"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Delivery:
    """One delivery as a build's ledger has it.

    Attributes:
        partition: force and month of a search file, which replaces earlier ones of the same; None for other feeds.
        is_counted: accepted.
        rows: that reached staging.
        corrected_by: of a refused delivery, the accepted one that made it good.
    """

    feed: str
    delivery_id: str
    extract_date: date | None
    partition: str | None
    is_counted: bool
    rows: int
    corrected_by: str | None = None


@dataclass(frozen=True)
class Build:
    """What is known of one published build.

    Attributes:
        evidence: None for a publication that has none.
        deliveries: its ledger.
        linkage_build: the linkage that made its persons, such as `7-3f2a91c05d7e`.
    """

    build_id: str
    data_as_of: date | None
    linkage_build: str | None
    linkage_model: str | None
    key_fingerprint: str
    evidence: BuildEvidence | None
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True)
class MovedPersons:
    """Changes of one kind in the history of person ids between the two builds."""

    change: str
    cause: str
    ids: int

    def text(self) -> str:
        """`3 person ids merged (override)`."""
        return f"{self.ids:,} person id{'s' if self.ids > 1 else ''} {self.change} ({self.cause})"


Reasons = Mapping[Cause, str]
"""What was found, in words, by cause; in the order of `Cause`."""


@dataclass(frozen=True)
class MartCauses:
    """What can have changed the cells of one mart, or of some of its columns.

    Attributes:
        closed: cells of a period that was over on the earlier build's date.
        open: all others.
    """

    closed: Reasons
    open: Reasons


def possible_causes(
    node: str,
    before: Build,
    after: Build,
    moved: Collection[MovedPersons] = (),
    *,
    sources: ColumnSources | None = None,
    new_key: bool = False,
) -> MartCauses:
    """What can have changed the mart that is this node of dbt's graph, or some of its columns.

    Args:
        node: unique id of the mart.
        before, after: the two builds.
        moved: changes in the history of person ids between them.
        sources: of the columns asked about; None for any column.
        new_key: the mart holds pseudonyms, and they were made with another key.
    """
    if before.evidence is None or after.evidence is None:
        nothing = {Cause.UNEXPLAINED: f"build {before.build_id} did not record what it was made with in today's format"}
        return MartCauses(nothing, nothing)
    met = _walk(node, before.evidence, after.evidence)
    if sources is not None:
        met.feeds &= set(sources.feeds)
        met.lists &= set(sources.lists)
        met.persons &= sources.is_linked
    changes = [_feed_changes(feed, before, after) for feed in sorted(met.feeds)]
    found: dict[Cause, list[str]] = {cause: [] for cause in Cause}
    found[Cause.RULE_CHANGE] = _rule_changes(met, before.evidence, after.evidence)
    if new_key:
        found[Cause.RULE_CHANGE].append("pseudonyms were made with another key, so that no row can be found again")
    if met.lists:
        found[Cause.CODE_LIST_CHANGE].append(f"list {_named(met.lists)}")
    judged_by = [feed for feed in sorted(met.feeds) if _codes_differ(feed, before.evidence, after.evidence)]
    if judged_by:
        found[Cause.CODE_LIST_CHANGE].append(f"codes the gate accepts of {_named(judged_by)}")
    if met.persons:
        found[Cause.RELINKAGE] += [item.text() for item in moved]
    if met.error_rates and before.linkage_model != after.linkage_model:
        found[Cause.RELINKAGE].append(f"linkage model {before.linkage_model} became {after.linkage_model}")
    if resent := [item for change in changes for item in change.resent]:
        found[Cause.CORRECTION].append(f"{_deliveries(resent)} sent again")
    if gone := [item for change in changes for item in change.gone]:
        found[Cause.CORRECTION].append(f"{_deliveries(gone)} counted no longer")
    if decided := [
        item
        for change in changes
        for item in change.rejudged
        if not _is_judged_differently(item.feed, before.evidence, after.evidence)
    ]:
        found[Cause.CORRECTION].append(f"rows of {_deliveries(decided)} released or held back")
    late = [item for change in changes for item in change.late]
    fresh = [item for change in changes for item in change.fresh]
    if not any((late, fresh, *found.values())) and met.clock and before.data_as_of != after.data_as_of:
        found[Cause.NEW_DATA].append(f"data as of {before.data_as_of} became {after.data_as_of}")
    return MartCauses(closed=_reasons(found, late=[*late, *fresh], new=[]), open=_reasons(found, late=late, new=fresh))


@dataclass
class _Met:
    """What a walk up the lineage of a mart came across."""

    models: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    feeds: set[str] = field(default_factory=set)
    persons: bool = False
    error_rates: bool = False
    clock: bool = False


def _walk(start: str, before: BuildEvidence, after: BuildEvidence) -> _Met:
    met = _Met()
    seen, waiting = {start}, [start]
    while waiting:
        current = waiting.pop()
        old, new = before.nodes.get(current), after.nodes.get(current)
        node = new or old
        if node is None:
            continue
        if current.startswith("seed."):
            met.lists.add(node.relation.partition(".")[2])
            continue
        if current.startswith("source."):
            _meet_source(met, node)
        elif old is None or new is None or old.digest != new.digest:
            met.models.add(node.relation.partition(".")[2])
        for parent in {*(old.parents if old else ()), *(new.parents if new else ())} - seen:
            seen.add(parent)
            if not _is_wall(parent, before, after):
                waiting.append(parent)
    return met


def _meet_source(met: _Met, node: NodeEvidence) -> None:
    source, _, table = node.relation.partition(".")
    if source.startswith(_RAW):
        met.feeds.add(f"{source.removeprefix(_RAW)}/{table}")
    elif source == "gate":
        met.clock = True
    elif node.relation == "linkage.quality":
        met.error_rates = True
    elif source == "linkage":
        met.persons = True


def _is_wall(node_id: str, before: BuildEvidence, after: BuildEvidence) -> bool:
    """A table with the same content in both builds. A view has none of its own: what it reads is asked instead."""
    node = after.nodes.get(node_id) or before.nodes.get(node_id)
    if node is None or node_id.startswith("source."):
        return False
    content = after.tables.get(node.relation)
    return content is not None and content == before.tables.get(node.relation)


@dataclass
class _FeedChanges:
    late: list[Delivery] = field(default_factory=list)
    fresh: list[Delivery] = field(default_factory=list)
    resent: list[Delivery] = field(default_factory=list)
    gone: list[Delivery] = field(default_factory=list)
    rejudged: list[Delivery] = field(default_factory=list)


def _feed_changes(feed: str, before: Build, after: Build) -> _FeedChanges:
    """What became of the deliveries of one feed.

    A delivery sent again is one that takes the place of an earlier one: of the same extract date, of the same force and
    month where each file replaces the last, or named by the ledger as what made a refused one good.
    """
    old = {item.delivery_id: item for item in before.deliveries if item.feed == feed}
    new = {item.delivery_id: item for item in after.deliveries if item.feed == feed}
    places = {_place(item) for item in old.values()}
    mends = {item.corrected_by for item in new.values() if item.corrected_by and item.delivery_id in old}
    found = _FeedChanges()
    for delivery_id, item in new.items():
        known = old.get(delivery_id)
        if known is not None:
            if (known.is_counted, known.rows) != (item.is_counted, item.rows):
                found.rejudged.append(item)
        elif not item.is_counted:
            continue
        elif _place(item) in places or delivery_id in mends:
            found.resent.append(item)
        elif before.data_as_of and item.extract_date and item.extract_date <= before.data_as_of:
            found.late.append(item)
        else:
            found.fresh.append(item)
    found.gone = [item for key, item in old.items() if item.is_counted and key not in new]
    return found


def _place(item: Delivery) -> tuple[str, str | date | None]:
    return ("partition", item.partition) if item.partition else ("extract date", item.extract_date)


def _rule_changes(met: _Met, before: BuildEvidence, after: BuildEvidence) -> list[str]:
    found = []
    if met.models:
        found.append(f"model {_named(met.models)}")
    if contracts := [feed for feed in sorted(met.feeds) if _rules_differ(feed, before, after)]:
        found.append(f"contract of {_named(contracts)}")
    if met.feeds and (rooms := _rooms_that_differ(before, after)):
        found.append(f"code of {_named(rooms)}")
    packages = sorted({*before.software, *after.software})
    versions = [
        f"{name} {before.software.get(name, 'absent')} became {after.software.get(name, 'absent')}"
        for name in packages
        if before.software.get(name) != after.software.get(name)
    ]
    return found + versions


def _rules_differ(feed: str, before: BuildEvidence, after: BuildEvidence) -> bool:
    old, new = before.feeds.get(feed), after.feeds.get(feed)
    return (old.rules if old else None) != (new.rules if new else None)


def _codes_differ(feed: str, before: BuildEvidence, after: BuildEvidence) -> bool:
    old, new = before.feeds.get(feed), after.feeds.get(feed)
    return (old.codes if old else None) != (new.codes if new else None)


def _rooms_that_differ(before: BuildEvidence, after: BuildEvidence) -> list[str]:
    return [room for room in _JUDGED_BY if before.code.get(room) != after.code.get(room)]


def _is_judged_differently(feed: str, before: BuildEvidence, after: BuildEvidence) -> bool:
    """Whether the gate had another reason than a decision to let other rows through."""
    return bool(
        _rules_differ(feed, before, after) or _codes_differ(feed, before, after) or _rooms_that_differ(before, after)
    )


def _reasons(found: Mapping[Cause, list[str]], *, late: list[Delivery], new: list[Delivery]) -> Reasons:
    texts = {cause: list(lines) for cause, lines in found.items()}
    for cause, deliveries in ((Cause.LATE_DATA, late), (Cause.NEW_DATA, new)):
        if deliveries:
            texts[cause].append(f"{_deliveries(deliveries)} new in this build")
    reasons = {cause: ", ".join(lines) for cause, lines in texts.items() if lines}
    return reasons or {Cause.UNEXPLAINED: "nothing that both builds recorded differs upstream of this mart"}


def _deliveries(items: Collection[Delivery]) -> str:
    """`3 deliveries of hmcts/cases, hmcts/results (extracts of 2026-10-05 to 2026-11-02)`."""
    dates = sorted({item.extract_date for item in items if item.extract_date})
    extracts = ""
    if dates:
        span = str(dates[0]) if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
        extracts = f" (extract{'s' if len(items) > 1 else ''} of {span})"
    count = "1 delivery" if len(items) == 1 else f"{len(items):,} deliveries"
    return f"{count} of {_named({item.feed for item in items})}{extracts}"


def _named(names: Iterable[str]) -> str:
    ordered = sorted(names)
    shown = ", ".join(ordered[:_MOST_NAMED])
    more = len(ordered) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
