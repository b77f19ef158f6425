"""The whole contract of each mart, from the places where its parts stand.

Belongs here: what of a mart is promised (what leaves, as it leaves), and the documents. Does not belong here: how a
document is laid out (`contracts/products.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from orchestration.contracts import ContractError
from orchestration.contracts.products import (
    PromisedColumn,
    head_path,
    load_product_heads,
    load_shared_terms,
    product_contract,
)
from orchestration.settings import Settings
from orchestration.transform.marts import Mart, read_marts
from orchestration.transform.selection import PublishedColumn, Rule, read_selection

CONTRACTS_FOLDER = "contracts"
"""Inside a publication."""

CONTRACT_SUFFIX = ".odcs.yaml"
"""Of a contract's file, after the name of its mart."""


def product_contracts(settings: Settings, manifest_path: Path) -> dict[str, str]:
    """The contract of every mart, by name, as ODCS documents.

    Raises:
        ContractError: a file of `data_contracts/products/` cannot be used, or is missing.
        SelectionError: a column has no valid publication rule.
    """
    heads = load_product_heads(settings.contracts_dir)
    shared = load_shared_terms(settings.contracts_dir)
    marts = read_marts(json.loads(manifest_path.read_text(encoding="utf-8")))
    if missing := [missing_head(name) for name in sorted(marts) if name not in heads]:
        raise ContractError(missing)
    published = {table.name: table.columns for table in read_selection(manifest_path) if table.schema == "marts"}
    return {
        name: product_contract(heads[name], shared, promised_columns(mart, published[name]))
        for name, mart in sorted(marts.items())
    }


def write_contracts(settings: Settings, manifest_path: Path, folder: Path) -> tuple[Path, ...]:
    """Writes `contracts/<mart>.odcs.yaml` of every mart into a folder; their paths.

    Raises:
        ContractError, SelectionError: as `product_contracts`; nothing is written then.
    """
    contracts = product_contracts(settings, manifest_path)
    target = folder / CONTRACTS_FOLDER
    target.mkdir(parents=True, exist_ok=True)
    paths = {target / f"{name}{CONTRACT_SUFFIX}": text for name, text in contracts.items()}
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8")
    return tuple(paths)


def missing_head(mart: str) -> str:
    """What to say of a mart that has no head."""
    return (
        f"{head_path(mart)}: missing; write what mart {mart} is for, how it is used and what it cannot say "
        "('warehouse marts new' shows such a file)"
    )


def promised_columns(mart: Mart, published: Iterable[PublishedColumn]) -> tuple[PromisedColumn, ...]:
    """The columns of a mart that leave, in order, as a reader gets them."""
    rules: Mapping[str, Rule] = {column.name: column.rule for column in published}
    return tuple(
        PromisedColumn(
            name=column.name,
            type=column.type,
            description=column.description,
            key_position=mart.key.index(column.name) + 1 if column.name in mart.key else None,
            is_required=column.is_required,
            is_pseudonym=rules[column.name] is Rule.PSEUDONYM,
        )
        for column in mart.columns
        if rules[column.name] is not Rule.DROP
    )
