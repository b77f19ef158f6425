"""Linking: person records in, one person for each out.

Belongs here: the order of the steps, and what they read and write (`run_linkage`). Does not belong here: any step.

The records are standardised, gathered into profiles, blocked, scored under a model, resolved into persons, and each
person named after its founding record. No step looks at the order of the records, and no step draws at random, so the
same records under the same model give the same links.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.ingest.atomic import replacing
from orchestration.linkage.blocking import BlockingCount, block
from orchestration.linkage.clusters import Resolution, resolve
from orchestration.linkage.history import Generation, record_history
from orchestration.linkage.identity import founding_rank, person_id_sql
from orchestration.linkage.model import LinkageModel, load_model
from orchestration.linkage.records import IDENTIFIER_COLUMNS, load_input, make_profiles, standardise
from orchestration.linkage.scoring import score
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
        """What a person should look at, one sentence each."""
        return [self.history.note] if self.history and self.history.note else []

    def metadata(self) -> dict[str, int | float | str]:
        """The outcome as named values for the orchestrator's record of the run."""
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
            **({f"ids_{change}": rows for change, rows in self.history.changes.items()} if self.history else {}),
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


def link_people(records: pa.Table | duckdb.DuckDBPyRelation, model: LinkageModel) -> LinkageResult:
    """Give every person record its person.

    Args:
        records: columns of `records.INPUT_COLUMNS`; `record_id` is required, others absent are taken as null.
        model: fully trained.

    Returns: one link for each record. `match_probability` is that of the record's strongest link to another record of
    its person; 1 for a record alone, and for one that shares an identifier with another of its person.
    `join_method` is `identifier`, `probabilistic` or `singleton`.

    Raises:
        UntrainedModelError: a comparison level has no m or u.
        ValueError: the records' ids are missing, null or repeated.
    """
    table = records if isinstance(records, pa.Table) else records.to_arrow_table()
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False}) as connection:
        connection.register("delivered", table)
        summary = _link(connection, "delivered", model)
        links = connection.execute("from person_links order by record_id").to_arrow_table()
    return LinkageResult(links, summary)


def run_linkage(settings: Settings, model: LinkageModel | None = None) -> LinkageSummary:
    """Link the person records of the build database and write who is who to the linkage folder.

    Reads `linkage.person_records_to_link` read-only; writes `person_links.parquet`, the history of person ids and
    `summary.json`, each in one rename, so that a reader sees the last complete linkage or this one.

    Raises:
        FileNotFoundError: no build database, or it lacks the table; staging has not run.
        UntrainedModelError: the model artefact is incomplete.
    """
    model = model or load_model()
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
        summary = _link(connection, f"build.{INPUT_TABLE}", model)
        with replacing(settings.linkage_dir / LINKS_FILE) as unfinished:
            connection.execute(
                f"copy (from person_links order by record_id) to '{_quoted(unfinished)}' (format parquet)"
            )
        history = record_history(
            connection, settings, model_fingerprint=model.fingerprint, data_as_of=newest_extract_date(settings)
        )
        summary = replace(summary, history=history)
    with replacing(settings.linkage_dir / SUMMARY_FILE) as unfinished:
        unfinished.write_text(json.dumps(summary.as_dict(), indent=1) + "\n", encoding="utf-8")
    return summary


def _link(connection: duckdb.DuckDBPyConnection, relation: str, model: LinkageModel) -> LinkageSummary:
    """Make `person_links` from `relation`."""
    model.assert_trained()
    clock = _Clock()
    load_input(connection, relation)
    connection.execute("create or replace temp view record_digests as select record_id, digest from input_records")
    neutralised = standardise(connection, model.limits)
    _gather(connection, model)
    clock.mark("standardise")
    counts = block(connection, model.blocking_rules)
    clock.mark("block")
    pairs_scored = score(connection, model, "blocked_pairs", "edges", None)
    clock.mark("score")
    resolution = resolve(connection, model)
    clock.mark("resolve")
    _name_persons(connection, model)
    clock.mark("name")
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
        blocking=counts,
        pairs_scored=pairs_scored,
        resolution=resolution,
        records_by_method=dict(by_method),
        largest_person=largest,
        seconds=clock.seconds,
    )


def _gather(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> None:
    """Make `profiles`, those whose own records would not be linked to one another taken apart."""
    make_profiles(connection)
    connection.execute("""
        create or replace temp table with_itself as
        select '0' as match_key, profile_id as join_key_l, profile_id as join_key_r
        from profiles where record_count > 1
    """)
    score(connection, model, "with_itself", "self_scores", None)
    weak = connection.execute(
        "create or replace temp table taken_apart as "
        "select profile_id_l as profile_id from self_scores where match_weight < $accept",
        {"accept": model.thresholds.accept},
    ).fetchall()[0][0]
    if weak:
        make_profiles(connection, apart="taken_apart")


def _name_persons(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> None:
    """Make `person_links` from `profile_persons`."""
    connection.execute(f"""
        create or replace temp table founders as
        select m.person, count(*) as record_count, arg_min(r.record_id, {founding_rank("r")}) as founding_record_id
        from standard_records as r
        inner join record_profiles using (record_id)
        inner join profile_persons as m using (profile_id)
        group by m.person
    """)
    held = " union all ".join(
        f"select m.person, '{name}' as kind, p.{name} as value, p.profile_id, p.record_count"
        f" from profiles as p inner join profile_persons as m using (profile_id) where p.{name} is not null"
        for name in IDENTIFIER_COLUMNS
    )
    connection.execute(f"""
        create or replace temp table identified as
        with held as ({held}),
        shared as (select person, kind, value from held group by person, kind, value having sum(record_count) > 1)
        select distinct h.profile_id from held as h semi join shared as s using (person, kind, value)
    """)
    connection.execute(f"""
        create or replace temp table person_links as
        select
            r.record_id,
            {person_id_sql("f.founding_record_id")} as person_id,
            case
                when f.record_count = 1 or d.profile_id is not null then 1.0
                else 1 / (1 + pow(2.0, -greatest(m.match_weight, i.match_weight)))
            end as match_probability,
            case
                when f.record_count = 1 then 'singleton'
                when d.profile_id is not null then 'identifier'
                else 'probabilistic'
            end as join_method,
            '{model.version}' as model_version
        from standard_records as r
        inner join record_profiles using (record_id)
        inner join profile_persons as m using (profile_id)
        inner join founders as f using (person)
        left join identified as d using (profile_id)
        left join self_scores as i on i.profile_id_l = m.profile_id
    """)


class _Clock:
    """Seconds since the last mark, by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = round(now - self._last, 3)
        self._last = now


def _quoted(path: Path) -> str:
    """A path inside an SQL string literal."""
    return str(path).replace("'", "''")
