"""How right the links are where the truth is known: precision, recall and F1 of pairs and of clusters.

Belongs here: scoring only. This is the one module of linkage that reads truth, and nothing that links imports it.

A *pair* is two records; it is a true positive if the links and the truth both make it one person. A *cluster* is right
if it holds exactly the records of one true person. Intervals are Wilson's at 95%.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Rate:
    """A proportion with its 95% Wilson interval; value and bounds are nan where nothing was counted."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        """Hits over count."""
        return self.hits / self.count if self.count else math.nan

    @property
    def low(self) -> float:
        """Lower bound of the interval."""
        return self._bounds()[0]

    @property
    def high(self) -> float:
        """Upper bound of the interval."""
        return self._bounds()[1]

    def _bounds(self) -> tuple[float, float]:
        if not self.count:
            return math.nan, math.nan
        z = NormalDist().inv_cdf(0.975)
        share, size = self.hits / self.count, self.count
        middle = (share + z * z / (2 * size)) / (1 + z * z / size)
        half = z / (1 + z * z / size) * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
        return max(middle - half, 0.0), min(middle + half, 1.0)

    def __str__(self) -> str:
        """`0.9871 (0.9850 to 0.9890; 12,345 of 12,506)`."""
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f}; {self.hits:,} of {self.count:,})"


@dataclass(frozen=True)
class Accuracy:
    """Precision and recall of one population of pairs or clusters."""

    precision: Rate
    recall: Rate

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; nan where either is undefined."""
        if not self.precision.count or not self.recall.count:
            return math.nan
        total = self.precision.value + self.recall.value
        return 2 * self.precision.value * self.recall.value / total if total else 0.0


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
        by_agency_pair: ('cps', 'police') -> pairwise accuracy of pairs with a record of each.
    """

    records: int
    unmatched_records: int
    true_persons: int
    linked_persons: int
    pairs: Accuracy
    clusters: Accuracy
    over_merged: int
    under_merged: int
    by_agency_pair: dict[tuple[str, str], Accuracy] = field(default_factory=dict)


def read_truth(truth_dir: Path) -> pa.Table:
    """Truth of a simulated world as (`record_id`, `true_person_id`), from `person_records.parquet` in `truth_dir`.

    Raises:
        FileNotFoundError: the folder holds no truth.
    """
    path = truth_dir / "person_records.parquet"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; simulate a world with its truth in {truth_dir} first.")
    with duckdb.connect() as connection:
        connection.register("delivered", pq.read_table(path))
        return connection.execute("""
            select distinct agency || '/' || feed || '/' || record_key as record_id,
                cast(true_person_id as varchar) as true_person_id
            from (select * replace (split_part(feed, '/', -1) as feed) from delivered)
        """).to_arrow_table()


def evaluate(links: pa.Table, truth: pa.Table) -> AccuracyReport:
    """Score links against the truth.

    Args:
        links: (`record_id`, `person_id`); the agency of a record is what stands before the first '/' of its id.
        truth: (`record_id`, `true_person_id`).

    Raises:
        ValueError: no record is in both.
    """
    with duckdb.connect() as connection:
        connection.register("links_given", links)
        connection.register("truth_given", truth)
        connection.execute("""
            create temp table scored as
            select
                l.record_id, l.person_id, t.true_person_id,
                case when contains(l.record_id, '/') then split_part(l.record_id, '/', 1) else 'all' end as agency
            from links_given as l inner join truth_given as t on l.record_id = t.record_id
        """)
        records, linked, true = _integers(
            connection, "select count(*), count(distinct person_id), count(distinct true_person_id) from scored"
        )
        if not records:
            raise ValueError("links and truth have no record_id in common; compare how the two spell a record's key.")
        (given,) = _integers(
            connection, "select (select count(*) from links_given) + (select count(*) from truth_given)"
        )
        connection.execute("""
            create temp table agency_counts as
            select person_id, true_person_id, agency, count(*) as n from scored group by all
        """)
        exact, over, under = _integers(
            connection,
            """
            with cells as (select distinct person_id, true_person_id from scored),
            linked as (select person_id, count(*) as truths from cells group by 1),
            actual as (select true_person_id, count(*) as parts from cells group by 1)
            select
                (
                    select count(*) from cells
                    inner join linked using (person_id)
                    inner join actual using (true_person_id)
                    where linked.truths = 1 and actual.parts = 1
                ),
                (select count(*) from linked where truths > 1),
                (select count(*) from actual where parts > 1)
            """,
        )
        by_pair = _by_agency_pair(connection)
    hits = sum(part[0] for part in by_pair.values())
    accuracy = Accuracy(
        Rate(hits, sum(part[1] for part in by_pair.values())), Rate(hits, sum(part[2] for part in by_pair.values()))
    )
    return AccuracyReport(
        records=records,
        unmatched_records=given - 2 * records,
        true_persons=true,
        linked_persons=linked,
        pairs=accuracy,
        clusters=Accuracy(Rate(exact, linked), Rate(exact, true)),
        over_merged=over,
        under_merged=under,
        by_agency_pair={
            agencies: Accuracy(Rate(part[0], part[1]), Rate(part[0], part[2])) for agencies, part in by_pair.items()
        },
    )


def _by_agency_pair(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Agencies (in alphabetical order) -> pairs that are (linked and true, linked, true)."""
    counted: dict[tuple[str, str], list[int]] = {}
    for place, keys in enumerate(("person_id, true_person_id", "person_id", "true_person_id")):
        rows = connection.execute(f"""
            with cells as (select {keys}, agency, sum(n) as n from agency_counts group by all)
            select l.agency, r.agency, sum(case when l.agency = r.agency then l.n * (l.n - 1) / 2 else l.n * r.n end)
            from cells as l inner join cells as r using ({keys})
            where l.agency <= r.agency
            group by 1, 2 order by 1, 2
        """).fetchall()
        for one, other, pairs in rows:
            counted.setdefault((one, other), [0, 0, 0])[place] = round(pairs)
    return {agencies: (part[0], part[1], part[2]) for agencies, part in sorted(counted.items())}


def _integers(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    return tuple(int(value) for value in connection.execute(query).fetchall()[0])
