"""Which published columns each column of a feed reaches, along dbt's manifest.

Belongs here: following column lineage from the raw sources to the published marts. Does not belong here: the lineage
of one query (`query`), what a rule costs (`reports.owner.impact`).

Nothing is written down by hand: parents, SQL and columns come from the manifest and the compiled SQL of the build. The
one step dbt cannot see, linking people, is named in the manifest by `meta.made_from` of the source it writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from orchestration.lineage.query import ROWS, ModelUses, UnreadableSql, model_uses
from orchestration.transform.selection import ABOUT_THE_PIPELINE, HOW_WHOLE

REFERENCE = "reference"
"""Stands where the agency does in an origin that is a reference list: `reference/<list>`."""

_RAW = "raw_"


class Origin(NamedTuple):
    """A column of a feed as delivered, or of a reference list, (or its rows), and how it got here.

    Attributes:
        feed: `agency/feed`, or `reference/<list>`.
        column: of the contract, or `ROWS`.
        through_linkage: only by way of which records are taken to be one person.
        is_exact: every step on the way was read column by column.
    """

    feed: str
    column: str
    through_linkage: bool = False
    is_exact: bool = True


@dataclass(frozen=True)
class Mart:
    """One published mart and what it depends on.

    Attributes:
        name: `marts.<name>`.
        purpose: first sentence of its description.
        columns: by published column, where its values come from.
        rows: what decides which rows it has.
    """

    name: str
    purpose: str
    columns: Mapping[str, frozenset[Origin]]
    rows: frozenset[Origin]


@dataclass(frozen=True)
class Touch:
    """How one mart depends on a feed, or on some columns of it.

    Attributes:
        columns: published columns computed from them, in the mart's order.
        linked_columns: published columns they reach only by way of which records are taken to be one person.
        bears_on_rows: whether they decide, without that detour, which rows are counted at all.
        is_exact: known column by column; otherwise only that the mart reads a model that reads the feed.
    """

    mart: Mart
    columns: tuple[str, ...]
    linked_columns: tuple[str, ...]
    bears_on_rows: bool
    is_exact: bool

    @property
    def through_linkage_only(self) -> bool:
        """Nothing of it is reached without linking people."""
        return not self.columns and not self.bears_on_rows


@dataclass(frozen=True)
class Reach:
    """The published marts, and the staged model of every feed.

    Attributes:
        staged: `schema.table` of the versions of each feed in the build database, by `agency/feed`.
        unread: models whose SQL could not be read column by column, with the reason.
    """

    marts: tuple[Mart, ...]
    staged: Mapping[str, str]
    unread: Mapping[str, str]

    def touched(self, feed: str, columns: Collection[str] | None = None) -> tuple[Touch, ...]:
        """Marts that depend on the feed's rows (no columns named), or on the values of these columns."""
        touches = []
        for mart in self.marts:

            def meant(origins: Iterable[Origin]) -> list[Origin]:
                return [item for item in origins if item.feed == feed and (columns is None or item.column in columns)]

            by_column = {name: meant(origins) for name, origins in mart.columns.items()}
            in_rows = meant(mart.rows)
            every = [*in_rows, *(item for found in by_column.values() for item in found)]
            if every:
                touches.append(
                    Touch(
                        mart=mart,
                        columns=tuple(name for name, found in by_column.items() if _is_direct(found)),
                        linked_columns=tuple(
                            name for name, found in by_column.items() if found and not _is_direct(found)
                        ),
                        bears_on_rows=_is_direct(in_rows),
                        is_exact=any(item.is_exact for item in every),
                    )
                )
        return tuple(touches)


def read_reach(
    manifest_path: Path,
    published: Mapping[str, Collection[str]],
    feed_columns: Mapping[str, Collection[str]],
    dialect: str,
) -> Reach:
    """Follows every published mart back to the feeds, save those that report on the feeds themselves.

    Args:
        manifest_path: of the build; its compiled SQL lies beside it.
        published: columns of every published table, by `schema.table`.
        feed_columns: columns of every feed by `agency/feed`.
        dialect: of the compiled SQL, `duckdb` or `spark`.
    """
    graph = _Graph(json.loads(manifest_path.read_text(encoding="utf-8")), manifest_path.parent, feed_columns, dialect)
    marts = []
    for node_id, node in sorted(graph.models.items(), key=lambda item: item[1]["name"]):
        name = f"{node['schema']}.{node['alias']}"
        if node["schema"] != "marts" or name not in published or ABOUT_THE_PIPELINE in node["fqn"]:
            continue
        marts.append(
            Mart(
                name=name,
                purpose=_first_sentence(node["description"]),
                columns={
                    column: graph.origins(node_id, column) for column in node["columns"] if column in published[name]
                },
                rows=graph.origins(node_id, ROWS),
            )
        )
    return Reach(tuple(marts), graph.staged(), graph.unread)


class _Graph:
    """The models of a manifest, asked where a column comes from; answers are kept."""

    def __init__(
        self, manifest: Mapping[str, Any], target: Path, feed_columns: Mapping[str, Collection[str]], dialect: str
    ) -> None:
        self.models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
        self.unread: dict[str, str] = {}
        self._seeds = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "seed"}
        self._sources: Mapping[str, Any] = manifest["sources"]
        self._by_name = {node["name"]: key for key, node in self.models.items()}
        self._target = target
        self._feed_columns = feed_columns
        self._dialect = dialect
        self._uses: dict[str, ModelUses | None] = {}
        self._origins: dict[tuple[str, str], frozenset[Origin]] = {}
        self._whole: dict[str, frozenset[Origin]] = {}

    def staged(self) -> dict[str, str]:
        """The model that reads each feed's raw source, as `schema.table`, by `agency/feed`."""
        found = {}
        for node in self.models.values():
            for parent in node["depends_on"]["nodes"]:
                feed = self._feed(parent)
                if feed is not None:
                    found[feed] = f"{node['schema']}.{node['alias']}"
        return found

    def origins(self, node_id: str, column: str) -> frozenset[Origin]:
        """Where a column of a node (or its rows) comes from."""
        key = node_id, column
        if key not in self._origins:
            self._origins[key] = frozenset()  # an empty answer, should a graph ever lead back to itself
            self._origins[key] = self._find(node_id, column)
        return self._origins[key]

    def _find(self, node_id: str, column: str) -> frozenset[Origin]:
        if node_id == HOW_WHOLE:
            return frozenset()
        if node_id in self._sources:
            return self._of_source(node_id, column)
        if node_id not in self.models:
            seed = self._seeds.get(node_id)
            return frozenset({Origin(f"{REFERENCE}/{seed['alias']}", column)}) if seed else frozenset()
        uses = self._model_uses(node_id)
        if uses is None:
            return self._of_whole_parents(node_id)
        relations = {self._relation(parent): parent for parent in self.models[node_id]["depends_on"]["nodes"]}
        used = uses.rows if column == ROWS else uses.values.get(column, frozenset())
        found = {self.origins(relations[relation], name) for relation, name in used if relation in relations}
        return found.pop() if len(found) == 1 else _merged(item for origins in found for item in origins)

    def _of_source(self, node_id: str, column: str) -> frozenset[Origin]:
        feed = self._feed(node_id)
        if feed is not None:
            is_known = column == ROWS or column in self._feed_columns.get(feed, ())
            return frozenset({Origin(feed, column)}) if is_known else frozenset()
        source = self._sources[node_id]
        made_from = ((source.get("config") or {}).get("meta") or source.get("meta") or {}).get("made_from")
        if made_from is None:
            return frozenset()
        model = self._by_name[made_from]
        return _merged(item._replace(through_linkage=True) for item in self._of_whole(model))

    def _of_whole(self, node_id: str) -> frozenset[Origin]:
        """Everything a node holds comes from."""
        if node_id not in self._whole:
            if feed := self._feed(node_id):
                names = list(self._feed_columns.get(feed, ()))
            else:
                names = list(self.models[node_id]["columns"]) if node_id in self.models else []
            self._whole[node_id] = _merged(item for name in [*names, ROWS] for item in self.origins(node_id, name))
        return self._whole[node_id]

    def _of_whole_parents(self, node_id: str) -> frozenset[Origin]:
        parents = self.models[node_id]["depends_on"]["nodes"]
        return _merged(item._replace(is_exact=False) for parent in parents for item in self._of_whole(parent))

    def _model_uses(self, node_id: str) -> ModelUses | None:
        if node_id not in self._uses:
            try:
                self._uses[node_id] = self._read(node_id)
            except (UnreadableSql, OSError) as error:
                self.unread[self.models[node_id]["name"]] = str(error)
                self._uses[node_id] = None
        return self._uses[node_id]

    def _read(self, node_id: str) -> ModelUses:
        node = self.models[node_id]
        sql = (self._target / "compiled" / node["package_name"] / node["original_file_path"]).read_text("utf-8")
        columns = {}
        for parent in node["depends_on"]["nodes"]:
            relation = self._relation(parent)
            found = self.models.get(parent) or self._seeds.get(parent) or self._sources[parent]
            names = tuple(found["columns"])
            if feed := self._feed(parent):
                names = tuple(dict.fromkeys((*names, *self._feed_columns.get(feed, ()))))
            columns[relation] = names
            if found.get("relation_name"):
                schema, _, table = relation.partition(".")
                sql = sql.replace(found["relation_name"], f'"{schema}"."{table}"')
        return model_uses(sql, columns, self._dialect)

    def _relation(self, node_id: str) -> str:
        if node_id in self._sources:
            source = self._sources[node_id]
            return f"{source['source_name']}.{source['name']}"
        node = self.models.get(node_id) or self._seeds[node_id]
        return f"{node['schema']}.{node['alias']}"

    def _feed(self, node_id: str) -> str | None:
        source = self._sources.get(node_id)
        if source is None or not source["source_name"].startswith(_RAW):
            return None
        return f"{source['source_name'].removeprefix(_RAW)}/{source['name']}"


def _is_direct(origins: Iterable[Origin]) -> bool:
    return any(not item.through_linkage for item in origins)


def _merged(origins: Iterable[Origin]) -> frozenset[Origin]:
    """Of two ways from one column the direct one, and the exactly known one, is kept."""
    best: dict[tuple[str, str], Origin] = {}
    for item in origins:
        key = item.feed, item.column
        known = best.get(key)
        if known is None:
            best[key] = item
        else:
            best[key] = Origin(
                *key,
                through_linkage=known.through_linkage and item.through_linkage,
                is_exact=known.is_exact or item.is_exact,
            )
    return frozenset(best.values())


def _first_sentence(description: str) -> str:
    paragraph = " ".join(description.split("\n\n", maxsplit=1)[0].split())
    return re.split(r"(?<=[.?!])\s", paragraph)[0]
