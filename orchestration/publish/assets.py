"""Dagster: the publication. Only wiring."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    FreshnessPolicy,
    MaterializeResult,
    asset,
)

from orchestration.contracts import load_feed_contracts
from orchestration.linkage.link import SUMMARY_FILE
from orchestration.linkage.person_id_history import mark_published
from orchestration.publish.pages import make_pages, published_reach
from orchestration.publish.publication import publish
from orchestration.publish.revisions import unexplained_cells
from orchestration.resources import WRITER_POOL, WarehouseResource
from orchestration.retries import transient_faults_retried
from orchestration.transform.dbt import dbt_target_path

REPORTS_CHECK = "owner_reports_made"
CATALOGUE_CHECK = "catalogue_made"
REVISIONS_CHECK = "revisions_are_explained"


def publish_asset(upstream: list[AssetKey]) -> AssetsDefinition:
    """The published database, after every model it is made of.

    A report or a catalogue that cannot be made fails a check with severity ERROR; the check does not block, the figures
    are out. A figure that changed for no recorded reason is a warning.
    """
    key = AssetKey(["published", "analyst_database"])

    @asset(
        key=key,
        deps=upstream,
        description="What people may read: pseudonymous DuckDB database and Parquet, swapped in whole by one rename.",
        group_name="published",
        kinds={"duckdb", "parquet"},
        pool=WRITER_POOL,
        check_specs=[
            AssetCheckSpec(
                name=REPORTS_CHECK,
                asset=key,
                description="Every agency's data owner has the report of this build, and so has the linkage.",
            ),
            AssetCheckSpec(
                name=CATALOGUE_CHECK,
                asset=key,
                description="The catalogue shows this build: marts, measures, answers; each mart has its contract.",
            ),
            AssetCheckSpec(
                name=REVISIONS_CHECK,
                asset=key,
                description="Of every published figure that changed, something both builds recorded can be the cause.",
            ),
        ],
        freshness_policy=FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)),
    )
    def analyst_database(context: AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[Any]:
        settings = warehouse.settings
        manifest = dbt_target_path(settings) / "manifest.json"
        contracts = load_feed_contracts(*settings.contract_folders).values()
        reach = published_reach(contracts, settings, manifest, context.log.error)
        with transient_faults_retried(context.retry_number, context.log.warning):
            linkage = json.loads((settings.linkage_dir / SUMMARY_FILE).read_text(encoding="utf-8"))
            publication = publish(
                settings,
                manifest,
                linkage_model=linkage["model_version"],
                linkage_build=linkage["history"]["name"],
                contracts=contracts,
                reach=reach,
                report=context.log.info,
            )
            mark_published(settings, publication.linkage_build)
        folder = settings.published_dir.resolve()
        pages = make_pages(folder, contracts, settings, manifest, context.log.error, reach)
        unexplained = unexplained_cells(settings.published_database)
        checks = [
            AssetCheckResult(
                check_name=REPORTS_CHECK,
                passed=not pages.report_faults,
                severity=AssetCheckSeverity.ERROR,
                metadata={
                    "faults": dict(pages.report_faults),
                    "models_not_followed_by_column": dict(pages.unread_models),
                },
            ),
            AssetCheckResult(
                check_name=CATALOGUE_CHECK,
                passed=not pages.catalogue_faults,
                severity=AssetCheckSeverity.ERROR,
                metadata={"faults": dict(pages.catalogue_faults)},
            ),
            AssetCheckResult(
                check_name=REVISIONS_CHECK,
                passed=not unexplained,
                severity=AssetCheckSeverity.WARN,
                metadata={"unexplained": unexplained},
            ),
        ]
        yield MaterializeResult(
            metadata={
                "build_id": publication.build_id,
                "data_as_of": publication.data_as_of or "nothing delivered",
                "tables": len(publication.tables),
                "rows": sum(content.rows for content in publication.tables.values()),
            },
            check_results=checks,
        )

    return analyst_database
