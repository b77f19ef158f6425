"""Dagster: dbt models as assets in two steps, before and after people are linked. Only wiring."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster import AssetCheckSpec, AssetExecutionContext, AssetKey, AssetsDefinition, AssetSpec
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.resources import WRITER_POOL, WarehouseResource
from orchestration.retries import transient_faults_retried
from orchestration.settings import Settings
from orchestration.transform.dbt import (
    SHIPPED_LISTS,
    DbtError,
    dbt_arguments,
    dbt_environment_set,
    dbt_log_file,
    dbt_target_path,
    parsed_project,
    seed_path,
    write_manifest,
)
from orchestration.transform.dbt_run import dbt_results
from orchestration.transform.judicial_key import throwaway_judicial_key
from orchestration.transform.reference_lists import check_reference_lists

_REFERENCE_MODELS = "models/reference"
_AFTER_LINKAGE = "source:linkage+ source:build+ fqn:justice.conformed fqn:justice.marts"
"""Everything that reads who is one person, or the key of the build; the first step is all the rest."""


class WarehouseTranslator(DagsterDbtTranslator):
    """Names dbt resources as the rest of the asset graph does: `<schema>/<model>`, sources by who makes them."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> AssetSpec:
        """The Dagster asset of one dbt resource."""
        properties = self.get_resource_props(manifest, unique_id)
        spec = super().get_asset_spec(manifest, unique_id, project)
        if properties["resource_type"] == "source":
            return spec.replace_attributes(key=_source_key(properties["source_name"], properties["name"]))
        return spec.replace_attributes(
            key=AssetKey([properties["schema"], properties["name"]]), group_name=properties["schema"]
        )

    def get_asset_check_spec(
        self, asset_spec: AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetCheckSpec | None:
        """The check of one dbt test. Tests of reference lists are none: they run only for a user's own lists."""
        test = self.get_resource_props(manifest, unique_id)
        if str(test["original_file_path"]).startswith(_REFERENCE_MODELS):
            return None
        return super().get_asset_check_spec(asset_spec, manifest, unique_id, project)

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """The key alone, used where dbt tests name the model they check."""
        if dbt_resource_props["resource_type"] == "source":
            return _source_key(dbt_resource_props["source_name"], dbt_resource_props["name"])
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])


def _source_key(source_name: str, table: str) -> AssetKey:
    if source_name.startswith("raw_"):
        return AssetKey(["gate", source_name.removeprefix("raw_"), table])
    if source_name == "gate":
        return AssetKey(["gate", "ledger"])
    if source_name == "linkage":
        return AssetKey(["linkage", "person_links"])
    return AssetKey([source_name, table])


def transform_assets(manifest: Path) -> list[AssetsDefinition]:
    """The two dbt steps.

    Raises:
        FileNotFoundError: the manifest has not been made; the message names the command.
    """
    if not manifest.exists():
        raise FileNotFoundError(
            f"{manifest} does not exist. Make it with 'warehouse prepare' (any 'make' verb does so too); "
            "loading the definitions never runs dbt by itself."
        )
    translator = WarehouseTranslator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    @dbt_assets(
        manifest=manifest,
        select="fqn:*",
        exclude=_AFTER_LINKAGE,
        name="dbt_staging",
        dagster_dbt_translator=translator,
        pool=WRITER_POOL,
    )
    def dbt_staging(context: AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[Any]:
        settings = warehouse.settings
        with transient_faults_retried(context.retry_number, context.log.warning):
            start_new_build(settings)
            if seed_path(settings.reference_dir) != SHIPPED_LISTS:
                check_reference_lists(settings)
            yield from _dbt_build(context, settings)

    @dbt_assets(
        manifest=manifest,
        select=_AFTER_LINKAGE,
        name="dbt_marts",
        dagster_dbt_translator=translator,
        pool=WRITER_POOL,
    )
    def dbt_marts(context: AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[Any]:
        settings = warehouse.settings
        with (
            transient_faults_retried(context.retry_number, context.log.warning),
            throwaway_judicial_key(settings.build_dir),
        ):
            yield from _dbt_build(context, settings)

    return [dbt_staging, dbt_marts]


def start_new_build(settings: Settings) -> None:
    """Removes the last build, whole or half: every build is made anew from what the gate accepted."""
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    for path in (settings.build_database, settings.build_database.with_name(settings.build_database.name + ".wal")):
        path.unlink(missing_ok=True)


def _dbt_build(context: AssetExecutionContext, settings: Settings) -> Iterator[Any]:
    # The test suite holds the lists that ship; a user's own lists are tested in every build.
    is_shipped = seed_path(settings.reference_dir) == SHIPPED_LISTS
    chosen = get_updated_cli_invocation_params_for_context(
        context=context,
        manifest={},
        dagster_dbt_translator=DagsterDbtTranslator(),
        runtime_excludes=[f"resource_type:test,path:{_REFERENCE_MODELS}"] if is_shipped else [],
    )
    arguments = ["build", "--exclude-resource-type", "unit_test", *chosen.selection_args]
    if chosen.indirect_selection:
        arguments += ["--indirect-selection", chosen.indirect_selection]
    target_path = dbt_target_path(settings)
    arguments += dbt_arguments(settings, target_path)
    context.log.debug("dbt %s", " ".join(arguments))
    with dbt_environment_set(settings):
        try:
            write_manifest(settings, target_path)
            for record in dbt_results(
                parsed_project(settings),
                arguments,
                log_file=dbt_log_file(settings),
                results_file=target_path / "run_results.json",
            ):
                yield from DbtCoreCliEventMessage(record, event_history_metadata={}).to_default_asset_events(
                    chosen.manifest, chosen.dagster_dbt_translator, context
                )
        except DbtError as error:
            raise DagsterDbtCliRuntimeError(description=str(error)) from error
