"""What a linkage remembers for the next one: records as cleaned, profiles, pairs with their weights, and who is who.

Belongs here: the file, what it holds, and whether it may be built on. Does not belong here: what is made of it
(`incremental.py`).

`state.duckdb` in the linkage folder saves work and decides nothing: a linkage that finds it has the same outcome as one
that does not, so it may be deleted at any time. It is written beside its place and moved in by one rename together with
the links; a run that is killed leaves the last one, and the next run finds what is new since that. It holds names and
birth dates, as the build database does. Its tables are `tables.STATE_TABLES`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version as installed_version
from pathlib import Path

import duckdb

from orchestration.linkage.matching.blocking import BlockingCount
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.source_files import room_files

STATE_FILE = "state.duckdb"
"""In the linkage folder."""

STATE = "state"
"""Name under which a connection attaches it."""

COMPLETE_TABLES = ("profiles", "edges", "self_scores", "record_groups", "person_links")
"""Tables a connection holds after linking, over all records, however many of them were linked in that run."""

_KEPT = ("profiles", "self_scores", "edges", "oversize_blocks", "record_groups", "person_links")


def made_with(model: LinkageModel) -> dict[str, str]:
    """What links depend on besides records and decisions, in words a person would use."""
    return {
        "model": f"{model.version} {model.fingerprint}",
        "linkage code": _code_digest(),
        "Splink version": installed_version("splink"),
        "DuckDB version": installed_version("duckdb"),
    }


def why_anew(path: Path, model: LinkageModel) -> str | None:
    """Why the state at `path` cannot be built on, in a few words; None if it can."""
    if not path.is_file():
        return "nothing is remembered"
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            found = dict(connection.execute("select name, value from made_with").fetchall())
    except duckdb.Error:
        return f"{path.name} cannot be read"
    changed = [name for name, value in made_with(model).items() if found.get(name) != value]
    return f"another {' and '.join(changed)}" if changed else None


def forget(linkage_dir: Path) -> None:
    """Remove the state, so that the next run links everything. Call it with the build lock held."""
    (linkage_dir / STATE_FILE).unlink(missing_ok=True)


def attach_state(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach the file at `path` as `STATE`; it is made if it is not there."""
    connection.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as {STATE}")


def start_anew(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Put an empty state in the place of the one attached from `path`."""
    connection.execute(f"detach {STATE}")
    path.unlink()
    attach_state(connection, path)


def keep_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `cleaned_records` and `over_shared` to an empty state."""
    connection.execute(f"create table {STATE}.records as from cleaned_records")
    connection.execute(f"create table {STATE}.over_shared as from over_shared")


def keep_linkage(
    connection: duckdb.DuckDBPyConnection, model: LinkageModel, blocking: tuple[BlockingCount, ...]
) -> None:
    """Write what a linkage of all records left in `connection` to the state that has their records.

    Args:
        connection: holds what `pipeline.link_standard_records` made.
        model: that linked.
        blocking: what each of its rules brought together.
    """
    for table in _KEPT:
        connection.execute(f"create table {STATE}.{table} as from {table}")
    connection.execute(f"""
        create table {STATE}.decided_edges as
        select join_key_l as profile_id_l, join_key_r as profile_id_r from blocked_pairs where match_key = 'decided'
    """)
    connection.execute(f"create table {STATE}.rule_pairs (rule integer, pairs bigint)")
    if blocking:
        connection.executemany(
            f"insert into {STATE}.rule_pairs values (?, ?)",
            [(number, count.comparisons) for number, count in enumerate(blocking)],
        )
    keep_decisions(connection)
    connection.execute(f"create table {STATE}.made_with (name varchar, value varchar)")
    connection.executemany(f"insert into {STATE}.made_with values (?, ?)", list(made_with(model).items()))


def keep_decisions(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `override_records` to the state."""
    connection.execute(
        f"create or replace table {STATE}.decisions as select decision, record_a, record_b from override_records"
    )


def show_complete(connection: duckdb.DuckDBPyConnection, records_read: str) -> None:
    """Make the tables of `COMPLETE_TABLES` those of the state, in place of those of the part that was linked.

    Args:
        connection: has the state attached.
        records_read: its table of all records delivered (record_id, digest), which becomes `record_digests`.
    """
    for table in COMPLETE_TABLES:
        connection.execute(f"drop table if exists temp.{table}")
        connection.execute(f"create or replace temp view {table} as from {STATE}.{table}")
    connection.execute(f"create or replace temp view record_digests as select record_id, digest from {records_read}")


@cache
def _code_digest() -> str:
    """Of all there is in this room: whatever is changed here may change a link."""
    digest = hashlib.sha256()
    for name, path in room_files():
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
