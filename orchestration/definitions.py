"""The single Dagster entry point: assembles assets, checks, jobs, the schedule and the sensors.

Loading it reads the data contracts and dbt's manifest, nothing else: no network, no database, no landing folder. A site
that lays contracts of its own over those that ship (`WAREHOUSE_CONTRACTS_DIR`) has the assets of its own feeds.
"""

from functools import cache
from pathlib import Path

from dagster import AssetKey, AssetsDefinition, Definitions

from orchestration.contracts import load_feed_contracts
from orchestration.ingest.assets import ingest_assets
from orchestration.jobs import build_job, receive_job
from orchestration.linkage.assets import linkage_asset
from orchestration.publish.assets import publish_asset
from orchestration.quality.assets import quality_assets
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from orchestration.transform.assets import transform_assets
from orchestration.transform.dbt import manifest_path
from orchestration.triggers import build_sensors, new_delivery_sensor, nightly_schedule


def _published_models(steps: list[AssetsDefinition]) -> list[AssetKey]:
    """Keys of the models people may read, which the publication waits for."""
    return sorted(key for step in steps for key in step.keys if key.path[0] in {"conformed", "marts"})


def warehouse_definitions(settings: Settings) -> Definitions:
    """The assets, jobs and sensors of a warehouse with these contracts.

    Raises:
        ContractError: a contract cannot be used.
        FileNotFoundError: dbt's manifest has not been made.
    """
    return _definitions(settings.contract_folders, manifest_path(settings))


@cache
def _definitions(contract_folders: tuple[Path, ...], manifest: Path) -> Definitions:
    contracts = list(load_feed_contracts(*contract_folders).values())
    dbt_steps = transform_assets(manifest)
    return Definitions(
        assets=[
            *ingest_assets(contracts),
            *quality_assets(contracts),
            *dbt_steps,
            linkage_asset(),
            publish_asset(_published_models(dbt_steps)),
        ],
        jobs=[receive_job, build_job],
        schedules=[nightly_schedule],
        sensors=[new_delivery_sensor, *build_sensors],
        resources={"warehouse": WarehouseResource()},
    )


defs = warehouse_definitions(Settings.from_environment())
