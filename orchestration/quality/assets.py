"""Dagster: the gate of each feed with its blocking check, and the ledger over all of them. Only wiring."""

from collections.abc import Iterable, Iterator
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Failure,
    MaterializeResult,
    MetadataValue,
    asset,
)

from orchestration.contracts import FeedContract
from orchestration.quality.errors import GateError, ReferenceListError
from orchestration.quality.gate import gate_feed
from orchestration.quality.ledger import ledger_totals
from orchestration.quality.promises import write_feed_promises
from orchestration.quality.standing import (
    GateStanding,
    gate_standing,
    refusal_sentences,
    refusals_markdown,
    rules_markdown,
)
from orchestration.resources import WRITER_POOL, WarehouseResource
from orchestration.retries import transient_faults_retried

CHECK_NAME = "deliveries_accepted"


def gate_asset(contract: FeedContract) -> AssetsDefinition:
    """The verdicts on one feed's deliveries, with a check that blocks.

    A refused delivery that nothing has corrected, or a rule that cannot be asked, fails the check with severity ERROR,
    and with it the step and the run, in a sentence that names file and rule. The verdicts are written all the same.
    """
    key = AssetKey(["gate", contract.agency, contract.feed])

    @asset(
        key=key,
        deps=[AssetKey(["raw", contract.agency, contract.feed])],
        description=(
            f"Verdict on every delivery of {contract.key} and the rows kept out, by rule of its contract. Its check "
            "fails while a refused delivery awaits correction, and blocks what is downstream in the same run: "
            "'Materialize all' therefore builds only when every delivery is in order. To build from the last good "
            "verdicts launch the job build_warehouse, as the sensors do."
        ),
        group_name="gate",
        kinds={"python", "greatexpectations"},
        pool=WRITER_POOL,
        check_specs=[
            AssetCheckSpec(
                name=CHECK_NAME,
                asset=key,
                blocking=True,
                description=f"No delivery of {contract.key} is refused without a later one that corrects it.",
            )
        ],
    )
    def _gate(context: AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[Any]:
        fault: GateError | ReferenceListError | None = None
        judged = 0
        with transient_faults_retried(context.retry_number, context.log.warning):
            try:
                judged = gate_feed(contract, warehouse.settings, report=context.log.info).judged
            except (GateError, ReferenceListError) as error:
                # The gate itself is at fault: new deliveries are held, earlier verdicts stand.
                fault = error
            standing = gate_standing(contract, warehouse.settings)
        sentences = "\n".join(filter(None, (str(fault) if fault else "", refusal_sentences(standing))))
        metadata = _metadata(standing, judged, fault)
        yield MaterializeResult(
            metadata=metadata,
            check_results=[
                AssetCheckResult(
                    check_name=CHECK_NAME,
                    passed=not sentences,
                    severity=AssetCheckSeverity.ERROR,
                    description=sentences or "Every delivery is accepted, or corrected by one that is.",
                    metadata=metadata,
                )
            ],
        )
        if sentences:
            # Dagster would fail the step by itself, naming the check only.
            raise Failure(description=sentences, allow_retries=False)

    return _gate


def _metadata(standing: GateStanding, judged: int, fault: Exception | None) -> dict[str, MetadataValue[Any]]:
    numbers = {
        "deliveries": standing.deliveries,
        "judged_now": judged,
        "accepted": standing.accepted,
        "accepted_with_quarantine": standing.accepted_with_quarantine,
        "rejected": len(standing.refusals),
        "rejected_outstanding": len(standing.outstanding),
        "rows_received": standing.rows_received,
        "rows_accepted": standing.rows_accepted,
        "rows_quarantined": standing.rows_quarantined,
        "rows_rejected": standing.rows_rejected,
    }
    metadata: dict[str, MetadataValue[Any]] = {name: MetadataValue.int(value) for name, value in numbers.items()}
    metadata["worst_rules"] = MetadataValue.md(rules_markdown(standing.worst_rules))
    metadata["refused_files"] = MetadataValue.md(refusals_markdown(standing.refusals))
    if fault is not None:
        metadata["gate_error"] = MetadataValue.text(str(fault))
    return metadata


def ledger_asset(contracts: Iterable[FeedContract]) -> AssetsDefinition:
    """The verdicts of all feeds side by side: rows received = accepted + quarantined + rejected, or the run stops."""
    contracts = list(contracts)

    @asset(
        key=AssetKey(["gate", "ledger"]),
        deps=[AssetKey(["gate", contract.agency, contract.feed]) for contract in contracts],
        description=(
            "Verdicts of every feed: what was received, accepted, quarantined and refused. The first step of a build: "
            "it stops one whose rows do not balance, and hands the models what the contracts promise of each feed. In "
            "the job build_warehouse it reads the verdicts as they stand."
        ),
        group_name="gate",
        kinds={"parquet"},
        pool=WRITER_POOL,
    )
    def ledger(context: AssetExecutionContext, warehouse: WarehouseResource) -> MaterializeResult[None]:
        with transient_faults_retried(context.retry_number, context.log.warning):
            totals = ledger_totals(warehouse.settings)
            write_feed_promises(contracts, warehouse.settings)
        context.log.info(totals.sentence())
        return MaterializeResult(metadata=dict(totals.metadata()))

    return ledger


def quality_assets(contracts: Iterable[FeedContract]) -> list[AssetsDefinition]:
    """The gate of every feed, and the ledger."""
    contracts = list(contracts)
    return [*(gate_asset(contract) for contract in contracts), ledger_asset(contracts)]
