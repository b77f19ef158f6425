"""What the catalogue shows, gathered from a publication.

Belongs here: marts with their columns, sources and questions, and the answers as they come from the published
database. Does not belong here: layout.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.reports.kit.cells import cell_text, is_number
from orchestration.transform.marts import primary_keys
from orchestration.transform.questions import Question
from orchestration.transform.selection import PublishedTable, Rule

ROWS_SHOWN = 15


@dataclass(frozen=True)
class Answer:
    """A question with its answer in this publication.

    Attributes:
        remarks: what the query's author says of the answer.
        header: column names, each with whether it holds numbers.
        rows: the first of them, as text.
        row_count: all there are.
    """

    name: str
    title: str
    remarks: str
    sql: str
    marts: tuple[str, ...]
    header: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    row_count: int


@dataclass(frozen=True)
class MartColumn:
    """One published column."""

    name: str
    type: str
    description: str
    is_key: bool


@dataclass(frozen=True)
class Source:
    """One feed a mart was made from, and how fresh it is."""

    agency: str
    feed: str
    status: str
    newest_extract_date: date | None


@dataclass(frozen=True)
class MartEntry:
    """One mart in the catalogue.

    Attributes:
        subject: the folder it belongs to.
        question: the first paragraph of its description.
        description: the rest, Markdown.
    """

    name: str
    subject: str
    question: str
    description: str
    rows: int
    columns: tuple[MartColumn, ...]
    sources: tuple[Source, ...]
    questions: tuple[Question, ...]


def answer(connection: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    """Ask one question of the published database."""
    table = connection.sql(question.sql).to_arrow_table()
    remarks = [line.removeprefix("--").strip() for line in _leading_comment(question.sql)]
    shown = table.slice(0, ROWS_SHOWN)
    columns = [[cell_text(value) for value in shown.column(index).to_pylist()] for index in range(shown.num_columns)]
    return Answer(
        name=question.name,
        title=question.title,
        remarks=" ".join(remarks),
        sql=question.sql,
        marts=tuple(sorted(question.marts)),
        header=tuple((field.name, is_number(field.type)) for field in table.schema),
        rows=tuple(zip(*columns, strict=True)),
        row_count=table.num_rows,
    )


def mart_entries(
    connection: duckdb.DuckDBPyConnection,
    manifest_path: Path,
    selection: Sequence[PublishedTable],
    questions: Sequence[Question],
) -> tuple[MartEntry, ...]:
    """Every published mart, by subject and name.

    Args:
        connection: the published database.
        manifest_path: dbt's manifest, which knows subjects and keys.
        selection: what is published.
        questions: all there are.
    """
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    nodes = {
        node["alias"]: (node_id, node["fqn"][2])
        for node_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    keys = primary_keys(manifest)
    types = {
        (row[0], row[1]): row[2]
        for row in connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
    }
    sources = _sources(connection)
    entries = []
    for table in selection:
        if table.schema != "marts":
            continue
        node_id, subject = nodes[table.name]
        question, _, description = table.description.strip().partition("\n")
        [(rows,)] = connection.execute(f'select count(*) from marts."{table.name}"').fetchall()
        entries.append(
            MartEntry(
                name=table.name,
                subject=subject,
                question=question,
                description=description.strip(),
                rows=rows,
                columns=tuple(
                    MartColumn(
                        name=column.name,
                        type=types[table.name, column.name].lower(),
                        description=column.description,
                        is_key=column.name in keys.get(node_id, ()),
                    )
                    for column in table.columns
                    if column.rule is not Rule.DROP
                ),
                sources=sources.get(table.name, ()),
                questions=tuple(item for item in questions if table.name in item.marts),
            )
        )
    return tuple(sorted(entries, key=lambda entry: (entry.subject, entry.name)))


def _leading_comment(sql: str) -> list[str]:
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line)
    return lines


def _sources(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[Source, ...]]:
    rows = connection.execute(
        "select mart, agency, feed, freshness_status, newest_extract_date from marts.mart_sources order by all"
    ).fetchall()
    found: dict[str, list[Source]] = {}
    for mart, *facts in rows:
        found.setdefault(mart, []).append(Source(*facts))
    return {mart: tuple(sources) for mart, sources in found.items()}
