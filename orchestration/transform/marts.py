"""What a mart is, as dbt's manifest has it: its columns, their types, and its key. Nothing else says these things.

Belongs here: reading them from the manifest. Does not belong here: which columns leave (`selection.py`), or what else
is promised of a mart (`contracts/products.py`).

The key of a model is what its `primary_key` test holds; a column is required if that test or a `values_present` test
holds it. So nothing is promised that no test would notice broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.transform.selection import meta_of


@dataclass(frozen=True)
class MartColumn:
    """One column of a mart.

    Attributes:
        name: its name.
        type: as declared to dbt, in small letters; empty if it is not.
        description: as declared.
        is_required: a test holds that it is never null.
    """

    name: str
    type: str
    description: str
    is_required: bool


@dataclass(frozen=True)
class Mart:
    """One mart.

    Attributes:
        name: its name.
        subject: the folder it belongs to.
        file: the YAML that describes it, as a message names it.
        description: as shown to readers, Markdown.
        columns: in order.
        key: the columns of its primary key, in order; empty if no test holds one.
        is_enforced: dbt refuses to build it with other columns or types than these.
    """

    name: str
    subject: str
    file: str
    description: str
    columns: tuple[MartColumn, ...]
    key: tuple[str, ...]
    is_enforced: bool


def read_marts(manifest: Mapping[str, Any]) -> dict[str, Mart]:
    """Every mart by name; the steps on the way to one (`meta.publish: false`) are none."""
    keys = primary_keys(manifest)
    present: dict[str, set[str]] = {node_id: set(key) for node_id, key in keys.items()}
    for node_id, columns in _columns_tested(manifest, "values_present"):
        present.setdefault(node_id, set()).update(columns)
    return {
        node["name"]: Mart(
            name=node["name"],
            subject=node["fqn"][2],
            file="dbt_project/" + (node.get("patch_path") or node["original_file_path"]).rpartition("://")[2],
            description=node["description"],
            columns=tuple(
                MartColumn(
                    name=column["name"],
                    type=(column.get("data_type") or "").lower(),
                    description=column.get("description", ""),
                    is_required=column["name"] in present.get(node_id, ()),
                )
                for column in node["columns"].values()
            ),
            key=keys.get(node_id, ()),
            is_enforced=bool(node["config"].get("contract", {}).get("enforced")),
        )
        for node_id, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and node["schema"] == "marts" and meta_of(node).get("publish") is not False
    }


def primary_keys(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Unique id of a node -> the columns of its primary key, in order, from the test that holds it."""
    return dict(_columns_tested(manifest, "primary_key"))


def _columns_tested(manifest: Mapping[str, Any], test: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The node and the columns of every generic test of a name that looks at all rows."""
    for node in manifest["nodes"].values():
        told = node.get("test_metadata") or {}
        is_whole = not node.get("config", {}).get("where")
        if node["resource_type"] == "test" and told.get("name") == test and node.get("attached_node") and is_whole:
            yield node["attached_node"], tuple(told["kwargs"]["columns"])
