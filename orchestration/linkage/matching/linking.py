"""Person records in, one person for each out: all of them at once, from table to table.

Belongs here: linking records that are given, and the account of it. Does not belong here: the steps (`pipeline.py`), or
what a run reads, remembers and writes (`link.py`, above).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from orchestration.linkage.matching.changes import Changes
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.overrides import Override, outcomes_of, put_overrides
from orchestration.linkage.matching.pipeline import Steps, link_standard_records
from orchestration.linkage.matching.records import load_input, records_neutralised, standardise
from orchestration.linkage.matching.state import keep_linkage, keep_records
from orchestration.linkage.matching.summary import LinkageSummary
from orchestration.linkage.matching.timing import Clock

MEMORY_LIMIT = "4GB"
"""Most memory DuckDB takes before it spills to disk."""


@dataclass(frozen=True)
class LinkageResult:
    """Links and what was done to find them.

    Attributes:
        links: record_id, person_id, match_probability, join_method, model_version; ordered by record_id.
        summary: in numbers.
    """

    links: pa.Table
    summary: LinkageSummary


def link_people(
    records: pa.Table | duckdb.DuckDBPyRelation, model: LinkageModel, overrides: Iterable[Override] = ()
) -> LinkageResult:
    """Give every person record its person.

    Args:
        records: columns of `records.INPUT_COLUMNS`; `record_id` is required, others absent are taken as null.
        model: fully trained.
        overrides: decisions of people, without contradictions.

    Returns: one link for each record. `match_probability` is that of the record's strongest link to another record of
    its person; 1 for a record alone, for one that shares an identifier with another of its person, and for one that
    only a decision ties to it. `join_method` is `identifier`, `probabilistic`, `override` or `singleton`.

    Raises:
        UntrainedModelError: a comparison level has no m or u.
        BlockingError: a blocking rule would bring together too many pairs.
        ValueError: the records' ids are missing, null or repeated.
    """
    table = records if isinstance(records, pa.Table) else records.to_arrow_table()
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False}) as connection:
        connection.register("delivered", table)
        summary = link_all(connection, "delivered", model, tuple(overrides), Clock())
        links = connection.execute("from person_links order by record_id").to_arrow_table()
    return LinkageResult(links, summary)


def link_all(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    model: LinkageModel,
    overrides: tuple[Override, ...],
    clock: Clock,
    keep: bool = False,
) -> LinkageSummary:
    """Make `person_links` and `record_digests` from `relation`, and write an empty state if there is one to keep."""
    model.assert_trained()
    load_input(connection, relation)
    connection.execute("create or replace temp view record_digests as select record_id, digest from input_records")
    standardise(connection, model.limits)
    if keep:
        keep_records(connection)
    connection.execute("drop table cleaned_records")
    put_overrides(connection, overrides)
    clock.mark("standardise")
    steps = link_standard_records(connection, model, clock)
    if keep:
        keep_linkage(connection, model, steps.blocking)
        clock.mark("remember")
    return summarise(connection, model, overrides, steps, clock)


def summarise(
    connection: duckdb.DuckDBPyConnection,
    model: LinkageModel,
    overrides: tuple[Override, ...],
    steps: Steps,
    clock: Clock,
    changes: Changes | None = None,
) -> LinkageSummary:
    """What the linkage in `connection` did, from the tables it left and what its steps say."""
    records, profiles, persons, largest = connection.execute("""
        select
            (select count(*) from person_links),
            (select count(*) from profiles),
            (select count(distinct person_id) from person_links),
            (select coalesce(max(n), 0) from (select count(*) as n from person_links group by person_id))
    """).fetchall()[0]
    by_method = connection.execute("select join_method, count(*) from person_links group by 1 order by 1").fetchall()
    return LinkageSummary(
        model_version=model.version,
        model_fingerprint=model.fingerprint,
        records=records,
        profiles=profiles,
        persons=persons,
        neutralised=records_neutralised(connection),
        blocking=steps.blocking,
        pairs_scored=steps.pairs_scored,
        resolution=steps.resolution,
        records_by_method=dict(by_method),
        largest_person=largest,
        seconds=clock.seconds,
        overrides=outcomes_of(connection, overrides),
        changes=changes,
    )
