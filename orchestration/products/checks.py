"""Whether the files that make a mart fit one another, every fault told at once with what to write where.

Belongs here: model, measures and head against each other. Does not belong here: faults within one of these files, which
its reader tells (`contracts/products.py`, `contracts/metrics.py`, `transform/selection.py`), or numbers (dbt's tests).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import TypeVar

from orchestration.contracts import ContractError
from orchestration.contracts.metric_docs import mart_text, metric_docs_file, render_metric_docs
from orchestration.contracts.metrics import REGISTRY_FILE, MartMetrics, load_metrics
from orchestration.contracts.products import TYPES, ProductHead, head_path, load_product_heads, load_shared_terms
from orchestration.contracts.reader import TO_FILL_IN
from orchestration.products.promises import missing_head
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transform.dbt import prepare_manifest
from orchestration.transform.marts import Mart, read_marts
from orchestration.transform.selection import SelectionError, read_selection

T = TypeVar("T")

_REGISTRY = f"data_contracts/{REGISTRY_FILE}"
_NUMERIC = ("bigint", "double")


def check_marts(settings: Settings) -> tuple[str, ...]:
    """Everything that is wrong with the marts; empty if nothing is.

    dbt is asked only when what people and `contracts sync` wrote is whole, for it would stop at the first of these.

    Raises:
        DbtError: dbt cannot parse the project.
    """
    faults = list(_still_to_fill_in(settings))
    heads = _read(lambda: load_product_heads(settings.contracts_dir), faults)
    _read(lambda: load_shared_terms(settings.contracts_dir), faults)
    registry = _read(lambda: load_metrics(settings.contracts_dir), faults)
    if registry is not None:
        faults += _stale_docs(settings, registry)
    if faults or heads is None or registry is None:
        return tuple(faults)
    manifest_path = prepare_manifest(settings)
    marts = read_marts(json.loads(manifest_path.read_text(encoding="utf-8")))
    try:
        read_selection(manifest_path)
    except SelectionError as error:
        faults += error.faults
    return (*faults, *mart_faults(marts, heads, registry))


def mart_faults(
    marts: Mapping[str, Mart], heads: Mapping[str, ProductHead], registry: Mapping[str, MartMetrics]
) -> tuple[str, ...]:
    """Where models, heads and measures do not fit one another, mart by mart."""
    faults: list[str] = []
    for name in sorted({*marts, *heads, *registry}):
        mart = marts.get(name)
        if mart is None:
            faults += _of_no_mart(name, marts, heads, registry)
            continue
        faults += _model(mart)
        if name not in heads:
            faults.append(missing_head(name))
        else:
            faults += _head(heads[name], mart)
        if name not in registry:
            faults.append(f"{_REGISTRY}: marts.{name}: missing; add an entry that says what the mart counts")
        else:
            faults += _measures(registry[name], mart)
    return tuple(faults)


def _read(read: Callable[[], T], faults: list[str]) -> T | None:
    try:
        return read()
    except ContractError as error:
        faults += error.problems
        return None


def _still_to_fill_in(settings: Settings) -> Iterator[str]:
    """Places of the marts' models that a scaffold left open; files of contracts are told by their readers."""
    folder = settings.dbt_project_dir / "models" / "marts"
    for path in sorted((*folder.rglob("*.sql"), *folder.rglob("*.yml"))):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            _, is_open, wanted = line.partition(TO_FILL_IN)
            if is_open:
                wanted = wanted.rstrip("\"'}) ")
                yield f"{path.relative_to(PROJECT_ROOT)}: line {number}: still to be filled in: {wanted}"


def _stale_docs(settings: Settings, registry: Mapping[str, MartMetrics]) -> Iterator[str]:
    path = metric_docs_file(settings)
    if not path.exists() or path.read_text(encoding="utf-8") != render_metric_docs(registry):
        yield (
            f"{path.relative_to(PROJECT_ROOT)}: does not say what {_REGISTRY} says; run 'warehouse contracts sync' and "
            "commit the result"
        )


def _of_no_mart(name: str, marts: Collection[str], heads: Collection[str], registry: Collection[str]) -> Iterator[str]:
    for file, there in ((head_path(name), name in heads), (f"{_REGISTRY}: marts.{name}", name in registry)):
        if there:
            yield f"{file}: dbt has no mart of this name{_meant(name, marts)}; rename it, or remove it with its mart"


def _model(mart: Mart) -> Iterator[str]:
    place = f"{mart.file}: {mart.name}"
    columns = {column.name for column in mart.columns}
    if not mart.is_enforced:
        yield f"{place}: dbt would build other columns than it names; write config: {{contract: {{enforced: true}}}}"
    if not mart.key:
        yield f"{place}: no test holds its primary key; write a primary_key test with the columns one row is known by"
    for column in mart.key:
        if column not in columns:
            yield f"{place}: key column '{column}' is none of its columns{_meant(column, columns)}"
    for item in mart.columns:
        if item.type not in TYPES:
            known = ", ".join(TYPES)
            yield f"{place}.{item.name}: data_type is '{item.type}'; write one of: {known}"
        if not item.description.strip():
            yield f"{place}.{item.name}: no description; say what a value means, and when it is null"


def _head(head: ProductHead, mart: Mart) -> Iterator[str]:
    columns = {column.name for column in mart.columns}
    for name in head.special_category:
        if name not in columns:
            yield f"{head_path(mart.name)}: special_category: '{name}' is no column of the mart{_meant(name, columns)}"


def _measures(entry: MartMetrics, mart: Mart) -> Iterator[str]:
    place = f"{_REGISTRY}: marts.{mart.name}"
    columns = {column.name for column in mart.columns}
    numbers = [column.name for column in mart.columns if column.type in _NUMERIC and column.name not in mart.key]
    measured = [metric.name for metric in entry.metrics]
    for name in numbers:
        if name not in measured:
            yield f"{place}.measures: nothing says what `{name}` means; add {{name: {name}, kind: ..., numerator: ...}}"
    for name in measured:
        if name not in numbers:
            yield (
                f"{place}.measures: '{name}' is no numeric column of the mart outside its key{_meant(name, numbers)}; "
                "rename or remove the entry"
            )
    dimensions = {
        "not_over": entry.not_over,
        "totals": tuple(name for name, _ in entry.totals),
        "levels": tuple(name for pair in entry.levels for name in pair),
    }
    for key, names in dimensions.items():
        for name in names:
            if name not in columns:
                yield f"{place}.{key}: '{name}' is no column of the mart{_meant(name, columns)}"
    for metric in entry.metrics:
        for name in sorted({name for made_of in metric.recomputed_from or () for name in made_of} - columns):
            yield f"{place}.measures.{metric.name}: `{name}` is no column of the mart{_meant(name, columns)}"
    if mart_text(entry).strip() not in mart.description:
        yield (
            f"{mart.file}: {mart.name}: its description does not show what its numbers mean; end it with "
            f"{{{{ doc('metrics_{mart.name}') }}}}"
        )


def _meant(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f" (is '{near[0]}' meant?)" if near else ""
