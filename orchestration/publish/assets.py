"""Dagster: the publication. Only wiring."""

import json
from datetime import timedelta

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, FreshnessPolicy, MaterializeResult, asset

from orchestration.linkage.history import mark_published
from orchestration.linkage.link import SUMMARY_FILE
from orchestration.publish.publication import publish
from orchestration.resources import WRITER_POOL, WarehouseResource
from orchestration.transform.dbt import dbt_target_path


def publish_asset(upstream: list[AssetKey]) -> AssetsDefinition:
    """The published database, after every model it is made of."""

    @asset(
        key=AssetKey(["published", "analyst_database"]),
        deps=upstream,
        description="What people may read: pseudonymous DuckDB database and Parquet, swapped in whole by one rename.",
        group_name="published",
        kinds={"duckdb", "parquet"},
        pool=WRITER_POOL,
        freshness_policy=FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)),
    )
    def analyst_database(context: AssetExecutionContext, warehouse: WarehouseResource) -> MaterializeResult[None]:
        settings = warehouse.settings
        linkage = json.loads((settings.linkage_dir / SUMMARY_FILE).read_text(encoding="utf-8"))
        publication = publish(
            settings,
            dbt_target_path(settings) / "manifest.json",
            linkage_model=linkage["model_version"],
            linkage_build=linkage["history"]["name"],
            report=context.log.info,
        )
        mark_published(settings, publication.linkage_build)
        return MaterializeResult(
            metadata={
                "build_id": publication.build_id,
                "data_as_of": publication.data_as_of or "nothing delivered",
                "tables": len(publication.tables),
                "rows": sum(content.rows for content in publication.tables.values()),
            }
        )

    return analyst_database
