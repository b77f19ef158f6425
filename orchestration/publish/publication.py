"""Write, audit, publish: a complete publication is assembled beside the live one and swapped in with one rename.

`data/published` is a symbolic link to `data/publications/<build>/`; replacing that link is one atomic rename, so the
database and the Parquet files change together. A reader that has a file of the old publication open keeps it; the two
publications before the newest are kept on disk, older ones are removed. Its pages come after the swap (`pages`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.contracts import FeedContract
from orchestration.publish.evidence import gather_evidence
from orchestration.publish.pages import note_pages
from orchestration.publish.pseudonyms import PseudonymKey, load_or_create_key
from orchestration.publish.revisions import COLUMNS as REVISIONS_COLUMNS
from orchestration.publish.revisions import REVISIONS_TABLE, compare_publications
from orchestration.publish.sql_text import quoted_name as _name
from orchestration.publish.sql_text import quoted_text as _literal
from orchestration.reporter import Reporter
from orchestration.settings import Settings
from orchestration.transform.selection import PublishedTable, Rule, SelectionError, read_selection

if TYPE_CHECKING:
    from orchestration.lineage.reach import Reach

PUBLICATIONS_KEPT = 3
_PARTIAL = ".partial"


class PublicationError(RuntimeError):
    """The build was not fit to publish; the previous publication stays in place."""


@dataclass(frozen=True)
class PublishedContent:
    """Rows of one published table and a fingerprint of its content (order-free, run-time columns left out)."""

    rows: int
    fingerprint: str


@dataclass(frozen=True)
class Publication:
    """The record of one publication, kept as `build.json` inside it.

    Attributes:
        build_id: UTC time of publication; also the folder's name.
        published_at: the same as ISO-8601.
        data_as_of: newest extract date used, ISO date; None when nothing was delivered.
        linkage_model: version of the linkage model that made the persons.
        linkage_build: which linkage made the persons, as the history of person ids names it.
        as_known_on: the day by whose end its extracts had been drawn, ISO date; None where all there are were read.
        key_fingerprint: which pseudonym key was used.
        tables: content of each table, by `schema.name`.
    """

    build_id: str
    published_at: str
    data_as_of: str | None
    linkage_model: str | None
    key_fingerprint: str
    tables: Mapping[str, PublishedContent]
    linkage_build: str | None = None
    as_known_on: str | None = None

    def to_json(self) -> str:
        """The record as JSON text."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def latest_publication(settings: Settings) -> Publication | None:
    """What is published now, or None before the first publication."""
    path = settings.publication_record
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    record["tables"] = {name: PublishedContent(**content) for name, content in record["tables"].items()}
    return Publication(**record)


def publish(
    settings: Settings,
    manifest_path: Path,
    *,
    linkage_model: str | None = None,
    linkage_build: str | None = None,
    contracts: Collection[FeedContract] = (),
    reach: Reach | None = None,
    now: datetime | None = None,
    report: Reporter = lambda message: None,
) -> Publication:
    """Assembles, audits and swaps in a publication of the build database.

    Args:
        settings: where things are.
        manifest_path: dbt's manifest of the build; it carries the publication rule of every column.
        linkage_model: version of the linkage model, for the record.
        linkage_build: name of the linkage, for the record; from the swap on, its history counts.
        contracts: of every feed: what decided the verdicts is kept with the publication.
        reach: column lineage of the build, kept too; without it causes of revisions go by whole tables.
        now: time of publication (UTC), for tests.
        report: called with one line per step.

    Raises:
        PublicationError: a table is missing, a built column has no rule, or the audit found a difference. Nothing has
            changed for readers then.
    """
    try:
        selection = read_selection(manifest_path)
    except SelectionError as error:
        raise PublicationError(str(error)) from error
    key = load_or_create_key(settings.keys_dir)
    moment = now or datetime.now(UTC)
    build_id = _free_build_id(settings.publications_dir, moment)
    folder = settings.publications_dir / (build_id + _PARTIAL)
    _remove_leftovers(settings.publications_dir)
    folder.mkdir(parents=True)

    content = _assemble(settings.build_database, folder, selection, key)
    report(f"assembled {len(content)} tables, {sum(item.rows for item in content.values()):,} rows")
    publication = Publication(
        build_id=build_id,
        published_at=moment.isoformat(timespec="seconds"),
        data_as_of=_data_as_of(folder / "analyst.duckdb"),
        linkage_model=linkage_model,
        linkage_build=linkage_build,
        key_fingerprint=key.fingerprint,
        tables=content,
        as_known_on=str(settings.as_known_on) if settings.as_known_on else None,
    )
    record = folder / settings.publication_record.name
    record.write_text(publication.to_json(), encoding="utf-8")
    gather_evidence(settings, manifest_path, contracts, key, reach).write(folder)
    if made_here := [table for table in selection if table.is_made_here]:
        content |= _add_made_here(folder, made_here, settings.published_dir)
        publication = replace(publication, tables=dict(sorted(content.items())))
        record.write_text(publication.to_json(), encoding="utf-8")
    _audit(folder, selection, content)
    note_pages(folder)
    final = settings.publications_dir / build_id
    folder.replace(final)
    _point_at(settings.published_dir, final)
    _remove_old(settings.publications_dir, keep=final)
    report(f"published {build_id}")
    return publication


def _assemble(
    build_database: Path, folder: Path, selection: Sequence[PublishedTable], key: PseudonymKey
) -> dict[str, PublishedContent]:
    """Writes `analyst.duckdb` and `parquet/<schema>/<table>.parquet` into `folder`; gives the content of each table."""
    if not build_database.exists():
        raise PublicationError(f"there is no build to publish: {build_database} does not exist. Run 'warehouse run'.")
    content = {}
    with closing(duckdb.connect(str(folder / "analyst.duckdb"))) as connection:
        connection.execute(f"attach {_literal(str(build_database))} as build (read_only)")
        built = _built_columns(connection)
        for table in selection:
            _check_columns(table, built)
            if not table.is_made_here:
                rows = f"select {_select_list(table, key)} from build.{_name(table.schema)}.{_name(table.name)}"
                content[table.full_name] = _write_table(connection, folder, table, rows)
        connection.execute("detach build")
        connection.execute("checkpoint")
    return content


def _add_made_here(folder: Path, tables: Sequence[PublishedTable], published_dir: Path) -> dict[str, PublishedContent]:
    """Adds what can only be made from a publication that is otherwise whole; gives the content of each table."""
    if names := [table.full_name for table in tables if table.full_name != f"marts.{REVISIONS_TABLE}"]:
        raise PublicationError(f"{', '.join(names)} is to be made by the publication, which does not know how.")
    earlier = published_dir.resolve() if (published_dir / "analyst.duckdb").exists() else None
    content = {}
    with closing(duckdb.connect(str(folder / "analyst.duckdb"))) as connection:
        compare_publications(connection, earlier, folder, after_catalog="analyst")
        for table in tables:
            if sorted(_published_columns(table)) != sorted(REVISIONS_COLUMNS):
                raise PublicationError(f"{table.full_name} is not declared with the columns it has.")
            rows = f"select {', '.join(map(_name, _published_columns(table)))} from temp.{REVISIONS_TABLE}"
            content[table.full_name] = _write_table(connection, folder, table, rows)
        connection.execute("checkpoint")
    return content


def _write_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, table: PublishedTable, rows: str
) -> PublishedContent:
    """Writes one table, ordered, with its comments, and its Parquet file."""
    full_name = f"{_name(table.schema)}.{_name(table.name)}"
    connection.execute(f"create schema if not exists {_name(table.schema)}")
    connection.execute(f"create table {full_name} as {rows} order by all")
    _comment(connection, table)
    target = folder / "parquet" / table.schema / f"{table.name}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy {full_name} to {_literal(str(target))} (format parquet, compression zstd)")
    return _content(connection, table)


def _built_columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[str]]:
    rows = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = 'build' order by schema_name, table_name, column_index"
    ).fetchall()
    columns: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in rows:
        columns.setdefault((schema, table), []).append(column)
    return columns


def _check_columns(table: PublishedTable, built: Mapping[tuple[str, str], list[str]]) -> None:
    columns = built.get((table.schema, table.name))
    if columns is None:
        raise PublicationError(f"{table.full_name} was not built, so nothing is published.")
    documented = {column.name for column in table.columns}
    if undocumented := sorted(set(columns) - documented):
        raise PublicationError(
            f"{table.full_name} has columns its YAML does not describe: {', '.join(undocumented)}. "
            "A column without a publication rule cannot leave; describe it beside the model."
        )
    if missing := sorted(documented - set(columns)):
        raise PublicationError(f"{table.full_name} lacks columns its YAML promises: {', '.join(missing)}.")


def _select_list(table: PublishedTable, key: PseudonymKey) -> str:
    parts = []
    for column in table.columns:
        name = _name(column.name)
        if column.rule is Rule.KEEP:
            parts.append(name)
        elif column.rule is Rule.PSEUDONYM and column.domain:
            parts.append(f"{key.sql_expression(column.domain, name)} as {name}")
    if not parts:
        raise PublicationError(f"{table.full_name} has no column that may be published; set meta.publish: false on it.")
    return ", ".join(parts)


def _published_columns(table: PublishedTable) -> list[str]:
    return [column.name for column in table.columns if column.rule is not Rule.DROP]


def _comment(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> None:
    """Describes a table and its columns, all in one transaction: each by itself waits for the disk."""
    full_name = f"{_name(table.schema)}.{_name(table.name)}"
    comments = [f"table {full_name} is {_literal(table.description)}"] + [
        f"column {full_name}.{_name(column.name)} is {_literal(column.description)}"
        for column in table.columns
        if column.rule is not Rule.DROP and column.description
    ]
    connection.execute("begin")
    for comment in comments:
        connection.execute(f"comment on {comment}")
    connection.execute("commit")


def _content(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> PublishedContent:
    compared = [_name(column) for column in _published_columns(table) if column not in table.run_time_columns]
    row = ", ".join(f"coalesce(cast({column} as varchar), '\\N')" for column in compared)
    rows, low, high = connection.execute(
        f"select count(*), sum(hash(row({row}))::hugeint), bit_xor(hash(row({row}))) "
        f"from {_name(table.schema)}.{_name(table.name)}"
    ).fetchall()[0]
    return PublishedContent(rows=rows, fingerprint=f"{rows}-{low or 0:x}-{high or 0:x}")


def _audit(folder: Path, selection: Sequence[PublishedTable], content: Mapping[str, PublishedContent]) -> None:
    """Opens what was written as a reader would and compares it with what was meant."""
    with closing(duckdb.connect(str(folder / "analyst.duckdb"), read_only=True)) as connection:
        for table in selection:
            found = [
                row[0]
                for row in connection.execute(
                    "select column_name from duckdb_columns() where schema_name = ? and table_name = ? "
                    "order by column_index",
                    [table.schema, table.name],
                ).fetchall()
            ]
            if found != _published_columns(table):
                raise PublicationError(f"audit: {table.full_name} was written with columns {found}.")
            parquet = folder / "parquet" / table.schema / f"{table.name}.parquet"
            counts = connection.execute(
                f"select (select count(*) from {_name(table.schema)}.{_name(table.name)}), "
                f"(select count(*) from read_parquet({_literal(str(parquet))}))"
            ).fetchall()[0]
            if set(counts) != {content[table.full_name].rows}:
                raise PublicationError(
                    f"audit: {table.full_name} has {counts[0]} rows in the database, {counts[1]} in Parquet and "
                    f"{content[table.full_name].rows} in the build."
                )


def _data_as_of(database: Path) -> str | None:
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        row = connection.execute(
            "select cast(max(extract_date) as varchar) from marts.deliveries where verdict <> 'rejected'"
        ).fetchone()
    return row[0] if row else None


def _free_build_id(publications_dir: Path, moment: datetime) -> str:
    base = moment.strftime("%Y%m%dT%H%M%S%fZ")
    candidate, number = base, 1
    while (publications_dir / candidate).exists():
        number += 1
        candidate = f"{base}_{number}"
    return candidate


def _point_at(link: Path, target: Path) -> None:
    """Makes `link` a symbolic link to `target` by one atomic rename."""
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.exists() and not link.is_symlink():
        raise PublicationError(f"{link} is a folder of its own, not a link to a publication; move it away first.")
    temporary = link.with_name(f".{link.name}.next")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
    temporary.replace(link)


def _remove_leftovers(publications_dir: Path) -> None:
    """Half-assembled publications of a run that was killed."""
    for folder in publications_dir.glob(f"*{_PARTIAL}"):
        shutil.rmtree(folder)


def _remove_old(publications_dir: Path, keep: Path) -> None:
    folders = sorted(folder for folder in publications_dir.iterdir() if folder.is_dir())
    for folder in folders[:-PUBLICATIONS_KEPT]:
        if folder != keep:
            shutil.rmtree(folder)
