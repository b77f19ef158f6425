"""Linking: person records in, one person for each out.

Belongs here: what linkage reads and writes (`run_linkage`), and its account of itself. Does not belong here: any step
(`pipeline.py` has their order).

The records are standardised, gathered into profiles, blocked, scored under a model, resolved into persons, and each
person named after its founding record. The same records under the same model and decisions give the same links.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.contracts import load_feed_contracts
from orchestration.ingest.atomic import replacing
from orchestration.linkage.blocking import BlockingCount
from orchestration.linkage.clusters import Resolution
from orchestration.linkage.history import Generation, record_history
from orchestration.linkage.model import LinkageModel, load_model
from orchestration.linkage.overrides import (
    OVERRIDES_FILE,
    Outcome,
    Override,
    OverrideOutcome,
    outcomes_of,
    put_overrides,
    read_overrides,
)
from orchestration.linkage.pipeline import link_standard_records
from orchestration.linkage.quality import write_quality
from orchestration.linkage.records import load_input, standardise
from orchestration.linkage.timing import Clock
from orchestration.quality.ledger import newest_extract_date
from orchestration.settings import Settings

INPUT_TABLE = "linkage.person_records_to_link"
"""Table of the build database that linkage reads."""

LINKS_FILE = "person_links.parquet"
"""Who is who: record_id, person_id, match_probability, join_method, model_version."""

SUMMARY_FILE = "summary.json"
"""What the last linkage did, in numbers."""

MEMORY_LIMIT = "4GB"
"""Most memory DuckDB takes before it spills to disk."""


@dataclass(frozen=True)
class LinkageSummary:
    """What one linkage did.

    Attributes:
        model_version: model that scored.
        model_fingerprint: of everything in it that a score or a cluster depends on.
        records: person records linked.
        profiles: different ways of writing them down.
        persons: people found.
        neutralised: column -> records whose value was shared by more people than is plausible.
        blocking: what each blocking rule brought together.
        pairs_scored: pairs of profiles compared.
        resolution: links, groups, conflicts.
        records_by_method: join method -> records.
        largest_person: most records of one person.
        seconds: step -> time taken.
        history: what it does to the ids of the last published linkage; None outside a warehouse.
        overrides: what became of each decision.
    """

    model_version: str
    model_fingerprint: str
    records: int
    profiles: int
    persons: int
    neutralised: dict[str, int]
    blocking: tuple[BlockingCount, ...]
    pairs_scored: int
    resolution: Resolution
    records_by_method: dict[str, int]
    largest_person: int
    seconds: dict[str, float] = field(default_factory=dict)
    history: Generation | None = None
    overrides: tuple[OverrideOutcome, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain JSON values."""
        return asdict(self)

    def sentence(self) -> str:
        """The outcome in one line for a log or a terminal."""
        return (
            f"{self.records:,} person records are {self.persons:,} persons (model {self.model_version}; "
            f"{self.pairs_scored:,} pairs compared in {sum(self.seconds.values()):.1f} s)"
        )

    def warnings(self) -> list[str]:
        """What a person should look at, one sentence each; no sentence holds personal data."""
        warnings = [self.history.note] if self.history and self.history.note else []
        stale = [override for override in self.overrides if override.outcome is Outcome.STALE]
        for override in stale:
            missing = "both records are" if len(override.missing_records) == 2 else "one of the records is"
            warnings.append(
                f"{OVERRIDES_FILE} line {override.line} ({override.decision}) has no effect: {missing} not delivered, "
                "or no longer. Withdraw the line, or correct its key."
            )
        for count in self.blocking:
            if count.skipped_profiles:
                warnings.append(
                    f"blocking rule '{count.rule}' left out {count.skipped_profiles:,} profiles whose key is shared by "
                    f"up to {count.largest_block:,}; other rules may still compare them."
                )
        return warnings

    def metadata(self) -> dict[str, int | float | str]:
        """The outcome as named values for the orchestrator's record of the run."""
        decisions = Counter(str(override.outcome) for override in self.overrides)
        return {
            "model_version": self.model_version,
            "model_fingerprint": self.model_fingerprint,
            "records": self.records,
            "profiles": self.profiles,
            "persons": self.persons,
            "pairs_scored": self.pairs_scored,
            "links": self.resolution.links,
            "groups_rebuilt": self.resolution.groups_rebuilt,
            "largest_person": self.largest_person,
            "seconds": round(sum(self.seconds.values()), 2),
            **{f"overrides {outcome}": decisions[str(outcome)] for outcome in Outcome},
            **{f"pairs by {count.rule}": count.comparisons for count in self.blocking},
            **{f"values neutralised: {name}": count for name, count in self.neutralised.items() if count},
            **({f"ids {change}": rows for change, rows in self.history.changes.items()} if self.history else {}),
        }


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
        summary = _link(connection, "delivered", model, tuple(overrides))
        links = connection.execute("from person_links order by record_id").to_arrow_table()
    return LinkageResult(links, summary)


def run_linkage(settings: Settings, model: LinkageModel | None = None) -> LinkageSummary:
    """Link the person records of the build database and write who is who to the linkage folder.

    Reads `linkage.person_records_to_link` read-only; writes `person_links.parquet`, the history of person ids, the
    evidence of its quality and `summary.json`, each in one rename, so that a reader sees the last complete linkage or
    this one.

    Raises:
        FileNotFoundError: no build database, or it lacks the table, because staging has not run; or no list of
            overrides.
        OverridesError: the list of overrides cannot be used.
        UntrainedModelError: the model artefact is incomplete.
        BlockingError: a blocking rule would bring together too many pairs.
    """
    model = model or load_model()
    overrides = read_overrides(settings.overrides_dir, load_feed_contracts(settings.contracts_dir).keys())
    if not settings.build_database.is_file():
        raise FileNotFoundError(f"{settings.build_database} is not there; build staging first (`warehouse run`).")
    settings.linkage_dir.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "preserve_insertion_order": False,
        "temp_directory": str(settings.linkage_dir / "spill"),
    }
    with duckdb.connect(config=config) as connection:
        connection.execute(f"attach '{_quoted(settings.build_database)}' as build (read_only)")
        try:
            connection.execute(f"describe build.{INPUT_TABLE}")
        except duckdb.CatalogException as error:
            raise FileNotFoundError(
                f"{settings.build_database} has no table {INPUT_TABLE}; build staging first (`warehouse run`)."
            ) from error
        summary = _link(connection, f"build.{INPUT_TABLE}", model, overrides)
        with replacing(settings.linkage_dir / LINKS_FILE) as unfinished:
            connection.execute(
                f"copy (from person_links order by record_id) to '{_quoted(unfinished)}' (format parquet)"
            )
        history = record_history(
            connection,
            settings,
            model_fingerprint=model.fingerprint,
            overrides=[override.as_key for override in overrides],
            data_as_of=newest_extract_date(settings),
        )
        summary = replace(summary, history=history)
        write_quality(connection, settings, model)
    with replacing(settings.linkage_dir / SUMMARY_FILE) as unfinished:
        unfinished.write_text(json.dumps(summary.as_dict(), indent=1) + "\n", encoding="utf-8")
    return summary


def _link(
    connection: duckdb.DuckDBPyConnection, relation: str, model: LinkageModel, overrides: tuple[Override, ...]
) -> LinkageSummary:
    """Make `person_links` and `record_digests` from `relation`."""
    model.assert_trained()
    clock = Clock()
    load_input(connection, relation)
    connection.execute("create or replace temp view record_digests as select record_id, digest from input_records")
    neutralised = standardise(connection, model.limits)
    put_overrides(connection, overrides)
    clock.mark("standardise")
    steps = link_standard_records(connection, model, clock)
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
        neutralised=neutralised,
        blocking=steps.blocking,
        pairs_scored=steps.pairs_scored,
        resolution=steps.resolution,
        records_by_method=dict(by_method),
        largest_person=largest,
        seconds=clock.seconds,
        overrides=outcomes_of(connection, overrides),
    )


def _quoted(path: Path) -> str:
    """A path inside an SQL string literal."""
    return str(path).replace("'", "''")
