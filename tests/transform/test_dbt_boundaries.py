"""The layers of the dbt project keep to their neighbours, and everything in it says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from orchestration.contracts import load_feed_contracts
from orchestration.settings import Settings
from tests.transform.conftest import Compilation

pytestmark = pytest.mark.xdist_group("dbt")

MAY_READ = {
    "staging": {"source", "reference", "staging"},
    "linkage": {"staging"},
    "conformed": {"staging", "linkage", "conformed", "reference"},
    "marts": {"conformed", "marts", "reference"},
}
"""Layers a model of each layer may read. Only staging reads what agencies and the Python stages wrote."""


def models(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            yield node


def layer(manifest: dict[str, Any], unique_id: str) -> str:
    if unique_id.startswith("source."):
        return "source"
    node: dict[str, Any] = manifest["nodes"][unique_id]
    return "reference" if node["resource_type"] == "seed" else str(node["fqn"][1])


def test_every_layer_reads_only_what_it_may(spark: Compilation) -> None:
    manifest = spark.manifest
    faults = []
    for node in models(manifest):
        own = layer(manifest, node["unique_id"])
        for parent in node["depends_on"]["nodes"]:
            if layer(manifest, parent) not in MAY_READ[own]:
                faults.append(f"{own} model {node['name']} reads {parent}")
    assert not faults, "\n".join(faults)


def is_step(manifest: dict[str, Any], unique_id: str) -> bool:
    """Whether a model stands in an `intermediate` folder: private to its layer, or to its subject."""
    return "intermediate" in manifest["nodes"].get(unique_id, {}).get("fqn", ())


def test_steps_are_private_to_their_layer_and_subject(spark: Compilation) -> None:
    """A mart reads conformed tables, the steps of its own subject, reference lists and other marts; nothing else."""
    manifest = spark.manifest
    faults = []
    for node in models(manifest):
        for parent in filter(lambda name: is_step(manifest, name), node["depends_on"]["nodes"]):
            home = manifest["nodes"][parent]["fqn"][1:-1]
            shared = home[: home.index("intermediate")]
            if node["fqn"][1 : 1 + len(shared)] != shared:
                faults.append(
                    f"{node['original_file_path']} reads {manifest['nodes'][parent]['name']}, a step private to "
                    f"{'/'.join(shared)}: read a table made for others, or make the step one"
                )
    assert not faults, "\n".join(faults)


def test_every_step_is_read(spark: Compilation) -> None:
    manifest = spark.manifest
    read = {parent for node in models(manifest) for parent in node["depends_on"]["nodes"]}
    steps = {node["unique_id"] for node in models(manifest) if is_step(manifest, node["unique_id"])}
    assert steps
    assert steps <= read, f"steps that nothing reads: {', '.join(sorted(steps - read))}"


def test_steps_and_only_they_are_named_int(spark: Compilation) -> None:
    manifest = spark.manifest
    wrong = [
        node["original_file_path"]
        for node in models(manifest)
        if node["name"].startswith("int_") != is_step(manifest, node["unique_id"])
    ]
    assert not wrong, f"a step stands in an `intermediate` folder and is called int_…: {', '.join(sorted(wrong))}"


def test_staging_of_a_feed_joins_no_other_feed(spark: Compilation) -> None:
    manifest = spark.manifest
    faults = []
    for node in models(manifest):
        if layer(manifest, node["unique_id"]) != "staging":
            continue
        parents = set(node["depends_on"]["nodes"])
        feeds = {parent for parent in parents if parent.startswith("source.justice.raw_")}
        staged = {parent for parent in parents if parent.startswith("model.")}
        if len(feeds) + len(staged) > 1:
            faults.append(f"{node['name']} reads {', '.join(sorted(feeds | staged))}")
    assert not faults, "\n".join(faults)


def test_every_feed_is_staged_as_versions_and_as_known_now(spark: Compilation) -> None:
    names = {node["name"] for node in models(spark.manifest)}
    contracts = load_feed_contracts(Settings.from_environment().contracts_dir).values()
    wanted = {f"stg_{contract.agency}__{contract.feed}" for contract in contracts}
    assert wanted | {f"{name}_versions" for name in wanted} <= names


def test_models_live_in_the_schema_of_their_layer(spark: Compilation) -> None:
    manifest = spark.manifest
    wrong = []
    for node in manifest["nodes"].values():
        if node["resource_type"] not in {"model", "seed"}:
            continue
        own = layer(manifest, node["unique_id"])
        schema = "mart_steps" if own == "marts" and is_step(manifest, node["unique_id"]) else own
        if node["schema"] != schema:
            wrong.append(f"{node['name']} is in {node['schema']}, not in {schema}: see models in dbt_project.yml")
    assert not wrong, "\n".join(wrong)


def test_every_model_source_seed_and_column_is_described(spark: Compilation) -> None:
    manifest = spark.manifest
    resources = [node for node in manifest["nodes"].values() if node["resource_type"] in {"model", "seed"}]
    faults = []
    for resource in [*resources, *manifest["sources"].values()]:
        if not resource["description"].strip():
            faults.append(f"{resource['unique_id']} has no description")
        if not resource["columns"]:
            faults.append(f"{resource['unique_id']} has no columns")
        faults += [
            f"{resource['unique_id']}.{name} has no description"
            for name, column in resource["columns"].items()
            if not column["description"].strip()
        ]
    assert not faults, "\n".join(faults)


def test_every_macro_is_described(spark: Compilation) -> None:
    implementations = ("default__", "duckdb__", "spark__")
    faults = [
        macro["name"]
        for macro in spark.manifest["macros"].values()
        if macro["package_name"] == "justice"
        and not macro["name"].startswith(implementations)
        and macro["name"] != "generate_schema_name"
        and not macro["description"].strip()
    ]
    assert not faults, ", ".join(sorted(faults))


def test_every_model_has_a_data_test(spark: Compilation) -> None:
    manifest = spark.manifest
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for parent in node["depends_on"]["nodes"]
    }
    # Views without a key of their own; steps that only the tested models after them read.
    untested = ("stg_build__judicial_key", "stg_gate__quarantined_rows", "stg_gate__rule_results", "int_")
    faults = [
        node["name"]
        for node in models(manifest)
        if node["unique_id"] not in tested and not node["name"].startswith(untested)
    ]
    assert not faults, ", ".join(sorted(faults))
