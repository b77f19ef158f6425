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
from orchestration.linkage.history import mark_published
from orchestration.linkage.link import SUMMARY_FILE
from orchestration.publish.publication import publish
from orchestration.publish.reports import LinkageReport, OwnerReports
from orchestration.resources import WRITER_POOL, WarehouseResource
from orchestration.retries import transient_faults_retried
from orchestration.transform.dbt import dbt_target_path

REPORTS_CHECK = "owner_reports_made"


def publish_asset(upstream: list[AssetKey]) -> AssetsDefinition:
    """The published database, after every model it is made of.

    A report that cannot be made fails a check with severity ERROR; the check does not block, the figures are out.
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
            )
        ],
        freshness_policy=FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)),
    )
    def analyst_database(context: AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[Any]:
        settings = warehouse.settings
        manifest = dbt_target_path(settings) / "manifest.json"
        contracts = load_feed_contracts(settings.contracts_dir).values()
        reports = OwnerReports(contracts, settings, manifest, context.log.error)
        linkage_report = LinkageReport(settings, context.log.error)
        with transient_faults_retried(context.retry_number, context.log.warning):
            linkage = json.loads((settings.linkage_dir / SUMMARY_FILE).read_text(encoding="utf-8"))
            publication = publish(
                settings,
                manifest,
                linkage_model=linkage["model_version"],
                linkage_build=linkage["history"]["name"],
                extras=[reports, linkage_report],
                report=context.log.info,
            )
            mark_published(settings, publication.linkage_build)
        unread = reports.outcome.unread_models if reports.outcome else {}
        faults = reports.faults | ({"linkage": linkage_report.fault} if linkage_report.fault else {})
        check = AssetCheckResult(
            check_name=REPORTS_CHECK,
            passed=not faults,
            severity=AssetCheckSeverity.ERROR,
            metadata={"faults": faults, "models_not_followed_by_column": dict(unread)},
        )
        yield MaterializeResult(
            metadata={
                "build_id": publication.build_id,
                "data_as_of": publication.data_as_of or "nothing delivered",
                "tables": len(publication.tables),
                "rows": sum(content.rows for content in publication.tables.values()),
            },
            check_results=[check],
        )

    return analyst_database
