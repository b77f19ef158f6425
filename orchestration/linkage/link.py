"""Linking: person records in, one person for each out.

Belongs here: what linkage reads and writes (`run_linkage`). Does not belong here: any step
(`matching/pipeline.py` has their order for all records, `matching/incremental.py` for what is new), or the account
given of a linkage (`matching/summary.py`).

The records are standardised, gathered into profiles, blocked, scored under a model, resolved into persons, and each
person named after its founding record. The same records under the same model and decisions give the same links, whether
they are linked all at once or as they are delivered.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.atomic import remove_leftovers, replacing
from orchestration.contracts import load_feed_contracts
from orchestration.linkage.evidence import write_evidence
from orchestration.linkage.learning.adoption import load_adopted
from orchestration.linkage.matching.changes import Changes, find_changes
from orchestration.linkage.matching.incremental import link_changes
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.overrides import Override, outcomes_of, put_overrides, read_overrides
from orchestration.linkage.matching.pipeline import Steps, link_standard_records
from orchestration.linkage.matching.records import load_input, records_neutralised, standardise
from orchestration.linkage.matching.state import (
    STATE_FILE,
    attach_state,
    keep_linkage,
    keep_records,
    show_complete,
    start_anew,
    why_anew,
)
from orchestration.linkage.matching.summary import LinkageSummary
from orchestration.linkage.matching.timing import Clock
from orchestration.linkage.person_id_history import record_history
from orchestration.linkage.tables import INPUT_TABLE
from orchestration.quality.ledger import newest_extract_date
from orchestration.settings import Settings

LINKS_FILE = "person_links.parquet"
"""Who is who: record_id, person_id, match_probability, join_method, model_version."""

SUMMARY_FILE = "summary.json"
"""What the last linkage did, in numbers."""

MEMORY_LIMIT = "4GB"
"""Most memory DuckDB takes before it spills to disk."""

LARGEST_CHANGE = 0.5
"""Where more of the records are new, changed or gone, all are linked: it costs no more."""


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
        summary = _link(connection, "delivered", model, tuple(overrides), Clock())
        links = connection.execute("from person_links order by record_id").to_arrow_table()
    return LinkageResult(links, summary)


def run_linkage(settings: Settings, model: LinkageModel | None = None, *, full: bool = False) -> LinkageSummary:
    """Link the person records of the build database and write who is who to the linkage folder.

    Reads `linkage.person_records_to_link` read-only; writes `person_links.parquet`, the history of person ids,
    the evidence of its accuracy, `summary.json` and `state.duckdb`, each in one rename, so that a reader sees the last
    complete linkage or this one.
    What a state of the same model, code and libraries remembers is not done again; that makes no difference to links.

    While the linkage is open its connection holds the tables of `state.COMPLETE_TABLES`, of all records: `profiles`,
    `edges` (every pair of profiles compared, with `match_weight`), `self_scores`, `record_groups` and `person_links`.

    Args:
        settings: where things are.
        model: fully trained; the adopted one if None.
        full: link everything, whatever is remembered.

    Raises:
        FileNotFoundError: no build database, or it lacks the table, because staging has not run; or no list of
            overrides.
        OverridesError: the list of overrides cannot be used.
        UntrainedModelError: the model artefact is incomplete.
        BlockingError: a blocking rule would bring together too many pairs.
    """
    model = model or load_adopted(settings.models_dir)
    overrides = read_overrides(settings.overrides_dir, load_feed_contracts(settings.contracts_dir).keys())
    if not settings.build_database.is_file():
        raise FileNotFoundError(f"{settings.build_database} is not there; build staging first (`warehouse run`).")
    settings.linkage_dir.mkdir(parents=True, exist_ok=True)
    remove_leftovers(settings.linkage_dir)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "preserve_insertion_order": False,
        "temp_directory": str(settings.linkage_dir / "spill"),
    }
    with (
        replacing(settings.linkage_dir / STATE_FILE) as state,
        replacing(settings.linkage_dir / LINKS_FILE) as links,
        duckdb.connect(config=config) as connection,
    ):
        # DuckDB takes a process that another one spawned for a person's session, and draws its progress into the log.
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach '{_quoted(settings.build_database)}' as build (read_only)")
        try:
            connection.execute(f"describe build.{INPUT_TABLE}")
        except duckdb.CatalogException as error:
            raise FileNotFoundError(
                f"{settings.build_database} has no table {INPUT_TABLE}; build staging first (`warehouse run`)."
            ) from error
        last_state = settings.linkage_dir / STATE_FILE
        anew = "asked for" if full else why_anew(last_state, model)
        if anew is None:
            shutil.copyfile(last_state, state)
        attach_state(connection, state)
        summary = _link_on_state(connection, f"build.{INPUT_TABLE}", model, overrides, state, anew)
        connection.execute(f"copy (from person_links order by record_id) to '{_quoted(links)}' (format parquet)")
        history = record_history(
            connection,
            settings,
            model_fingerprint=model.fingerprint,
            overrides=[override.as_key for override in overrides],
            data_as_of=newest_extract_date(settings),
        )
        summary = replace(summary, history=history)
        write_evidence(connection, settings, model)
    with replacing(settings.linkage_dir / SUMMARY_FILE) as unfinished:
        unfinished.write_text(json.dumps(summary.as_dict(), indent=1) + "\n", encoding="utf-8")
    return summary


def _link_on_state(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    model: LinkageModel,
    overrides: tuple[Override, ...],
    state: Path,
    anew: str | None,
) -> LinkageSummary:
    """Link `relation` and bring the state attached from `state` up to date; all of it if `anew` says why."""
    clock = Clock()
    changes = None
    if anew is None:
        model.assert_trained()
        changes = find_changes(connection, relation)
        records = connection.execute("select count(*) from records_read").fetchall()[0][0]
        if changes.total > LARGEST_CHANGE * records:
            anew, changes = "most records are new or changed", None
            start_anew(connection, state)
    if changes is None:
        return replace(_link(connection, relation, model, overrides, clock, keep=True), linked_anew=anew)
    steps = link_changes(connection, relation, model, overrides, clock)
    show_complete(connection, "records_read")
    return _summary(connection, model, overrides, steps, clock, changes)


def _link(
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
    return _summary(connection, model, overrides, steps, clock)


def _summary(
    connection: duckdb.DuckDBPyConnection,
    model: LinkageModel,
    overrides: tuple[Override, ...],
    steps: Steps,
    clock: Clock,
    changes: Changes | None = None,
) -> LinkageSummary:
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


def _quoted(path: Path) -> str:
    """A path inside an SQL string literal."""
    return str(path).replace("'", "''")
