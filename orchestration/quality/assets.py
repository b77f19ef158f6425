"""Dagster: the gate of each feed with its check, and the ledger over all of them. Only wiring."""

from collections.abc import Iterable, Iterator
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    asset,
)

from orchestration.contracts import FeedContract
from orchestration.quality.errors import GateError, ReferenceListError
from orchestration.quality.gate import gate_feed
from orchestration.quality.ledger import ledger_totals
from orchestration.resources import WRITER_POOL, WarehouseResource

CHECK_NAME = "deliveries_accepted"


def gate_asset(contract: FeedContract) -> AssetsDefinition:
    """The verdicts on one feed's deliveries.

    A rejected delivery, or a fault of the gate itself, fails this feed's check with severity ERROR. The check does not
    block: the verdict itself keeps the rejected delivery's rows out, and the other feeds, and this feed's earlier
    deliveries, build on.
    """
    key = AssetKey(["gate", contract.agency, contract.feed])

    @asset(
        key=key,
        deps=[AssetKey(["raw", contract.agency, contract.feed])],
        description=f"Verdict on every delivery of {contract.key} and the rows kept out, by rule of its contract.",
        group_name="gate",
        kinds={"python", "greatexpectations"},
        pool=WRITER_POOL,
        check_specs=[
            AssetCheckSpec(
                name=CHECK_NAME, asset=key, description=f"No delivery of {contract.key} is rejected by its contract."
            )
        ],
    )
    def _gate(context: AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[Any]:
        try:
            summary = gate_feed(contract, warehouse.settings, report=context.log.info)
        except (GateError, ReferenceListError) as error:
            # The gate itself is at fault: new deliveries are held, earlier verdicts stand, the other feeds build on.
            yield _result(contract, passed=False, metadata={"gate_error": str(error)})
            return
        yield _result(contract, passed=not summary.rejected, metadata=dict(summary.metadata()))

    return _gate


def _result(contract: FeedContract, *, passed: bool, metadata: dict[str, int | str]) -> MaterializeResult[None]:
    check = AssetCheckResult(
        check_name=CHECK_NAME, passed=passed, severity=AssetCheckSeverity.ERROR, metadata=dict(metadata)
    )
    return MaterializeResult(metadata=dict(metadata), check_results=[check])


def ledger_asset(contracts: Iterable[FeedContract]) -> AssetsDefinition:
    """The verdicts of all feeds side by side: rows received = accepted + quarantined + rejected, or the run stops."""

    @asset(
        key=AssetKey(["gate", "ledger"]),
        deps=[AssetKey(["gate", contract.agency, contract.feed]) for contract in contracts],
        description="Verdicts of every feed: what was received, accepted, quarantined and refused.",
        group_name="gate",
        kinds={"parquet"},
    )
    def ledger(context: AssetExecutionContext, warehouse: WarehouseResource) -> MaterializeResult[None]:
        totals = ledger_totals(warehouse.settings)
        context.log.info(totals.sentence())
        return MaterializeResult(metadata=dict(totals.metadata()))

    return ledger


def quality_assets(contracts: Iterable[FeedContract]) -> list[AssetsDefinition]:
    """The gate of every feed, and the ledger."""
    contracts = list(contracts)
    return [*(gate_asset(contract) for contract in contracts), ledger_asset(contracts)]
