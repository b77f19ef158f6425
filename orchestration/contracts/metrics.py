"""Read `data_contracts/metrics.yaml`, the registry of what every published number means; nothing else parses it.

Belongs here: the registry's types and its checks. Does not belong here: its rendering (`metric_docs`), or which marts
and columns there are (dbt's manifest; a test holds the two together).

The fields are those a measure must carry by the project's measure contract: unit of count, numerator, denominator, date
basis, inclusions, exclusions, official comparator, owner. A mart states them once, a measure only where it differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from orchestration.contracts.reader import Faults, Node, read_document

REGISTRY_FILE = "metrics.yaml"
_COLUMN = re.compile(r"`([a-z][a-z0-9_]*)`")
_SUM = re.compile(rf"{_COLUMN.pattern}(?: \+ {_COLUMN.pattern})*")
_INHERITED = ("unit", "date_basis", "includes", "excludes", "comparator", "owner")


class MetricKind(StrEnum):
    """What sort of number a measure is; it decides what may be done with it."""

    COUNT = "count"
    """How many there are."""
    TOTAL = "total"
    """A sum of lengths or amounts."""
    RATE = "rate"
    """A fraction: numerator over denominator, null where the denominator is 0."""
    MEAN = "mean"
    """A total over a count."""
    QUANTILE = "quantile"
    """A median or another percentile."""
    BOUND = "bound"
    """An end of an interval."""
    VALUE = "value"
    """A length, age or amount of the one thing the row is about."""
    DIFFERENCE = "difference"
    """One number less another."""
    RANK = "rank"
    """A place in an order, 1 first."""


ADDED_UP = frozenset({MetricKind.COUNT, MetricKind.TOTAL})
"""Kinds that add up unless an entry says otherwise."""
CAN_BE_ADDED_UP = ADDED_UP | {MetricKind.DIFFERENCE}


@dataclass(frozen=True)
class Metric:
    """One published measure and what it means.

    Attributes:
        mart: the mart.
        name: the column.
        kind: what sort of number it is.
        unit: what is counted or measured.
        numerator: what is counted, summed or compared; a column of the mart stands in backticks.
        denominator: what it is divided by, or None.
        date_basis: the date by which a thing falls into a row.
        includes: what might be thought left out and is in.
        excludes: what is left out.
        comparator: the nearest official figure and why ours differs.
        owner: who answers for it.
        additive: whether it may be added up over the dimensions of the mart (but for `not_over`).
    """

    mart: str
    name: str
    kind: MetricKind
    unit: str
    numerator: str
    denominator: str | None
    date_basis: str
    includes: str
    excludes: str
    comparator: str
    owner: str
    additive: bool

    @property
    def recomputed_from(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Columns of the same row whose sum (over the sum of the second, if any) the measure is; None if in words."""
        numerator, denominator = _summed(self.numerator), _summed(self.denominator or "")
        is_whole = numerator and bool(denominator) == (self.denominator is not None)
        return (numerator, denominator) if is_whole else None


def _summed(text: str) -> tuple[str, ...]:
    """The columns of a text that is a sum of columns and nothing else."""
    return tuple(_COLUMN.findall(text)) if _SUM.fullmatch(text) else ()


@dataclass(frozen=True)
class MartMetrics:
    """One mart and its measures.

    Attributes:
        mart: its name.
        unit, date_basis, includes, excludes, comparator, owner: as in `Metric`, of the mart as a whole.
        not_over: dimensions along which nothing may be added up, because their values overlap.
        totals: dimension -> the value of it that stands for all others together; never added to them.
        levels: dimension that names a level -> the dimension with its values; the values of each level are all there
            is, so levels are never added to one another.
        metrics: its measures, in order; none for a mart that holds only facts.
    """

    mart: str
    unit: str
    date_basis: str
    includes: str
    excludes: str
    comparator: str
    owner: str
    not_over: tuple[str, ...]
    totals: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    metrics: tuple[Metric, ...]


def load_metrics(contracts_dir: Path) -> dict[str, MartMetrics]:
    """The registry, by mart, in its order.

    Raises:
        ContractError: with every problem of the file; each names the mart, the measure and the remedy.
    """
    document = read_document(contracts_dir / REGISTRY_FILE, f"data_contracts/{REGISTRY_FILE}")
    faults = Faults()
    faults.of(document.only, "owner", "marts")
    owner = faults.of(document.text, "owner", "name who answers for a number that states no owner of its own")
    marts = document.child("marts")
    found = {name: faults.of(partial(_mart, owner=owner), name, marts.child(name)) for name in marts.mapping()}
    faults.check()
    return found


def _mart(mart: str, node: Node, owner: str) -> MartMetrics:
    faults = Faults()
    faults.of(node.only, *_INHERITED, "not_over", "totals", "levels", "measures")
    stated = {field: faults.of(node.text, field, remedy) for field, remedy in REMEDIES.items()}
    stated["owner"] = faults.of(node.optional_text, "owner") or owner
    not_over = faults.of(node.texts, "not_over")
    totals, levels = (faults.of(node.pairs, key) for key in ("totals", "levels"))
    read = partial(_measures, mart, defaults=stated)
    measures = faults.of(lambda: faults.all_of(read, node.items("measures")))
    metrics = faults.of(_flat, node, measures)
    faults.check()
    return MartMetrics(mart=mart, not_over=not_over, totals=totals, levels=levels, metrics=metrics, **stated)


def _flat(node: Node, measures: Iterable[list[Metric]]) -> tuple[Metric, ...]:
    """The measures of all entries, each column once."""
    metrics = tuple(metric for entry in measures for metric in entry)
    names = [metric.name for metric in metrics]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise node.problem(f"measured twice: {', '.join(repeated)}; keep one entry for each column")
    return metrics


def _measures(mart: str, node: Node, defaults: Mapping[str, str]) -> list[Metric]:
    """One entry: the measure it names, or several that mean the same but for their name."""
    faults = Faults()
    faults.of(node.only, "name", "names", "kind", "numerator", "denominator", "additive", *_INHERITED)
    names = faults.of(_names, node)
    kind = faults.of(node.choice, "kind", MetricKind)
    numerator = faults.of(node.text, "numerator", "say what is counted or summed, a column of the mart in backticks")
    denominator = faults.of(node.optional_text, "denominator")
    faults.of(_check_denominator, node, kind, denominator)
    additive = faults.of(_additive, node, kind)
    stated = {field: faults.of(node.optional_text, field) or defaults[field] for field in _INHERITED}
    faults.check()
    return [
        Metric(
            mart=mart, name=name, kind=kind, numerator=numerator, denominator=denominator, additive=additive, **stated
        )
        for name in names
    ]  # fmt: skip


def _names(node: Node) -> tuple[str, ...]:
    return node.texts("names") if node.has("names") else (node.text("name", "name the column"),)


def _check_denominator(node: Node, kind: MetricKind, denominator: str | None) -> None:
    if (kind in (MetricKind.RATE, MetricKind.MEAN)) != (denominator is not None):
        raise node.problem(f"a {kind} {'needs a' if denominator is None else 'has no'} denominator")


def _additive(node: Node, kind: MetricKind) -> bool:
    stated = node.child("additive")
    if stated.value not in (None, True, False):
        raise stated.problem("write true or false, or leave it out")
    if stated.value and kind not in CAN_BE_ADDED_UP:
        raise node.problem(f"a {kind} cannot be added up; recompute it from what it is made of")
    return kind in ADDED_UP if stated.value is None else bool(stated.value)


REMEDIES = {
    "unit": "say what one count counts: cases, defendants, persons, ...",
    "date_basis": "say which date puts a thing into a row",
    "includes": "say what is in that a reader might think left out, or 'everything'",
    "excludes": "say what is left out, or 'nothing'",
    "comparator": "name the nearest official figure and why ours differs, or write 'none published'",
}
"""What a mart must say of itself, each with what is wanted."""
