"""What changed in published figures since an earlier build, for people.

Belongs here: choosing lines of the comparison, and one sentence over them. Does not belong here: the comparison
(`publish.revisions`) or printing it (`revisions_commands`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.console.query import published_connection
from orchestration.publish.causes import Cause
from orchestration.publish.revisions import ALL_ROWS, REVISIONS_TABLE, SEPARATOR, revisions_between
from orchestration.settings import Settings


class RevisionsError(LookupError):
    """There is no mart of that name, or no publication of that build is kept."""


@dataclass(frozen=True)
class RevisionSummary:
    """How much of what was published is no longer as it was.

    Attributes:
        since: build and data date compared with; None if there is nothing that changed.
        cells: cells changed, added or removed.
        marts: marts they are in.
        by_cause: cells by what can have changed them, most first.
        others: lines about a mart as a whole or a period that is new.
    """

    since: tuple[str, date | None] | None
    cells: int
    marts: int
    by_cause: tuple[tuple[str, int], ...]
    others: int

    def sentence(self) -> str:
        """The summary in one line."""
        if self.since is None:
            return "No published figure differs from the earlier build, of those asked for."
        build, as_of = self.since
        causes = ", ".join(f"{cells:,} {cause.replace(SEPARATOR, ' or ')}" for cause, cells in self.by_cause)
        cells = (
            f"{self.cells:,} cell{'' if self.cells == 1 else 's'} of {self.marts} mart{'' if self.marts == 1 else 's'}"
        )
        what = f"{cells} revised ({causes})" if self.cells else "no cell revised"
        others = f"; {self.others:,} lines on new periods and whole marts" if self.others else ""
        return f"Since build {build} (data as of {as_of}): {what}{others}."


@contextmanager
def _compared(settings: Settings, since: str | None) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A connection, and the name of the table of revisions in it."""
    if since is None:
        with published_connection(settings) as connection:
            yield connection, f"marts.{REVISIONS_TABLE}"
        return
    with closing(revisions_between(kept_publication(settings, since), settings.published_dir.resolve())) as connection:
        yield connection, REVISIONS_TABLE


def kept_publication(settings: Settings, build_id: str) -> Path:
    """The folder of a publication that is still on disk.

    Raises:
        RevisionsError: there is none; the message names those there are.
    """
    kept = sorted(path.parent.name for path in settings.publications_dir.glob("*/build.json"))
    if build_id not in kept:
        raise RevisionsError(
            f"No publication of build {build_id} is kept. Those that are: {', '.join(kept) or 'none'}."
        )
    return settings.publications_dir / build_id


def revisions(
    settings: Settings, *, mart: str | None = None, cause: Cause | None = None, since: str | None = None
) -> tuple[pa.Table, RevisionSummary]:
    """Lines of the comparison and the summary of them.

    Args:
        settings: whose publications.
        mart: only this mart, by its name without the schema.
        cause: only what this cause can have changed, alone or with others.
        since: build compared with; None for the one before, as published.

    Raises:
        QueryError: nothing is published.
        RevisionsError: that build is no longer kept, or nothing has that mart.
    """
    with _compared(settings, since) as (connection, table):
        if mart is not None:
            _require_mart(connection, mart)
        connection.execute(
            f"create or replace temp table chosen as select * from {table} "
            f"where ($mart is null or mart = $mart) "
            f"and ($cause is null or list_contains(string_split(cause, '{SEPARATOR}'), $cause))",
            {"mart": mart, "cause": cause.value if cause else None},
        )
        lines = connection.execute("from chosen order by mart, key, measure").to_arrow_table()
        return lines, _summary(connection)


def revision_sentence(settings: Settings) -> str | None:
    """The newest publication against the one before in one line; None if there is none before."""
    if len(list(settings.publications_dir.glob("*/build.json"))) < 2:
        return None
    return revisions(settings)[1].sentence()


def _require_mart(connection: duckdb.DuckDBPyConnection, mart: str) -> None:
    names = connection.execute(
        "select distinct table_name from duckdb_tables() where schema_name = 'marts' order by 1"
    ).fetchall()
    if (mart,) not in names:
        raise RevisionsError(f"No mart is called {mart}. There are: {', '.join(name for (name,) in names)}.")


def _summary(connection: duckdb.DuckDBPyConnection) -> RevisionSummary:
    # Lines about rows, not cells: those of a whole mart, and those of a period that is new.
    is_cell = f"key <> '{ALL_ROWS}' and measure <> 'rows_added'"
    cells, marts, others, build, as_of = connection.execute(
        f"select count(*) filter ({is_cell}), count(distinct mart) filter ({is_cell}), "
        f"count(*) filter (not ({is_cell})), any_value(previous_build_id), any_value(previous_data_as_of) from chosen"
    ).fetchall()[0]
    causes: Sequence[tuple[str, int]] = connection.execute(
        f"select cause, count(*) from chosen where {is_cell} group by all order by 2 desc, 1"
    ).fetchall()
    return RevisionSummary((build, as_of) if build else None, cells, marts, tuple(causes), others)
