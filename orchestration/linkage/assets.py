"""Dagster: who is one person. Only wiring."""

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, MaterializeResult, asset

from orchestration.linkage import run_linkage
from orchestration.resources import WRITER_POOL, WarehouseResource
from orchestration.retries import transient_faults_retried


def linkage_asset() -> AssetsDefinition:
    """One `person_id` per human being over every source record that names a person."""

    @asset(
        key=AssetKey(["linkage", "person_links"]),
        deps=[AssetKey(["linkage", "person_records_to_link"])],
        description="Which source records are one person, with the probability of each and how it joined.",
        group_name="linkage",
        kinds={"python", "splink"},
        pool=WRITER_POOL,
    )
    def person_links(context: AssetExecutionContext, warehouse: WarehouseResource) -> MaterializeResult[None]:
        with transient_faults_retried(context.retry_number, context.log.warning):
            summary = run_linkage(warehouse.settings)
        context.log.info(summary.sentence())
        for warning in summary.warnings():
            context.log.warning(warning)
        return MaterializeResult(metadata=summary.metadata())

    return person_links
