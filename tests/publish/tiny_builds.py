"""A warehouse of a few hand-written tables, published for real: what tests of revisions change between two builds.

Belongs here: a build as a value, and writing it as a build database with dbt's manifest. Does not belong here:
assertions.

Its lineage: court results are staged; persons are linked from them; one mart counts results by court and reads the list
of courts, one counts persons, one lists them, and one counts searches, which nothing else has to do with.
"""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import FeedContract
from orchestration.lineage.reach import Reach
from orchestration.publish import Publication, publish
from orchestration.settings import Settings

Cells = dict[tuple[str, str], tuple[int, float | None]]
"""By quarter and court: cases, and mean days."""


@dataclass(frozen=True)
class TinyDelivery:
    """A line of the ledger."""

    feed: str
    delivery_id: str
    extract_date: date
    verdict: str = "accepted"
    rows: int = 10
    corrected_by: str | None = None
    partition: str | None = None


@dataclass(frozen=True)
class TinyBuild:
    """All that differs between builds in these tests.

    Attributes:
        cells: the mart `results_by_court`.
        staged: content of the staged results; any text.
        person_of: by record, the person it belongs to.
        searches: the one figure of the mart `searches`, of October 2026.
        courts: the list of courts.
        history: rows of the history of person ids: build, change, cause.
        sql: code of models that differ from the usual.
    """

    cells: Cells = field(default_factory=lambda: {("2026-07-01", "B01"): (10, 4.5), ("2026-10-01", "B01"): (3, 2.0)})
    staged: tuple[str, ...] = ("r1", "r2")
    person_of: dict[str, str] = field(default_factory=lambda: {"r1": "p1", "r2": "p2"})
    searches: int = 7
    courts: tuple[str, ...] = ("B01", "B02")
    deliveries: tuple[TinyDelivery, ...] = (
        TinyDelivery("hmcts/results", "d1", date(2026, 10, 5)),
        TinyDelivery("hmcts/results", "d2", date(2026, 11, 2)),
        TinyDelivery("police/stop_search", "s1", date(2026, 11, 9), partition="avon|2026-10"),
    )
    history: tuple[tuple[int, str, str], ...] = ()
    linkage_build: str = "1-aa"
    sql: dict[str, str] = field(default_factory=dict)


class TinyWarehouse:
    """Publishes tiny builds one after the other, a minute apart."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings.from_environment(data_dir=folder / "data", keys_dir=folder / "keys")
        self._moment = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

    def copy(self, folder: Path) -> TinyWarehouse:
        """The same warehouse in another folder, key and all, at the same minute."""
        copied = TinyWarehouse(folder)
        for old, new in (
            (self.settings.data_dir, copied.settings.data_dir),
            (self.settings.keys_dir, copied.settings.keys_dir),
        ):
            shutil.copytree(old, new, symlinks=True)
        copied._moment = self._moment
        return copied

    def publish(
        self, build: TinyBuild, contracts: tuple[FeedContract, ...] = (), reach: Reach | None = None
    ) -> Publication:
        """Writes the build and publishes it."""
        self.settings.build_dir.mkdir(parents=True, exist_ok=True)
        self.settings.build_database.unlink(missing_ok=True)
        with closing(duckdb.connect(str(self.settings.build_database))) as connection:
            _write_tables(connection, build)
        manifest = self.settings.build_dir / "manifest.json"
        manifest.write_text(json.dumps(_manifest(build)), encoding="utf-8")
        self._moment += timedelta(minutes=1)
        return publish(
            self.settings,
            manifest,
            linkage_model="justice-1",
            linkage_build=build.linkage_build,
            contracts=contracts,
            reach=reach,
            now=self._moment,
        )

    def revisions(self, columns: str = "mart, key, measure, old_value, new_value, cause") -> list[tuple[Any, ...]]:
        """Rows of the published mart."""
        with closing(duckdb.connect(str(self.settings.published_database), read_only=True)) as connection:
            return connection.execute(f"select {columns} from marts.revisions order by mart, key, measure").fetchall()


def _write_tables(connection: duckdb.DuckDBPyConnection, build: TinyBuild) -> None:
    for schema in ("reference", "staging", "linkage", "conformed", "marts"):
        connection.execute(f"create schema {schema}")
    as_of = max(item.extract_date for item in build.deliveries if item.verdict != "rejected")
    _table(connection, "reference.courts", "court varchar", [(court,) for court in build.courts])
    _table(connection, "staging.stg_results", "record varchar", [(record,) for record in build.staged])
    _table(connection, "linkage.person_records_to_link", "record varchar", [(record,) for record in build.staged])
    persons = sorted(set(build.person_of.values()))
    _table(connection, "conformed.persons", "person_id varchar", [(person,) for person in persons])
    _table(
        connection,
        "conformed.delivery_ledger",
        "agency varchar, feed varchar, delivery_id varchar, extract_date date, partition_key varchar, "
        "verdict varchar, rows_staged bigint, corrected_by varchar, is_used boolean",
        [
            (*item.feed.split("/"), item.delivery_id, item.extract_date, item.partition, item.verdict,
             0 if item.verdict == "rejected" else item.rows, item.corrected_by, True)
            for item in build.deliveries
        ],
    )  # fmt: skip
    _table(
        connection, "conformed.person_id_history", "build bigint, change varchar, cause varchar", list(build.history)
    )
    _table(
        connection,
        "marts.results_by_court",
        "quarter date, court varchar, label varchar, cases bigint, mean_days double, data_as_of date",
        [(quarter, court, "x", *values, as_of) for (quarter, court), values in build.cells.items()],
    )
    _table(connection, "marts.persons", "sex varchar, persons bigint", [("F", len(persons))])
    _table(
        connection,
        "marts.person_list",
        "person_id varchar, records bigint",
        [(person, list(build.person_of.values()).count(person)) for person in persons],
    )
    _table(connection, "marts.searches", "month date, searches bigint", [("2026-10-01", build.searches)])
    _table(
        connection,
        "marts.deliveries",
        "extract_date date, verdict varchar",
        [(item.extract_date, item.verdict) for item in build.deliveries],
    )
    columns = ", ".join(f'"{name}" {kind}' for name, kind in _REVISIONS.items())
    connection.execute(f"create table marts.revisions ({columns})")


def _table(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    connection.execute(f"create table {name} ({columns})")
    if rows:
        connection.executemany(f"insert into {name} values ({', '.join('?' * len(rows[0]))})", rows)


_REVISIONS = {
    "mart": "varchar", "key": "varchar", "measure": "varchar", "change": "varchar", "cause": "varchar",
    "cause_detail": "varchar", "previous_build_id": "varchar", "build_id": "varchar", "old_value": "double",
    "new_value": "double", "difference": "double", "is_only_possible_cause": "boolean", "previous_data_as_of": "date",
    "data_as_of": "date",
}  # fmt: skip

_COLUMNS = {
    "conformed.persons": {"person_id": "pseudonym:person"},
    "conformed.delivery_ledger": dict.fromkeys(
        ("agency", "feed", "delivery_id", "extract_date", "partition_key", "verdict", "rows_staged", "corrected_by",
         "is_used"), "keep"
    ),
    "conformed.person_id_history": dict.fromkeys(("build", "change", "cause"), "keep"),
    "marts.results_by_court": dict.fromkeys(
        ("quarter", "court", "label", "cases", "mean_days", "data_as_of"), "keep"
    ),
    "marts.persons": {"sex": "keep", "persons": "keep"},
    "marts.person_list": {"person_id": "pseudonym:person", "records": "keep"},
    "marts.searches": {"month": "keep", "searches": "keep"},
    "marts.deliveries": {"extract_date": "keep", "verdict": "keep"},
    "marts.revisions": dict.fromkeys(_REVISIONS, "keep"),
}  # fmt: skip

_PARENTS = {
    "staging.stg_results": ["source.justice.raw_hmcts.results"],
    "linkage.person_records_to_link": ["model.justice.stg_results"],
    "conformed.persons": ["source.justice.linkage.person_links"],
    "conformed.delivery_ledger": ["source.justice.gate.deliveries"],
    "conformed.person_id_history": ["source.justice.linkage.person_id_history"],
    "marts.results_by_court": ["model.justice.stg_results", "seed.justice.courts"],
    "marts.persons": ["model.justice.persons_conformed"],
    "marts.person_list": ["model.justice.persons_conformed"],
    "marts.searches": ["source.justice.raw_police.stop_search"],
    "marts.deliveries": ["model.justice.delivery_ledger"],
    "marts.revisions": [],
}

_KEYS = {
    "results_by_court": ["quarter", "court"], "persons": ["sex"], "person_list": ["person_id"], "searches": ["month"],
    "deliveries": ["extract_date"],
}  # fmt: skip


def _node_id(relation: str) -> str:
    schema, _, name = relation.partition(".")
    return f"model.justice.{name}_conformed" if (schema, name) == ("conformed", "persons") else f"model.justice.{name}"


def _manifest(build: TinyBuild) -> dict[str, Any]:
    nodes: dict[str, Any] = {
        "seed.justice.courts": {
            "resource_type": "seed", "schema": "reference", "name": "courts", "alias": "courts", "columns": {},
        }
    }  # fmt: skip
    for relation, parents in _PARENTS.items():
        schema, _, name = relation.partition(".")
        subject = "pipeline" if name in ("deliveries", "revisions") else "subject"
        nodes[_node_id(relation)] = {
            "resource_type": "model",
            "schema": schema,
            "name": _node_id(relation).rpartition(".")[2] if schema == "conformed" else name,
            "alias": name,
            "fqn": ["justice", schema, subject, name],
            "description": name,
            "raw_code": build.sql.get(name, f"select * from what_{name}_reads"),
            "depends_on": {"nodes": parents, "macros": ["macro.justice.counted"] if name == "searches" else []},
            "config": {"meta": {"made_by": "publication"} if name == "revisions" else {}},
            "columns": {
                column: {"name": column, "description": column, "config": {"meta": {"publish": rule}}}
                for column, rule in _COLUMNS.get(relation, {}).items()
            },
        }
    for name, key in _KEYS.items():
        nodes[f"test.justice.{name}"] = {
            "resource_type": "test",
            "test_metadata": {"name": "primary_key", "kwargs": {"columns": key}},
            "attached_node": f"model.justice.{name}",
        }
    sources = {
        f"source.justice.{source}.{name}": {
            "source_name": source,
            "name": name,
            "columns": {},
            "config": {"meta": meta},
        }
        for source, name, meta in (
            ("raw_hmcts", "results", {}),
            ("raw_police", "stop_search", {}),
            ("gate", "deliveries", {}),
            ("linkage", "person_links", {"made_from": "person_records_to_link"}),
            ("linkage", "person_id_history", {}),
        )
    }
    macros = {
        "macro.justice.counted": {
            "package_name": "justice",
            "macro_sql": build.sql.get("counted", "count(*)"),
            "depends_on": {"macros": []},
        }
    }
    return {"nodes": nodes, "sources": sources, "macros": macros}
