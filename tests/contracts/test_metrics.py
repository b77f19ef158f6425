"""Every published number has an entry in the registry, the docs say what it says, and a bad entry is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.contracts import ContractError
from orchestration.contracts.metric_docs import mart_text, metric_docs_file, render_metric_docs
from orchestration.contracts.metrics import REGISTRY_FILE, MetricKind, load_metrics
from orchestration.settings import PROJECT_ROOT, Settings

CONTRACTS_DIR = PROJECT_ROOT / "data_contracts"
REGISTRY = load_metrics(CONTRACTS_DIR)
PRODUCTS = sorted((CONTRACTS_DIR / "products").glob("*.odcs.yaml"))


def promised(path: Path) -> dict[str, Any]:
    """The one table of a product contract."""
    [table] = yaml.safe_load(path.read_text(encoding="utf-8"))["schema"]
    return dict(table)


def test_every_mart_is_in_the_registry() -> None:
    assert sorted(REGISTRY) == sorted(promised(path)["name"] for path in PRODUCTS)


@pytest.mark.parametrize("path", PRODUCTS, ids=lambda path: path.name)
def test_every_number_of_a_mart_is_in_the_registry(path: Path) -> None:
    table = promised(path)
    numbers = [
        column["name"]
        for column in table["properties"]
        if column["physicalType"] in ("BIGINT", "DOUBLE") and not column.get("primaryKey")
    ]
    known = [metric.name for metric in REGISTRY[table["name"]].metrics]
    assert sorted(known) == sorted(numbers), f"{REGISTRY_FILE} and the columns of {table['name']} differ"


@pytest.mark.parametrize("mart", REGISTRY)
def test_what_the_registry_names_are_columns_of_the_mart(mart: str) -> None:
    table = promised(CONTRACTS_DIR / "products" / f"{mart}.odcs.yaml")
    columns = {column["name"] for column in table["properties"]}
    key = {column["name"] for column in table["properties"] if column.get("primaryKey")}
    entry = REGISTRY[mart]
    assert set(entry.not_over) | {name for name, _ in entry.totals} <= key | columns
    for metric in entry.metrics:
        for made_of in metric.recomputed_from or ():
            assert set(made_of) <= columns, metric.name


def test_the_committed_docs_are_those_the_registry_gives() -> None:
    path = metric_docs_file(Settings.from_environment())
    assert path.read_text(encoding="utf-8") == render_metric_docs(REGISTRY), (
        f"{path.name} does not say what {REGISTRY_FILE} says. Run 'warehouse contracts sync' and commit the result."
    )


def test_the_docs_of_every_mart_show_its_entry(manifest: Path) -> None:
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    described = {node["name"]: node["description"] for node in nodes if node["resource_type"] == "model"}
    without = [name for name, entry in REGISTRY.items() if mart_text(entry).strip() not in described[name]]
    assert without == [], "end the description of each with {{ doc('metrics_<mart>') }}"


GOOD: dict[str, Any] = {
    "owner": "Head",
    "marts": {
        "m": {
            "unit": "cases",
            "date_basis": "receipt",
            "includes": "everything",
            "excludes": "nothing",
            "comparator": "none published",
            "measures": [
                {"name": "n", "kind": "count", "numerator": "cases"},
                {"name": "share", "kind": "rate", "numerator": "`a` + `b`", "denominator": "`n`", "owner": "Clerk"},
            ],
        }
    },
}


def registry(folder: Path, content: dict[str, Any]) -> Path:
    (folder / REGISTRY_FILE).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder


def test_a_measure_takes_from_its_mart_what_it_does_not_state(tmp_path: Path) -> None:
    count, share = load_metrics(registry(tmp_path, GOOD))["m"].metrics
    assert (count.unit, count.owner, count.additive, count.kind) == ("cases", "Head", True, MetricKind.COUNT)
    assert (share.owner, share.additive, share.recomputed_from) == ("Clerk", False, (("a", "b"), ("n",)))
    assert count.recomputed_from is None


@pytest.mark.parametrize(
    ("measure", "complaint"),
    [
        ({"kind": "rate", "numerator": "x"}, "a rate needs a denominator"),
        ({"kind": "count", "numerator": "x", "denominator": "y"}, "a count has no denominator"),
        ({"kind": "quantile", "numerator": "x", "additive": True}, "a quantile cannot be added up"),
        ({"kind": "number", "numerator": "x"}, "'number' is not one of: count"),
        ({"kind": "count"}, "say what is counted or summed"),
        ({"kind": "count", "numerator": "x", "unti": "y"}, "unknown key 'unti'"),
        ({"name": "n", "kind": "count", "numerator": "x"}, "measured twice: n"),
    ],
)
def test_a_bad_measure_is_refused_with_its_place(tmp_path: Path, measure: dict[str, Any], complaint: str) -> None:
    mart = {**GOOD["marts"]["m"], "measures": [*GOOD["marts"]["m"]["measures"], {"name": "bad", **measure}]}
    with pytest.raises(ContractError, match=r"marts\.m") as refused:
        load_metrics(registry(tmp_path, {**GOOD, "marts": {"m": mart}}))
    assert complaint in str(refused.value)


def test_every_mart_with_a_problem_is_told_in_one_run(tmp_path: Path) -> None:
    bare = {"unit": "cases"}
    with pytest.raises(ContractError) as refused:
        load_metrics(registry(tmp_path, {**GOOD, "marts": {"one": bare, "two": bare}}))
    assert [problem.split(":")[1].strip() for problem in refused.value.problems] == [
        "marts.one.date_basis", "marts.two.date_basis",
    ]  # fmt: skip
