"""Dagster: what agencies land, and the raw copy of it. Only wiring; the work is in this room's functions."""

from collections.abc import Iterable, Mapping

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    DynamicPartitionsDefinition,
    MaterializeResult,
    asset,
)

from orchestration.contracts import FeedContract
from orchestration.ingest import ingest_feed
from orchestration.resources import WRITER_POOL, WarehouseResource
from orchestration.retries import transient_faults_retried


def landing_partitions(contract: FeedContract) -> DynamicPartitionsDefinition:
    """One partition per file an agency landed for this feed, named by the file."""
    return DynamicPartitionsDefinition(name=f"landing_{contract.agency}_{contract.feed}")


def landing_spec(contract: FeedContract) -> AssetSpec:
    """The files an agency delivers: outside our control, seen by the sensor."""
    return AssetSpec(
        key=AssetKey(["landing", contract.agency, contract.feed]),
        description=contract.description,
        group_name="landing",
        kinds={contract.delivery.kind},
        partitions_def=landing_partitions(contract),
    )


def raw_asset(contract: FeedContract, contracts: Iterable[FeedContract] = ()) -> AssetsDefinition:
    """The raw copy of one feed: every row of every delivery, as text.

    Args:
        contract: the feed.
        contracts: all feeds, to tell where a file in the wrong folder belongs.
    """

    @asset(
        key=AssetKey(["raw", contract.agency, contract.feed]),
        deps=[AssetKey(["landing", contract.agency, contract.feed])],
        description=f"Every row of every delivery of {contract.key}, every value as text, content-addressed Parquet.",
        group_name="raw",
        kinds={"python", "parquet"},
        pool=WRITER_POOL,
    )
    def _raw(context: AssetExecutionContext, warehouse: WarehouseResource) -> MaterializeResult[None]:
        with transient_faults_retried(context.retry_number, context.log.warning):
            summary = ingest_feed(contract, warehouse.settings, report=context.log.info, others=contracts)
            partitions = landing_partitions(contract)
            known = set(context.instance.get_dynamic_partitions(str(partitions.name)))
            new_files = sorted(set(summary.files) - known)
            if new_files:
                context.instance.add_dynamic_partitions(str(partitions.name), new_files)
        return MaterializeResult(metadata=_metadata(summary.metadata()))

    return _raw


def ingest_assets(contracts: Iterable[FeedContract]) -> list[AssetsDefinition | AssetSpec]:
    """Landing and raw assets of every feed."""
    contracts = list(contracts)
    return [part for item in contracts for part in (landing_spec(item), raw_asset(item, contracts))]


def _metadata(values: Mapping[str, int | str]) -> dict[str, int | str]:
    return dict(values)
