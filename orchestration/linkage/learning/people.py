"""Person records and links outside a run: what the last run left, or a file of the same columns.

Belongs here: reading them for training and for trying a model. Does not belong here: a run (`link.py`), labelled files
of any shape (`accuracy/labelled.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.contracts import load_feed_contracts
from orchestration.linkage.matching.linking import link_people
from orchestration.linkage.matching.model import LinkageModel
from orchestration.linkage.matching.overrides import read_overrides
from orchestration.linkage.matching.records import INPUT_COLUMNS
from orchestration.linkage.tables import INPUT_TABLE, LINKS_FILE
from orchestration.settings import Settings

FEWEST_RECORDS = 1_000
"""Fewer are not learnt from: rates of what one pair in a hundred does would rest on a handful."""


class PeopleError(ValueError):
    """Person records that cannot be learnt from; the message says what is wrong and what to do."""


def read_people(settings: Settings, file: Path | None = None) -> pa.Table:
    """The person records of the last run, or of a CSV or Parquet file; columns of `INPUT_COLUMNS` that there are.

    Raises:
        FileNotFoundError: no such file; or no build database, because nothing was built yet.
        PeopleError: not a table of person records, or too few of them.
    """
    origin = str(file) if file else f"{settings.build_database} ({INPUT_TABLE})"
    try:
        records = _of_file(file) if file else _of_last_run(settings)
    except duckdb.Error as error:
        raise PeopleError(f"{origin} cannot be read: {str(error).splitlines()[0]}") from error
    if "record_id" not in records.column_names or not {"surname", "forename"} & set(records.column_names):
        raise PeopleError(
            f"{origin} is no table of person records: it needs record_id and names (surname, forename). "
            f"It has: {', '.join(records.column_names)}."
        )
    if records.num_rows < FEWEST_RECORDS:
        raise PeopleError(
            f"{origin}: {records.num_rows:,} records; at least {FEWEST_RECORDS:,} are needed to learn from."
        )
    return records.select([name for name in INPUT_COLUMNS if name in records.column_names])


def read_links(settings: Settings) -> pa.Table | None:
    """Who is who by the last run (record_id, person_id); None before the first."""
    path = settings.linkage_dir / LINKS_FILE
    return pq.read_table(path, columns=["record_id", "person_id"]) if path.is_file() else None


def links_under(settings: Settings, model: LinkageModel) -> pa.Table:
    """Links of the last run's records under another model and today's decisions; nothing is written.

    Raises:
        FileNotFoundError: the build database is not there.
        OverridesError: the list of decisions cannot be used.
    """
    overrides = read_overrides(settings.overrides_dir, load_feed_contracts(*settings.contract_folders).keys())
    return link_people(_of_last_run(settings), model, overrides).links


def _of_last_run(settings: Settings) -> pa.Table:
    if not settings.build_database.is_file():
        raise FileNotFoundError(f"{settings.build_database} is not there; build first (`warehouse run`).")
    with duckdb.connect(str(settings.build_database), read_only=True) as connection:
        return connection.execute(f"from {INPUT_TABLE}").to_arrow_table()


def _of_file(path: Path) -> pa.Table:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there.")
    name = str(path).replace("'", "''")
    reader = f"read_parquet('{name}')" if path.suffix == ".parquet" else f"read_csv('{name}', all_varchar = true)"
    with duckdb.connect() as connection:
        return connection.execute(f"from {reader}").to_arrow_table()
