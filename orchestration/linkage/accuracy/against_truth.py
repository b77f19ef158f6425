"""How right the links are where the truth is known: precision, recall and F1 of pairs and of clusters.

Belongs here: scoring links against a truth, over all and group by group. Does not belong here: where a truth comes
from (`truth.py`, `labelled.py`), or the arithmetic of intervals (`intervals.py`). Nothing that links imports this.

A *pair* is two records; it is a true positive if the links and the truth both make it one person. A *cluster* is right
if it holds exactly the records of one true person. Intervals take into account that the pairs of one person are not
independent (`intervals.py`); a unit is the people that right and wrong links join.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.linkage.accuracy.intervals import Rate, clustered_rate
from orchestration.linkage.matching.grouping import connected_groups
from orchestration.sql_files import read_sql


@dataclass(frozen=True)
class Accuracy:
    """Precision, recall and F1 of one population of pairs or clusters.

    Attributes:
        precision: right ones among those the links make.
        recall: those found among the true ones.
        balance: twice the right ones over the linked and the true ones together, which is F1, with its interval.
    """

    precision: Rate
    recall: Rate
    balance: Rate

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; nan where either is undefined."""
        return self.balance.value if self.precision.count and self.recall.count else math.nan


class Errors(NamedTuple):
    """What went wrong in a population of people.

    Attributes:
        over_merged: linked persons that hold records of more than one true person.
        under_merged: true persons whose records lie in more than one linked person.
        linked_persons: persons the links make.
        true_persons: people there are.
    """

    over_merged: int
    under_merged: int
    linked_persons: int
    true_persons: int


class Group(NamedTuple):
    """Accuracy over the people of one group.

    A wrong pair counts in the group of either record: no group's precision is better for its errors being shared.
    """

    name: str
    pairs: Accuracy
    clusters: Accuracy
    errors: Errors


@dataclass(frozen=True)
class AccuracyReport:
    """Accuracy of a set of links.

    Attributes:
        records: records scored: those that both links and truth name.
        unmatched_records: records that only one of the two names.
        true_persons: people among the records scored.
        linked_persons: persons the links make of them.
        pairs: pairwise accuracy.
        clusters: accuracy of whole clusters.
        over_merged: linked persons that hold records of more than one true person.
        under_merged: true persons whose records lie in more than one linked person.
        missing_persons: true persons fewer the links make than there are, at most: for each linked person, the true
            persons in it beyond the first.
        surplus_persons: for each true person, the linked persons it lies in beyond the first.
        by_agency_pair: ('cps', 'police') -> pairwise accuracy of pairs with a record of each.
        by_group: breakdown -> groups in order of name.
    """

    records: int
    unmatched_records: int
    true_persons: int
    linked_persons: int
    pairs: Accuracy
    clusters: Accuracy
    over_merged: int
    under_merged: int
    missing_persons: Rate
    surplus_persons: Rate
    by_agency_pair: dict[tuple[str, str], Accuracy] = field(default_factory=dict)
    by_group: dict[str, tuple[Group, ...]] = field(default_factory=dict)


def evaluate(links: pa.Table, truth: pa.Table, groups: pa.Table | None = None) -> AccuracyReport:
    """Score links against the truth.

    Args:
        links: (`record_id`, `person_id`); the agency of a record is what stands before the first '/' of its id.
        truth: (`record_id`, `true_person_id`).
        groups: `true_person_id` and one text column for each breakdown wanted; a person it lacks is `unknown`.

    Raises:
        ValueError: no record is in both.
    """
    with scored(links, truth) as connection:
        records, linked, true = _integers(
            connection, "select count(*), count(distinct person_id), count(distinct true_person_id) from scored"
        )
        whole = _whole(connection)
        return AccuracyReport(
            records=records,
            unmatched_records=links.num_rows + truth.num_rows - 2 * records,
            true_persons=true,
            linked_persons=linked,
            pairs=whole.pairs,
            clusters=whole.clusters,
            over_merged=whole.errors.over_merged,
            under_merged=whole.errors.under_merged,
            missing_persons=_surplus(connection, "person_id", "true_person_id"),
            surplus_persons=_surplus(connection, "true_person_id", "person_id"),
            by_agency_pair=_by_agency_pair(connection),
            by_group=_by_groups(connection, groups) if groups is not None else {},
        )


@contextmanager
def scored(links: pa.Table, truth: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with `scored` (record_id, person_id, true_person_id, agency, unit), units being independent.

    Raises:
        ValueError: no record is in both.
    """
    with duckdb.connect() as connection:
        connection.register("links_given", links)
        connection.register("truth_given", truth)
        connection.execute("""
            create temp table matched as
            select
                l.record_id, l.person_id, t.true_person_id,
                case when contains(l.record_id, '/') then split_part(l.record_id, '/', 1) else 'all' end as agency,
                dense_rank() over (order by l.person_id) as linked_node,
                -dense_rank() over (order by t.true_person_id) as true_node
            from links_given as l inner join truth_given as t on l.record_id = t.record_id
        """)
        edges = connection.execute("select distinct linked_node, true_node from matched order by all").to_arrow_table()
        if not edges.num_rows:
            raise ValueError("links and truth have no record_id in common; compare how the two spell a record's key.")
        left, right = edges["linked_node"], edges["true_node"]
        nodes = pa.array(np.unique(np.concatenate([left.to_numpy(), right.to_numpy()])))
        connection.register("units", connected_groups(pa.chunked_array([nodes]), left, right))
        connection.execute("""
            create temp table scored as
            select m.record_id, m.person_id, m.true_person_id, m.agency, u.group_id as unit
            from matched as m inner join units as u on m.linked_node = u.node
        """)
        yield connection


_PAIRS_OF = "sum({0} * ({0} - 1) / 2)"


def _whole(connection: duckdb.DuckDBPyConnection) -> Group:
    """Accuracy over all records."""
    connection.execute("""
        create temp table cells as
        select unit, person_id, true_person_id, count(*) as n from scored group by all
    """)
    connection.execute("""
        create temp table linked_sizes as
        select unit, person_id, sum(n) as n, count(*) as truths from cells group by unit, person_id
    """)
    connection.execute("""
        create temp table true_sizes as
        select unit, true_person_id, sum(n) as n, count(*) as parts from cells group by unit, true_person_id
    """)
    table = connection.execute(
        read_sql(__file__, "accuracy_of_units", pairs_of_n=_PAIRS_OF.format("n"))
    ).to_arrow_table()
    return _group("all", table)


def _group(name: str, table: pa.Table) -> Group:
    """A group from one row for each unit."""
    column = {key: table[key].to_numpy().astype(np.float64) for key in table.column_names}
    return Group(
        name,
        _accuracy(column["hits"], column["linked_pairs"], column["true_pairs"]),
        _accuracy(column["exact"], column["linked_persons"], column["true_persons"]),
        Errors(*(int(column[key].sum()) for key in ("over_merged", "under_merged", "linked_persons", "true_persons"))),
    )


def _accuracy(hits: np.ndarray, linked: np.ndarray, true: np.ndarray) -> Accuracy:
    return Accuracy(clustered_rate(hits, linked), clustered_rate(hits, true), clustered_rate(2 * hits, linked + true))


def _surplus(connection: duckdb.DuckDBPyConnection, whole: str, part: str) -> Rate:
    """Distinct `part` beyond the first within each `whole`, out of all distinct `part`."""
    table = connection.execute(f"""
        with spread as (
            select unit, count(distinct {whole}) as wholes, count(distinct {part}) as parts,
                count(distinct ({whole}, {part})) as meetings
            from scored group by unit
        )
        select meetings - wholes as hits, parts from spread order by unit
    """).to_arrow_table()
    hits, parts = (table[name].to_numpy().astype(np.float64) for name in ("hits", "parts"))
    return clustered_rate(np.minimum(hits, parts), parts)


def _by_groups(connection: duckdb.DuckDBPyConnection, groups: pa.Table) -> dict[str, tuple[Group, ...]]:
    connection.register("groups_given", groups)
    breakdowns = [name for name in groups.column_names if name != "true_person_id"]
    return {name: tuple(_groups_of(connection, name)) for name in breakdowns}


def _groups_of(connection: duckdb.DuckDBPyConnection, breakdown: str) -> Iterator[Group]:
    """Every group of one breakdown: true pairs by the group of their person, wrong ones by that of either record."""
    table = connection.execute(
        read_sql(
            __file__,
            "accuracy_of_groups",
            breakdown=f'"{breakdown}"',
            pairs_of_group=_PAIRS_OF.format("g.n"),
            pairs_of_n=_PAIRS_OF.format("n"),
        )
    ).to_arrow_table()
    names = np.array(table["name"].to_pylist(), dtype=object)
    for name in sorted(set(names.tolist())):
        yield _group(name, table.drop_columns(["name"]).filter(pa.array(names == name)))


def _by_agency_pair(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Accuracy]:
    """Agencies (in alphabetical order) -> accuracy of the pairs with a record of each."""
    parts: dict[str, dict[tuple[str, str], dict[int, float]]] = {}
    for part, keys in (
        ("hits", "person_id, true_person_id"), ("linked", "person_id"), ("true", "true_person_id"),
    ):  # fmt: skip
        rows = connection.execute(f"""
            with parts as (select unit, {keys}, agency, count(*) as n from scored group by all)
            select l.agency, r.agency, l.unit,
                sum(case when l.agency = r.agency then l.n * (l.n - 1) / 2 else l.n * r.n end)
            from parts as l inner join parts as r using (unit, {keys})
            where l.agency <= r.agency
            group by all order by all
        """).fetchall()
        for one, other, unit, pairs in rows:
            parts.setdefault(part, {}).setdefault((one, other), {})[unit] = float(pairs)
    return {agencies: _of_agencies(agencies, parts) for agencies in sorted(set().union(*parts.values()))}


def _of_agencies(agencies: tuple[str, str], parts: dict[str, dict[tuple[str, str], dict[int, float]]]) -> Accuracy:
    columns = [parts[part].get(agencies, {}) for part in ("hits", "linked", "true")]
    units: Sequence[int] = sorted(set().union(*columns))
    hits, linked, true = (np.array([column.get(unit, 0.0) for unit in units]) for column in columns)
    return _accuracy(hits, linked, true)


def _integers(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    return tuple(int(value) for value in connection.execute(query).fetchall()[0])
