"""What became of every `person_id`: each linkage compared with the last one that was published.

Belongs here: the comparison, its private store, and which store counts. Does not belong here: how ids are made
(`matching/identity.py`) or how the history is shown (`console`).

The store is `<linkage>/history/`: one folder for each linkage that differs from the one before it, named after its
content, with its links, every change up to it, and what it was made with. A linkage run writes the folder; it counts
from the moment a publication that names it is swapped in, because the last published linkage is by definition the one
the publication's record names. So a build that is killed, refused or repeated adds nothing, and a publication that is
rolled back takes its history back with it. Rows are only ever added: an id that goes out of use keeps its last row.

The folders hold record ids, which are operational identifiers: they are private and never published. They are the only
part of the data directory that cannot be made again from the landing folder; back them up.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb

from orchestration.atomic import replacing
from orchestration.settings import Settings
from orchestration.sql_files import read_sql

HISTORY_FILE = "person_id_history.parquet"
"""In the linkage folder: the history as of this build, which dbt reads; in a generation's folder: as of that one."""

_LINKS, _STATE, _POINTER = "links.parquet", "state.json", "published.json"

HISTORY_COLUMNS = {
    "change_number": "integer",
    "build": "integer",
    "data_as_of": "date",
    "changed_at": "timestamp",
    "change": "varchar",
    "old_person_id": "varchar",
    "new_person_id": "varchar",
    "records_moved": "bigint",
    "cause": "varchar",
}
"""Columns of the history and their types."""


class Change(StrEnum):
    """What happened to an id between two published linkages.

    Attributes:
        MERGED: all its records are now another person's, together with records that were not its own.
        SPLIT: some of its records are now another person's, others are not.
        RENAMED: the same records go by another id, because an earlier record than the founding one arrived, or the
            founding one was withdrawn.
        RETIRED: none of its records exists any longer; there is no new id.
        RESTORED: an id that was out of use is back with records that were nobody's in the build before.
    """

    MERGED = "merged"
    SPLIT = "split"
    RENAMED = "renamed"
    RETIRED = "retired"
    RESTORED = "restored"


class Cause(StrEnum):
    """Why, the first that applies."""

    MODEL = "model version"
    OVERRIDE = "override"
    CORRECTION = "correction"
    LATE_EVIDENCE = "late evidence"


@dataclass(frozen=True)
class Generation:
    """One linkage in the history.

    Attributes:
        name: number and content, such as `7-3f2a91c05d7e`; what a publication's record names.
        build: number of the linkage, from 1. A build that changes nothing is of the same linkage as the one before.
        changes: change -> rows this linkage adds.
        note: what a person should know about it, or None.
    """

    name: str
    build: int
    changes: dict[str, int]
    note: str | None = None


def record_history(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    model_fingerprint: str,
    overrides: Iterable[tuple[str, str, str]] = (),
    data_as_of: date | None = None,
    now: datetime | None = None,
) -> Generation:
    """Compare the linkage in `connection` with the last published one, and write both its folder and `HISTORY_FILE`.

    Args:
        connection: holds `person_links` (record_id, person_id) and `record_digests` (record_id, digest: what a record
            says, whenever it was seen).
        settings: where things are.
        model_fingerprint: of the model that linked.
        overrides: manual decisions, each as decision, record and record.
        data_as_of: newest extract date the records rest on.
        now: time of the comparison (UTC), for tests.
    """
    folder = settings.linkage_dir / "history"
    before, note = _last_published(settings)
    made_with: dict[str, Any] = {"model_fingerprint": model_fingerprint, "overrides": sorted(map(list, overrides))}
    _put_tables(connection, folder, before)
    _compare(connection, before, made_with)
    content = connection.execute("""
        select count(*), sum(hash(record_id, person_id, digest)), bit_xor(hash(person_id, record_id, digest))
        from history_after
    """).fetchall()[0]
    digest = hashlib.sha256(json.dumps([str(value) for value in content] + [made_with]).encode()).hexdigest()[:12]
    if before and before["content"] == digest:
        generation = Generation(before["name"], before["build"], {}, note)
    else:
        build = before["build"] + 1 if before else 1
        generation = Generation(f"{build}-{digest}", build, _count_changes(connection), note)
        stamp = (now or datetime.now(UTC)).replace(tzinfo=None, microsecond=0)
        connection.execute(
            "insert into history_rows select coalesce((select max(change_number) from history_rows), 0)"
            " + row_number() over (order by change, old_person_id, new_person_id), $build, $as_of, $now,"
            " change, old_person_id, new_person_id, records_moved, cause from history_changes",
            {"build": build, "as_of": data_as_of, "now": stamp},
        )
        _write_generation(
            connection,
            folder / generation.name,
            {**made_with, "build": build, "name": generation.name, "content": digest},
        )
    with replacing(settings.linkage_dir / HISTORY_FILE) as unfinished:
        _copy(connection, "from history_rows order by change_number", unfinished)
    for table in ("history_before", "history_after", "history_rows", "history_changes"):
        connection.execute(f"drop table {table}")
    return generation


def mark_published(settings: Settings, name: str | None) -> None:
    """Note which linkage is published, and remove the folders of those that no publication on disk names.

    The note is used where no publication is left to ask. Doing this twice, or never, changes no history.
    """
    folder = settings.linkage_dir / "history"
    if name is None or not (folder / name / _STATE).is_file():
        return
    with replacing(folder / _POINTER) as unfinished:
        unfinished.write_text(json.dumps({"name": name}) + "\n", encoding="utf-8")
    named = {name} | {_named_by(record) for record in settings.publications_dir.glob("*/build.json")}
    for other in folder.iterdir():
        if other.is_dir() and other.name not in named:
            shutil.rmtree(other)


def _last_published(settings: Settings) -> tuple[dict[str, Any] | None, str | None]:
    """What the last published linkage was made with, or None before the first; and a note if its folder is lost."""
    folder = settings.linkage_dir / "history"
    pointer = folder / _POINTER
    name = _named_by(settings.publication_record)
    if name is None and pointer.is_file():
        name = json.loads(pointer.read_text(encoding="utf-8"))["name"]
    if name is None:
        return None, None
    state = folder / name / _STATE
    if state.is_file():
        found: dict[str, Any] = json.loads(state.read_text(encoding="utf-8"))
        return found, None
    build = int(name.partition("-")[0])
    note = (
        f"The history of person ids up to build {build} is lost: {folder / name} is not there. It starts anew with "
        f"build {build + 1}; restore the folder from its backup and build again to keep the old one."
    )
    return {"name": name, "build": build, "content": "", "model_fingerprint": None, "overrides": [], "lost": True}, note


def _named_by(record: Path) -> str | None:
    """The linkage a publication's record names; None if there is no record, or it is of before there were histories."""
    if not record.is_file():
        return None
    name: str | None = json.loads(record.read_text(encoding="utf-8")).get("linkage_build")
    return name


def _put_tables(connection: duckdb.DuckDBPyConnection, folder: Path, before: dict[str, Any] | None) -> None:
    """Make `history_before`, `history_after` and `history_rows`."""
    columns = ", ".join(f"{name} {kind}" for name, kind in HISTORY_COLUMNS.items())
    connection.execute(f"create or replace temp table history_rows ({columns})")
    connection.execute(
        "create or replace temp table history_before (record_id varchar, person_id varchar, digest varchar)"
    )
    if before and "lost" not in before:
        connection.execute(
            f"insert into history_before from read_parquet({_literal(folder / before['name'] / _LINKS)})"
        )
        connection.execute(
            f"insert into history_rows from read_parquet({_literal(folder / before['name'] / HISTORY_FILE)})"
        )
    connection.execute("""
        create or replace temp table history_after as
        select record_id, person_id, digest from person_links inner join record_digests using (record_id)
    """)


def _compare(connection: duckdb.DuckDBPyConnection, before: dict[str, Any] | None, made_with: dict[str, Any]) -> None:
    """Make `history_changes` (change, old_person_id, new_person_id, records_moved, cause)."""
    same_model = before is None or before["model_fingerprint"] in (None, made_with["model_fingerprint"])
    new_overrides = {tuple(override) for override in made_with["overrides"]}
    old_overrides = {tuple(override) for override in before["overrides"]} if before else new_overrides
    touched = sorted({record for override in old_overrides ^ new_overrides for record in override[1:]})
    connection.execute(
        "create or replace temp table history_overridden as select unnest($records::varchar[]) as record_id",
        {"records": touched},
    )
    words = {word.name.lower(): str(word) for word in (*Change, *Cause)}
    connection.execute(read_sql(__file__, "person_id_changes"), {**words, "same_model": same_model})
    connection.execute("drop table history_overridden")


def _count_changes(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = connection.execute("select change, count(*) from history_changes group by 1 order by 1").fetchall()
    return dict(rows)


def _write_generation(connection: duckdb.DuckDBPyConnection, folder: Path, state: dict[str, Any]) -> None:
    """Write a linkage's folder whole; one of that name from an unpublished build is the same and is replaced."""
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    for leftover in (unfinished, folder):
        if leftover.exists():
            shutil.rmtree(leftover)
    unfinished.mkdir(parents=True)
    _copy(connection, "from history_after order by record_id", unfinished / _LINKS)
    _copy(connection, "from history_rows order by change_number", unfinished / HISTORY_FILE)
    (unfinished / _STATE).write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(folder)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.execute(f"copy ({query}) to {_literal(path)} (format parquet, compression zstd)")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
