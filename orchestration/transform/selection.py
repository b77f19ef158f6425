"""What leaves the building: one rule per column, read from the dbt manifest. No rule, no publication.

A column declares `config.meta.publish` in its model's YAML:

* `keep`: published as it is;
* `drop`: never published (names, dates of birth, postcodes, operational identifiers, judicial tokens);
* `pseudonym:<domain>`: published as a keyed hash. Equal values of one domain get equal pseudonyms in every table.

A folder of models may say for all its columns what holds where one is silent (`meta.publish_columns: keep`; the marts
do). No default reaches a column whose name is that of something private: one that ends in `_id`, or that has in it the
name of a column an agency's contract or a model holds back. It states its rule, `keep` included, or nothing leaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

PUBLISHED_SCHEMAS = ("conformed", "marts")

ABOUT_THE_PIPELINE = "pipeline"
"""Subject (folder) of the marts that describe deliveries and builds: they are evidence, not figures."""

HOW_WHOLE = "model.justice.mart_coverage"
"""The model that says of each mart how whole it is. It knows of every delivery, and a mart whose rows carry what it
says is not made from every feed: lineage passes over it (as the macro `feeds_above` does)."""

_HELD_BACK = ("personal", "identifier", "judicial")
"""Classifications of delivered columns (`contracts.model.Classification`) whose names no default publishes."""


class SelectionError(ValueError):
    """A model or column has no valid publication rule; `faults` holds them one by one."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        """Say what is wrong as a whole, and keep each fault."""
        self.faults = tuple(sorted(faults))
        super().__init__("\n  ".join([message, *self.faults]))


class Rule(StrEnum):
    """How one column is published."""

    KEEP = "keep"
    DROP = "drop"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True)
class PublishedColumn:
    """One column of a published table. `domain` is set when `rule` is PSEUDONYM."""

    name: str
    description: str
    rule: Rule
    domain: str | None = None


@dataclass(frozen=True)
class PublishedTable:
    """One model that is published, with every column of the built table that may leave or must stay.

    `run_time_columns` change from build to build by nature and are left out of content comparisons. A table that
    `is_made_here` is declared by its model and filled when the publication is assembled (`meta.made_by: publication`).
    """

    schema: str
    name: str
    description: str
    columns: tuple[PublishedColumn, ...]
    run_time_columns: frozenset[str] = frozenset()
    is_made_here: bool = False

    @property
    def full_name(self) -> str:
        """`schema.name`, as an analyst writes it."""
        return f"{self.schema}.{self.name}"


def read_selection(manifest_path: Path) -> tuple[PublishedTable, ...]:
    """Every model of the published schemas, ordered by schema and name.

    Models with `config.meta.publish: false` (intermediate steps) are left out whole.

    Raises:
        SelectionError: the manifest is missing, or a column has no rule or an unknown one. All faults are listed.
    """
    if not manifest_path.exists():
        raise SelectionError(f"{manifest_path} does not exist; run the dbt step first ('warehouse run').")
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    models = [
        node for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS
        and meta_of(node).get("publish") is not False
    ]  # fmt: skip
    private = private_names(manifest)
    faults: list[str] = []
    tables = []
    for node in models:
        meta = meta_of(node)
        default = str(meta.get("publish_columns", ""))
        tables.append(
            PublishedTable(
                schema=node["schema"],
                name=node["alias"],
                description=node["description"],
                columns=tuple(
                    _column(node["name"], column, default, private, faults) for column in node["columns"].values()
                ),
                run_time_columns=frozenset(meta.get("run_time_columns", ())),
                is_made_here=meta.get("made_by") == "publication",
            )
        )
    if faults:
        raise SelectionError("columns without a valid config.meta.publish rule:", faults)
    return tuple(sorted(tables, key=lambda table: (table.schema, table.name)))


def private_names(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Names of columns that hold something private somewhere: as delivered, by contract, or in a model, by its rule."""
    delivered = {
        column["name"]
        for source in manifest.get("sources", {}).values()
        for column in source["columns"].values()
        if meta_of(column).get("classification") in _HELD_BACK
    }
    return frozenset(delivered) | {
        column["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        for column in node["columns"].values()
        if str(meta_of(column).get("publish", Rule.KEEP)) != Rule.KEEP
    }


def private_part(name: str, private: Iterable[str]) -> str | None:
    """What in a column's name tells that it may be private, or None: `_id` at its end, or a private name within."""
    if name.endswith("_id"):
        return "_id"
    return next((word for word in sorted(private) if f"_{word}_" in f"_{name}_"), None)


def meta_of(element: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the project says of a node or a column of the manifest under `meta`, folders' defaults included."""
    config = element.get("config") or {}
    meta: Mapping[str, Any] = config.get("meta") or element.get("meta") or {}
    return meta


def _column(
    model: str, column: Mapping[str, Any], default: str, private: frozenset[str], faults: list[str]
) -> PublishedColumn:
    name = column["name"]
    stated = str(meta_of(column).get("publish", ""))
    rule_text = stated or default
    kind, _, domain = rule_text.partition(":")
    fault = None
    if kind not in set(Rule) or (kind == Rule.PSEUDONYM) != bool(domain):
        fault = f"publish is '{rule_text}', not keep, drop or pseudonym:<domain>"
    elif not stated and (part := private_part(name, private)):
        fault = (
            f"'{part}' in its name is that of something private, so the folder's default ({default}) does not hold; "
            "write config: {meta: {publish: ...}} with pseudonym:<domain>, drop or, if nobody is found by it, keep"
        )
    if fault:
        faults.append(f"{model}.{name}: {fault}")
        kind, domain = Rule.DROP, ""
    return PublishedColumn(name=name, description=column.get("description", ""), rule=Rule(kind), domain=domain or None)
