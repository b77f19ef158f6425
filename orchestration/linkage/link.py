"""A run of linkage: the person records of the build in, who is who out.

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
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.atomic import remove_leftovers, replacing
from orchestration.contracts import load_feed_contracts
from orchestration.linkage.evidence import write_evidence
from orchestration.linkage.learning.adoption import load_adopted
from orchestration.linkage.matching.changes import find_changes
from orchestration.linkage.matching.incremental import link_changes
from orchestration.linkage.matching.linking import MEMORY_LIMIT, link_all, summarise
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.overrides import Override, read_overrides
from orchestration.linkage.matching.state import (
    STATE_FILE,
    attach_state,
    show_complete,
    start_anew,
    why_anew,
)
from orchestration.linkage.matching.summary import LinkageSummary
from orchestration.linkage.matching.timing import Clock
from orchestration.linkage.person_id_history import record_history
from orchestration.linkage.tables import INPUT_TABLE, LINKS_FILE
from orchestration.memory import memory_limit
from orchestration.quality.ledger import newest_extract_date
from orchestration.settings import Settings

SUMMARY_FILE = "summary.json"
"""What the last linkage did, in numbers."""

LARGEST_CHANGE = 0.5
"""Where more of the records are new, changed or gone, all are linked: it costs no more."""


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
    overrides = read_overrides(settings.overrides_dir, load_feed_contracts(*settings.contract_folders).keys())
    if not settings.build_database.is_file():
        raise FileNotFoundError(f"{settings.build_database} is not there; build staging first (`warehouse run`).")
    settings.linkage_dir.mkdir(parents=True, exist_ok=True)
    remove_leftovers(settings.linkage_dir)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit(MEMORY_LIMIT, settings.memory_limit),
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
        return replace(link_all(connection, relation, model, overrides, clock, keep=True), linked_anew=anew)
    steps = link_changes(connection, relation, model, overrides, clock)
    show_complete(connection, "records_read")
    return summarise(connection, model, overrides, steps, clock, changes)


def _quoted(path: Path) -> str:
    """A path inside an SQL string literal."""
    return str(path).replace("'", "''")
