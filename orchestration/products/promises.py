"""The whole contract of each mart, from the places where its parts stand.

Belongs here: what of a mart is promised (what leaves, as it leaves), and the documents. Does not belong here: how a
document is laid out (`contracts/products.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from orchestration.contracts.products import (
    PromisedColumn,
    load_product_heads,
    load_shared_terms,
    product_contract,
)
from orchestration.settings import Settings
from orchestration.transform.marts import Mart, read_marts
from orchestration.transform.selection import PublishedColumn, Rule, read_selection

CONTRACT_SUFFIX = ".odcs.yaml"
"""Of a contract's file, after the name of its mart."""


def product_contracts(settings: Settings, manifest_path: Path) -> dict[str, str]:
    """The contract of every mart that has a head, by name, as ODCS documents.

    Raises:
        ContractError: a file of `data_contracts/products/` cannot be used.
        SelectionError: a column has no valid publication rule.
    """
    heads = load_product_heads(settings.contracts_dir)
    shared = load_shared_terms(settings.contracts_dir)
    marts = read_marts(json.loads(manifest_path.read_text(encoding="utf-8")))
    published = {table.name: table.columns for table in read_selection(manifest_path) if table.schema == "marts"}
    return {
        name: product_contract(heads[name], shared, promised_columns(mart, published[name]))
        for name, mart in sorted(marts.items())
        if name in heads
    }


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
