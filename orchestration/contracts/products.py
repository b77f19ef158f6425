"""What a mart promises its readers: `data_contracts/products/` read, and made a contract of the open standard (ODCS).

Belongs here: what is said of a mart nowhere else (`<mart>.yaml`), what every mart promises alike (`_every_mart.yaml`),
and the document made of both and the mart's columns. Does not belong here: where the columns come from (dbt's
manifest), or whether marts and files match (`products/checks.py`).

The document is rendered when somebody asks for it and into every publication, and is never committed: columns, types,
descriptions, key and publication rules are dbt's, and a second copy would drift, as it did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.contracts.generated_yaml import as_yaml
from orchestration.contracts.reader import Faults, Node, read_document

PRODUCTS_FOLDER = "products"
SHARED_FILE = "_every_mart.yaml"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

TYPES: Mapping[str, tuple[str, str]] = {
    "string": ("string", "VARCHAR"),
    "bigint": ("integer", "BIGINT"),
    "double": ("number", "DOUBLE"),
    "date": ("date", "DATE"),
    "boolean": ("boolean", "BOOLEAN"),
}
"""Types a mart's column may have in dbt -> logical type of the standard, physical type in the published database."""

WANTED = {
    "title": "what the mart is about, in a few words",
    "version": "1.0.0; the first number rises when a column goes or changes its meaning, the second when one is added",
    "created": "the day of the first version, YYYY-MM-DD",
    "purpose": "which question it answers, and for whom",
    "usage": "what may be added up and compared, and what to read first",
    "limitations": "what it cannot say, and what is known to be missing",
}
"""What a head must say."""


@dataclass(frozen=True)
class ProductHead:
    """What is said of a mart nowhere else.

    Attributes:
        mart: its name.
        title: what it is about, in a few words.
        version: of the promise, not of the data.
        created: day of the first version, ISO text.
        purpose: which question it answers.
        usage: what may be done with it.
        limitations: what it cannot say.
        special_category: columns with ethnicity or nationality (sensitive processing, DPA 2018 section 35(8)).
        regime_breaks: days, ISO text, before and after which its figures are not to be compared.
    """

    mart: str
    title: str
    version: str
    created: str
    purpose: str
    usage: str
    limitations: str
    special_category: tuple[str, ...]
    regime_breaks: tuple[str, ...]


@dataclass(frozen=True)
class PromisedColumn:
    """One column as a reader gets it.

    Attributes:
        name, description: as published.
        type: dbt's, one of `TYPES`.
        key_position: 1-based place in the primary key; None outside it.
        is_required: it is never null, and a test holds that.
        is_pseudonym: its values are keyed hashes.
    """

    name: str
    type: str
    description: str
    key_position: int | None
    is_required: bool
    is_pseudonym: bool


def head_path(mart: str) -> str:
    """Where the head of a mart is, as a message names it."""
    return f"data_contracts/{PRODUCTS_FOLDER}/{mart}.yaml"


def load_product_heads(contracts_dir: Path) -> dict[str, ProductHead]:
    """Every head, by mart.

    Raises:
        ContractError: with every problem of every file.
    """
    faults = Faults()
    paths = sorted((contracts_dir / PRODUCTS_FOLDER).glob("*.yaml"))
    heads = [faults.of(_load_head, path) for path in paths if path.name != SHARED_FILE]
    faults.check()
    return {head.mart: head for head in heads}


def load_shared_terms(contracts_dir: Path) -> dict[str, Any]:
    """What every mart promises alike, in the standard's words.

    Raises:
        ContractError: the file is not YAML, or says what is not for all marts alike.
    """
    path = contracts_dir / PRODUCTS_FOLDER / SHARED_FILE
    document = read_document(path, head_path(path.stem))
    document.only("apiVersion", "kind", "status", "domain", "team", "servers", "slaProperties")
    return document.mapping()


def product_contract(head: ProductHead, shared: Mapping[str, Any], columns: Iterable[PromisedColumn]) -> str:
    """The whole contract of a mart as an ODCS document.

    Args:
        head: what is said of it nowhere else.
        shared: what every mart promises alike.
        columns: those that are published, in order, each of a type in `TYPES`.
    """
    document = {
        "apiVersion": shared["apiVersion"],
        "kind": shared["kind"],
        "id": f"marts-{head.mart}".replace("_", "-"),
        "name": head.title,
        "version": head.version,
        "status": shared["status"],
        "domain": shared["domain"],
        "contractCreatedTs": f"{head.created}T00:00:00Z",
        "description": {"purpose": head.purpose, "usage": head.usage, "limitations": head.limitations},
        "team": shared["team"],
        "servers": shared["servers"],
        "schema": [
            {
                "name": head.mart,
                "physicalType": "table",
                "properties": [_property(column, head) for column in columns],
            }
        ],
        "slaProperties": [{**promise, "element": head.mart} for promise in shared["slaProperties"]],
    }
    if head.regime_breaks:
        document["customProperties"] = [{"property": "regimeBreaks", "value": list(head.regime_breaks)}]
    return as_yaml(document)


def _property(column: PromisedColumn, head: ProductHead) -> dict[str, Any]:
    logical, physical = TYPES[column.type]
    said: dict[str, Any] = {"name": column.name, "logicalType": logical, "physicalType": physical}
    if column.is_required:
        said["required"] = True
    if column.key_position is not None:
        said |= {"primaryKey": True, "primaryKeyPosition": column.key_position}
    return said | {"classification": _classification(column, head), "description": " ".join(column.description.split())}


def _classification(column: PromisedColumn, head: ProductHead) -> str:
    if column.is_pseudonym:
        return "pseudonym"
    return "special_category" if column.name in head.special_category else "none"


def _load_head(path: Path) -> ProductHead:
    mart = path.stem
    document = read_document(path, head_path(mart))
    faults = Faults()
    faults.of(document.only, *WANTED, "special_category", "regime_breaks")
    said = {key: faults.of(_said, document, key) for key in WANTED}
    special_category = faults.of(document.texts, "special_category")
    regime_breaks = faults.of(_days, document, "regime_breaks")
    faults.check()
    return ProductHead(mart=mart, special_category=special_category, regime_breaks=regime_breaks, **said)


def _said(document: Node, key: str) -> str:
    if key == "created":
        return document.date(key).isoformat()
    return document.text(key, WANTED[key])


def _days(document: Node, key: str) -> tuple[str, ...]:
    days = document.texts(key)
    if wrong := [day for day in days if not _DAY.fullmatch(day)]:
        raise document.child(key).problem(f"not a date: {', '.join(wrong)}; write YYYY-MM-DD")
    return days
