"""A warehouse that only links and publishes links, for tests of what becomes of person ids."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from records_of import records

from orchestration.contracts import load_feed_contracts
from orchestration.linkage import LinkageSummary, link, run_linkage
from orchestration.linkage.matching.identity import person_id_of
from orchestration.linkage.person_id_history import mark_published
from orchestration.settings import Settings

_contracts = cache(load_feed_contracts)
"""Reading them takes as long as linking a few people does."""


def pid(key: str) -> str:
    """Id of the person whose founding record is `police/feed/<key>`."""
    return person_id_of(f"police/feed/{key}")


class Store:
    """A warehouse that only links and publishes links."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings.from_environment(data_dir=folder / "data")
        self.publications = 0

    def link(self, *rows: dict) -> LinkageSummary:
        """Links these rows, and no others."""
        return self.link_table(records(*rows))

    def link_table(self, table: pa.Table) -> LinkageSummary:
        """Links the records of a table."""
        self.settings.build_dir.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.settings.build_database)) as connection:
            connection.register("delivered", table)
            connection.execute("create schema if not exists linkage")
            connection.execute("create or replace table linkage.person_records_to_link as from delivered")
        with patch.object(link, "load_feed_contracts", _contracts):
            return run_linkage(self.settings)

    def publish(self, *rows: dict) -> LinkageSummary:
        """Links, and swaps in a publication that names the linkage."""
        summary = self.link(*rows)
        self.publications += 1
        folder = self.settings.publications_dir / str(self.publications)
        folder.mkdir(parents=True)
        (folder / "build.json").write_text(json.dumps({"linkage_build": summary.history.name}))
        self.settings.published_dir.unlink(missing_ok=True)
        self.settings.published_dir.symlink_to(folder)
        mark_published(self.settings, summary.history.name)
        return summary

    def persons(self) -> dict[str, str]:
        """Record id -> person id, of the last linkage."""
        links = pq.read_table(self.settings.linkage_dir / "person_links.parquet")
        return dict(zip(links["record_id"].to_pylist(), links["person_id"].to_pylist(), strict=True))

    def history(self) -> list[tuple]:
        """Rows of the history: build, change, old and new id, records moved, cause."""
        path = self.settings.linkage_dir / "person_id_history.parquet"
        return duckdb.sql(
            "select build, change, old_person_id, new_person_id, records_moved, cause "
            f"from '{path}' order by change_number"
        ).fetchall()
