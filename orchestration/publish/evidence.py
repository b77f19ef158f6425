"""What a build was made with, kept in its publication, so that the next build can say why a figure changed.

Belongs here: digests of everything but the deliveries that decides a figure (models and macros, contracts, code lists,
the code of the stages, software), lineage, and a fingerprint of every table built. Does not belong here: the deliveries
and the history of person ids, which a publication holds as tables; what follows from a difference (`causes`).

Fingerprints are of tables that hold names, so they are keyed: nobody can try out what a small table held.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.contracts import FeedContract
from orchestration.publish.pseudonyms import PseudonymKey
from orchestration.publish.sql_text import quoted_name
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transform.marts import primary_keys
from orchestration.transform.selection import ABOUT_THE_PIPELINE, HOW_WHOLE, meta_of

if TYPE_CHECKING:
    from orchestration.lineage.reach import Origin, Reach

EVIDENCE_FILE = "evidence.json"
"""Inside a publication, beside its record."""

_FORMAT = 1
"""Of the file. Change it with the file's shape: evidence of another shape is not read, and explains nothing."""

_SOFTWARE = ("justice-data-warehouse", "duckdb", "dbt-core", "great-expectations", "splink")
_ROOMS = ("contracts", "ingest", "quality", "linkage")
"""Rooms whose code decides figures. dbt's models are told one by one."""

_DOMAIN = "build content"
_LIST = "reference/"
"""How column lineage names a reference list (`lineage.reach.REFERENCE`)."""


@dataclass(frozen=True)
class NodeEvidence:
    """One model, seed or source of dbt's manifest.

    Attributes:
        relation: `schema.table`; of a source, `source.table`.
        digest: of its code and the macros it calls; empty for seeds and sources.
        parents: unique ids of what it reads. Of a source another stage writes, the model that stage reads.
    """

    relation: str
    digest: str = ""
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnSources:
    """What the values of a column come from, read column by column.

    Attributes:
        feeds: `agency/feed`, in order.
        lists: reference lists, in order.
        is_linked: whether they depend on which records are taken to be one person.
    """

    feeds: tuple[str, ...]
    lists: tuple[str, ...]
    is_linked: bool

    def with_those_of(self, other: ColumnSources) -> ColumnSources:
        """Of two editions of the column."""
        return ColumnSources(
            tuple(sorted({*self.feeds, *other.feeds})),
            tuple(sorted({*self.lists, *other.lists})),
            self.is_linked or other.is_linked,
        )


@dataclass(frozen=True)
class MartShape:
    """How two editions of one mart are compared.

    Attributes:
        node: its unique id.
        key: columns of its primary key, in order; empty if it has none.
        is_record_level: rows are of one person, case or event: it holds pseudonyms.
        left_out: columns that change from build to build by nature.
        sources: by column; empty where lineage was not read.
    """

    node: str
    key: tuple[str, ...]
    is_record_level: bool
    left_out: tuple[str, ...] = ()
    sources: Mapping[str, ColumnSources] = field(default_factory=dict)


@dataclass(frozen=True)
class FeedEvidence:
    """What decided the verdicts on one feed.

    Attributes:
        rules: fingerprint of its contract's rules, types and formats.
        codes: fingerprint of the codes its contract's lists hold.
    """

    rules: str
    codes: str


@dataclass(frozen=True)
class BuildEvidence:
    """What a build was made with.

    Attributes:
        software: version by package.
        code: digest by room of `orchestration`.
        feeds: by `agency/feed`.
        nodes: by dbt's unique id.
        tables: keyed fingerprint of the content of each table built, by `schema.table`, whatever the order of its rows.
        marts: every mart that holds figures, by name.
    """

    software: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)
    feeds: Mapping[str, FeedEvidence] = field(default_factory=dict)
    nodes: Mapping[str, NodeEvidence] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    marts: Mapping[str, MartShape] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Writes it into the folder of a publication."""
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=1, sort_keys=True) + "\n"
        (folder / EVIDENCE_FILE).write_text(text, encoding="utf-8")


def read_evidence(folder: Path) -> BuildEvidence | None:
    """The evidence of a publication; None if it has none, or none of today's format."""
    path = folder / EVIDENCE_FILE
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    if found.get("format") != _FORMAT:
        return None
    return BuildEvidence(
        software=found["software"],
        code=found["code"],
        feeds={name: FeedEvidence(**item) for name, item in found["feeds"].items()},
        nodes={
            name: NodeEvidence(item["relation"], item["digest"], tuple(item["parents"]))
            for name, item in found["nodes"].items()
        },
        tables=found["tables"],
        marts={
            name: MartShape(
                item["node"],
                tuple(item["key"]),
                item["is_record_level"],
                tuple(item["left_out"]),
                {
                    column: ColumnSources(tuple(sources["feeds"]), tuple(sources["lists"]), sources["is_linked"])
                    for column, sources in item["sources"].items()
                },
            )
            for name, item in found["marts"].items()
        },
    )


def gather_evidence(
    settings: Settings,
    manifest_path: Path,
    contracts: Collection[FeedContract],
    key: PseudonymKey,
    reach: Reach | None = None,
) -> BuildEvidence:
    """The evidence of the build that is in the build database.

    Args:
        settings: where things are.
        manifest_path: dbt's manifest of that build.
        contracts: of every feed.
        key: fingerprints are keyed with it.
        reach: column lineage of that build.

    Raises:
        ReferenceListError: a code list of a contract cannot be read.
    """
    # Imported late: the gate brings pandas, 0.4 s that commands which only read a publication need not wait for.
    from orchestration.quality.gate import rules_version
    from orchestration.quality.reference_lists import reference_codes

    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    return BuildEvidence(
        software=_software(),
        code={room: _code_digest(PROJECT_ROOT / "orchestration" / room) for room in _ROOMS},
        feeds={
            contract.key: FeedEvidence(
                rules_version(contract, {}), _digest(_lines(reference_codes(contract, settings.reference_dir)))
            )
            for contract in contracts
        },
        nodes=_nodes(manifest),
        tables=_fingerprints(settings.build_database, _left_out(manifest), key),
        marts=_marts(manifest, _column_sources(reach)),
    )


def _software() -> dict[str, str]:
    found = {}
    for package in _SOFTWARE:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # the project run from its folder, without being installed
            continue
    return found


def _code_digest(room: Path) -> str:
    """Of the code of one room and the models and lists that lie beside it."""
    paths = sorted(path for suffix in ("*.py", "*.sql", "*.json", "*.csv") for path in room.rglob(suffix))
    return _digest(part for path in paths for part in (str(path.relative_to(room)), path.read_text(encoding="utf-8")))


def _lines(lists: Mapping[str, Collection[str]]) -> Iterable[str]:
    for name, codes in lists.items():
        yield name
        yield from sorted(codes)


def _digest(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8") + b"\0")
    return digest.hexdigest()[:16]


def _nodes(manifest: Mapping[str, Any]) -> dict[str, NodeEvidence]:
    macros = manifest.get("macros", {})
    by_name = {node["name"]: node_id for node_id, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    nodes = {}
    for node_id, node in manifest["nodes"].items():
        if node["resource_type"] == "seed":
            nodes[node_id] = NodeEvidence(f"{node['schema']}.{node['alias']}")
        elif node["resource_type"] == "model":
            depends_on = node.get("depends_on", {})
            code = [node.get("raw_code", ""), *(macros[name]["macro_sql"] for name in _called(depends_on, macros))]
            parents = sorted(set(depends_on.get("nodes", ())) - {HOW_WHOLE})
            nodes[node_id] = NodeEvidence(f"{node['schema']}.{node['alias']}", _digest(code), tuple(parents))
    for node_id, source in manifest.get("sources", {}).items():
        made_from = meta_of(source).get("made_from")
        nodes[node_id] = NodeEvidence(
            f"{source['source_name']}.{source['name']}", parents=(by_name[made_from],) if made_from else ()
        )
    return nodes


def _called(depends_on: Mapping[str, Any], macros: Mapping[str, Any]) -> list[str]:
    """Macros of the project a node calls, and those they call; dbt's own come with its version."""
    found: set[str] = set()
    waiting = list(depends_on.get("macros", ()))
    while waiting:
        name = waiting.pop()
        if name in found or name not in macros or macros[name]["package_name"] != "justice":
            continue
        found.add(name)
        waiting.extend(macros[name]["depends_on"]["macros"])
    return sorted(found)


def _column_sources(reach: Reach | None) -> dict[str, dict[str, ColumnSources]]:
    """By mart and column."""
    return {
        mart.name.partition(".")[2]: {column: _sources_of(origins) for column, origins in mart.columns.items()}
        for mart in (reach.marts if reach else ())
    }


def _sources_of(origins: Collection[Origin]) -> ColumnSources:
    names = {origin.feed for origin in origins}
    lists = {name for name in names if name.startswith(_LIST)}
    return ColumnSources(
        feeds=tuple(sorted(names - lists)),
        lists=tuple(sorted(name.removeprefix(_LIST) for name in lists)),
        is_linked=any(origin.through_linkage for origin in origins),
    )


def _marts(manifest: Mapping[str, Any], sources: Mapping[str, Mapping[str, ColumnSources]]) -> dict[str, MartShape]:
    keys = primary_keys(manifest)
    return {
        node["name"]: MartShape(
            node_id,
            keys.get(node_id, ()),
            any(str(meta_of(column).get("publish", "")).startswith("pseudonym") for column in node["columns"].values()),
            tuple(sorted({"data_as_of", *meta_of(node).get("run_time_columns", ())})),
            sources.get(node["name"], {}),
        )
        for node_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] == "marts" and not _is_about_the_build(node)
    }


def _is_about_the_build(node: Mapping[str, Any]) -> bool:
    """Whether a mart describes deliveries or the build itself: it differs from build to build by nature."""
    return ABOUT_THE_PIPELINE in node.get("fqn", ()) or bool(meta_of(node).get("describes_the_build"))


def _left_out(manifest: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """By `schema.table`, columns that say when it was built rather than what it holds."""
    return {
        f"{node['schema']}.{node['alias']}": frozenset(
            [*meta_of(node).get("run_time_columns", ()), *(["data_as_of"] if node["schema"] == "marts" else [])]
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


def _fingerprints(build_database: Path, left_out: Mapping[str, frozenset[str]], key: PseudonymKey) -> dict[str, str]:
    found = {}
    with closing(duckdb.connect(str(build_database), read_only=True)) as connection:
        columns: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "inner join duckdb_tables() using (schema_name, table_name) order by 1, column_index"
        ).fetchall():
            columns.setdefault(table, [])
            if column not in left_out.get(table, ()):
                columns[table].append(column)
        for table, names in columns.items():
            row = f"hash({', '.join(map(quoted_name, names))})" if names else "0"
            schema, _, name = table.partition(".")
            content = connection.execute(
                f"select count(*), sum({row}), bit_xor({row}) from {quoted_name(schema)}.{quoted_name(name)}"
            ).fetchall()[0]
            found[table] = key.pseudonym(_DOMAIN, f"{table} {names} {content}")
    return found
