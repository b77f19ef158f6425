"""What leaves the building: one rule per column, read from the dbt manifest. No rule, no publication.

Every column of a conformed or mart model declares `config.meta.publish` in its YAML:

* `keep`: published as it is;
* `drop`: never published (names, dates of birth, postcodes, operational identifiers, judicial tokens);
* `pseudonym:<domain>`: published as a keyed hash. Equal values of one domain get equal pseudonyms in every table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

PUBLISHED_SCHEMAS = ("conformed", "marts")


class SelectionError(ValueError):
    """A model or column has no valid publication rule."""


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
    faults: list[str] = []
    tables = []
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] not in PUBLISHED_SCHEMAS:
            continue
        meta = _meta(node)
        if meta.get("publish") is False:
            continue
        columns = tuple(_column(node["name"], column, faults) for column in node["columns"].values())
        tables.append(
            PublishedTable(
                schema=node["schema"],
                name=node["alias"],
                description=node["description"],
                columns=columns,
                run_time_columns=frozenset(meta.get("run_time_columns", ())),
                is_made_here=meta.get("made_by") == "publication",
            )
        )
    if faults:
        raise SelectionError("columns without a valid config.meta.publish rule:\n  " + "\n  ".join(sorted(faults)))
    return tuple(sorted(tables, key=lambda table: (table.schema, table.name)))


def _meta(element: Mapping[str, Any]) -> Mapping[str, Any]:
    config = element.get("config") or {}
    meta: Mapping[str, Any] = config.get("meta") or element.get("meta") or {}
    return meta


def _column(model: str, column: Mapping[str, Any], faults: list[str]) -> PublishedColumn:
    rule_text = str(_meta(column).get("publish", ""))
    kind, _, domain = rule_text.partition(":")
    if kind not in set(Rule) or (kind == Rule.PSEUDONYM) != bool(domain):
        faults.append(f"{model}.{column['name']}: publish is '{rule_text}', not keep, drop or pseudonym:<domain>")
        kind, domain = Rule.DROP, ""
    return PublishedColumn(
        name=column["name"], description=column.get("description", ""), rule=Rule(kind), domain=domain or None
    )
