"""What is known of the linkage's accuracy, as rows of one long table: measures, what they are of, and who says so.

Belongs here: the shape of the table, and turning accuracies and counts into its rows. Does not belong here: measuring
(`reference_people.py`, `build.py`, `review/score.py`), or what is published of it (`marts.linkage_quality`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from orchestration.linkage.accuracy.against_truth import Accuracy, AccuracyReport, Errors, Group
from orchestration.linkage.accuracy.intervals import Rate


class Source(StrEnum):
    """On whom a measure was taken."""

    REFERENCE = "reference_world"
    SIMULATED = "simulated_truth"
    REVIEW = "clerical_review"
    BUILD = "this_build"


ALL = "all"
"""Breakdown, and its value, of a measure over everybody."""


class AccuracyRow(NamedTuple):
    """One measure of one part of one population.

    Attributes:
        source: on whom it was taken.
        measure: what is measured, lower snake_case.
        breakdown: what the population is divided by; `all` for the whole of it.
        breakdown_value: which part.
        unit: what is counted: pairs, clusters, persons, records or repeat_links.
        numerator, denominator: counts whose quotient is the value; None for an estimate from a sample.
        value: a share from 0 to 1, or a count where there is no denominator.
        ci_low, ci_high: 95% interval; None for counts and for shares of all there is.
        match_weight: lower end of a bin of weights, or a threshold; None elsewhere.
        reason: why the part does worse, in words; None where nothing is known.
    """

    source: str
    measure: str
    breakdown: str
    breakdown_value: str
    unit: str
    numerator: int | None
    denominator: int | None
    value: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    match_weight: float | None = None
    reason: str | None = None


_COLUMNS = pa.schema(
    [
        ("model_version", pa.string()),
        ("source", pa.string()),
        ("measure", pa.string()),
        ("breakdown", pa.string()),
        ("breakdown_value", pa.string()),
        ("unit", pa.string()),
        ("numerator", pa.int64()),
        ("denominator", pa.int64()),
        ("value", pa.float64()),
        ("ci_low", pa.float64()),
        ("ci_high", pa.float64()),
        ("match_weight", pa.float64()),
        ("reason", pa.string()),
    ]
)


def as_table(rows: Iterable[AccuracyRow], model_version: str) -> pa.Table:
    """The rows as a table, in a fixed order, each with the version of the model."""
    ordered = sorted(rows, key=lambda row: (row.source, row.measure, row.breakdown, row.match_weight or 0, row[3:5]))
    values: list[dict[str, Any]] = [{"model_version": model_version, **row._asdict()} for row in ordered]
    return pa.Table.from_pylist(values, schema=_COLUMNS)


def rate_row(
    source: Source, measure: str, breakdown: str, breakdown_value: str, unit: str, rate: Rate, **further: Any
) -> AccuracyRow:
    """A share with its interval; one that has nothing to count has neither value nor interval."""
    value, low, high = (
        None if math.isnan(number) else round(number, 8) for number in (rate.value, rate.low, rate.high)
    )
    return AccuracyRow(
        source, measure, breakdown, breakdown_value, unit, rate.hits, rate.count, value, low, high, **further
    )


def share_row(
    source: Source, measure: str, breakdown: str, breakdown_value: str, unit: str, part: int, whole: int, **further: Any
) -> AccuracyRow:
    """A share of all there is: nothing was sampled, so it has no interval."""
    value = round(part / whole, 8) if whole else None
    return AccuracyRow(source, measure, breakdown, breakdown_value, unit, part, whole, value, **further)


def count_row(
    source: Source, measure: str, breakdown: str, breakdown_value: str, unit: str, count: int, **further: Any
) -> AccuracyRow:
    """A count of its own."""
    return AccuracyRow(source, measure, breakdown, breakdown_value, unit, count, None, float(count), **further)


def accuracy_rows(report: AccuracyReport, source: Source) -> Iterator[AccuracyRow]:
    """A report of accuracy as rows: the whole, every pair of agencies, every group."""
    whole = Errors(report.over_merged, report.under_merged, report.linked_persons, report.true_persons)
    yield from _group_rows(source, ALL, Group(ALL, report.pairs, report.clusters, whole))
    yield rate_row(source, "missing_persons", ALL, ALL, "persons", report.missing_persons)
    yield rate_row(source, "surplus_persons", ALL, ALL, "persons", report.surplus_persons)
    for agencies, accuracy in report.by_agency_pair.items():
        yield from _pair_rows(source, "agency_pair", " and ".join(agencies), accuracy)
    for breakdown, groups in report.by_group.items():
        for group in groups:
            yield from _group_rows(source, breakdown, group)


def _group_rows(source: Source, breakdown: str, group: Group) -> Iterator[AccuracyRow]:
    yield from _pair_rows(source, breakdown, group.name, group.pairs)
    for measure, rate in (
        ("precision", group.clusters.precision),
        ("recall", group.clusters.recall),
        ("f1", group.clusters.balance),
    ):
        yield rate_row(source, measure, breakdown, group.name, "clusters", rate)
    errors = group.errors
    for measure, rate in (
        ("over_merged_persons", Rate(errors.over_merged, errors.linked_persons)),
        ("under_merged_persons", Rate(errors.under_merged, errors.true_persons)),
    ):
        yield rate_row(source, measure, breakdown, group.name, "persons", rate)


def _pair_rows(source: Source, breakdown: str, value: str, accuracy: Accuracy) -> Iterator[AccuracyRow]:
    for measure, rate in (
        ("precision", accuracy.precision),
        ("recall", accuracy.recall),
        ("f1", accuracy.balance),
        ("false_match_rate", _complement(accuracy.precision)),
        ("missed_match_rate", _complement(accuracy.recall)),
    ):
        yield rate_row(source, measure, breakdown, value, "pairs", rate)


def _complement(rate: Rate) -> Rate:
    return Rate(rate.count - rate.hits, rate.count, rate.effective)


def repeat_link_rows(links: pa.Table, truth: pa.Table, source: Source) -> Iterator[AccuracyRow]:
    """How right a count of the people of each feed is: what every low-high interval of such a count is made from.

    Counting people takes one off for every record after a person's first. So a *repeat link* is a record beyond the
    first of its linked person (or, in truth, of its true person). A linked person that holds records of k true people
    made k - 1 false ones; a true person spread over k linked ones is missed k - 1 times. Pairs would not do: they weigh
    a person of many records many times.

    Args:
        links: (`record_id`, `person_id`); a feed is what stands before the second '/' of the id.
        truth: (`record_id`, `true_person_id`).
        source: on whom.
    """
    with duckdb.connect() as connection:
        connection.register("links_given", links)
        connection.register("truth_given", truth)
        found = connection.execute("""
            select
                concat_ws('/', split_part(record_id, '/', 1), split_part(record_id, '/', 2)) as feed,
                count(*), count(distinct person_id), count(distinct true_person_id),
                count(distinct (person_id, true_person_id))
            from links_given inner join truth_given using (record_id)
            group by feed order by feed
        """).fetchall()
    for feed, records, linked, true, both in found:
        false, missed = Rate(both - linked, records - linked), Rate(both - true, records - true)
        yield rate_row(source, "false_link_rate", "feed", feed, "repeat_links", false)
        yield rate_row(source, "missed_link_rate", "feed", feed, "repeat_links", missed)
