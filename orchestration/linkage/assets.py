"""Dagster: who is one person, with the check that holds the linkage to its recorded accuracy. Only wiring."""

from collections.abc import Iterator
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
    asset,
)

from orchestration.linkage.accuracy.level import LinkageBelowLevelError, check_linkage
from orchestration.linkage.learning.adoption import load_adopted
from orchestration.linkage.link import run_linkage
from orchestration.resources import WRITER_POOL, WarehouseResource
from orchestration.retries import transient_faults_retried

LEVEL_CHECK = "linkage_is_as_right_as_recorded"


def linkage_asset() -> AssetsDefinition:
    """One `person_id` per human being over every source record that names a person.

    A model or code that links less rightly than recorded fails the blocking check, the step and the build: nothing is
    published on such links, and what was published before stays.
    """
    key = AssetKey(["linkage", "person_links"])

    @asset(
        key=key,
        deps=[AssetKey(["linkage", "person_records_to_link"])],
        description="Which source records are one person, with the probability of each and how it joined.",
        group_name="linkage",
        kinds={"python", "splink"},
        pool=WRITER_POOL,
        check_specs=[
            AssetCheckSpec(
                name=LEVEL_CHECK,
                asset=key,
                blocking=True,
                description="On the reference people, precision and recall are within what was recorded of the model.",
            )
        ],
    )
    def person_links(context: AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[Any]:
        settings = warehouse.settings
        model = load_adopted(settings.models_dir)
        fault = None
        with transient_faults_retried(context.retry_number, context.log.warning):
            summary = run_linkage(settings, model)
            try:
                check_linkage(settings, model)
            except LinkageBelowLevelError as error:
                fault = error
        context.log.info(summary.sentence())
        for warning in summary.warnings():
            context.log.warning(warning)
        yield MaterializeResult(
            metadata=summary.metadata(),
            check_results=[
                AssetCheckResult(
                    check_name=LEVEL_CHECK,
                    passed=fault is None,
                    severity=AssetCheckSeverity.ERROR,
                    description=str(fault) if fault else "The linkage is as right as recorded.",
                )
            ],
        )
        if fault:
            # Dagster would fail the step by itself, naming the check only.
            raise Failure(description=str(fault), allow_retries=False)

    return person_links
