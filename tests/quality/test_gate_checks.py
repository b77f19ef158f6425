"""The gate as Dagster runs it: its check blocks, says which file and which rule, and stops nothing of another feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    DagsterEventType,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    IntMetadataValue,
    MarkdownMetadataValue,
    define_asset_job,
    in_process_executor,
)

from orchestration.contracts import ColumnType, Dimension, FeedContract, RowRule, Severity
from orchestration.ingest.assets import ingest_assets
from orchestration.quality import ConservationError, ledger_totals
from orchestration.quality.assets import quality_assets
from orchestration.quality.gate_files import gate_path
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from tests.ingest.small_feeds import column, deliver, feed, settings_in

TRAVEL = feed("police", "a_travel", (column("id", ColumnType.IDENTIFIER, required=True, key_position=1),))
VISITS = feed(
    "prison",
    "b_visits",
    (
        column("id", ColumnType.IDENTIFIER, required=True, key_position=1),
        column("kind", ColumnType.CODE, closed_codes=("X", "Y")),
    ),
)
FEEDS = (TRAVEL, VISITS)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = replace(settings_in(tmp_path), dagster_home=tmp_path / "dagster")
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as books:
        yield books


def receive(instance: DagsterInstance, *contracts: FeedContract) -> ExecuteInProcessResult:
    """A run of the raw copy and the gate of these feeds, as `receive_deliveries` runs them."""
    ledger = "gate/ledger"
    assets = [*ingest_assets(contracts), *quality_assets(contracts)]
    keys = [f"{stage}/{contract.key}" for contract in contracts for stage in ("raw", "gate")]
    definitions = Definitions(
        assets=assets,
        jobs=[
            define_asset_job("receive", selection=keys, executor_def=in_process_executor),
            define_asset_job("everything", selection=[*keys, ledger], executor_def=in_process_executor),
        ],
        resources={"warehouse": WarehouseResource()},
    )
    job = "receive" if len(contracts) > 1 else "everything"
    return definitions.resolve_job_def(job).execute_in_process(instance=instance, raise_on_error=False)


def check_of(result: ExecuteInProcessResult, contract: FeedContract) -> AssetCheckEvaluation:
    checks = {item.asset_key.to_user_string(): item for item in result.get_asset_check_evaluations()}
    return checks[f"gate/{contract.key}"]


def failure_of(result: ExecuteInProcessResult, step: str) -> str:
    data = result.failure_data_for_node(step)
    assert data is not None and data.user_failure_data is not None
    return data.user_failure_data.description or ""


def test_a_refused_delivery_fails_its_own_feed_and_nothing_of_the_other(
    here: Settings, instance: DagsterInstance
) -> None:
    deliver(here, TRAVEL, "a_travel_20260503.csv", "")
    deliver(here, VISITS, "b_visits_20260503.csv", "id,kind\n1,X\n2,Q\n3,Y\n")
    result = receive(instance, *FEEDS)

    assert not result.success
    failed = check_of(result, TRAVEL)
    assert (failed.passed, failed.severity, failed.blocking) == (False, AssetCheckSeverity.ERROR, True)
    for text in (failure_of(result, "gate__police__a_travel"), failed.description or ""):
        assert 'a_travel_20260503.csv is refused by POL-A_T-FILE-EMPTY_FILE "The file is not of zero bytes"' in text
    other = check_of(result, VISITS)
    assert other.passed
    assert result.asset_materializations_for_node("gate__prison__b_visits")
    for contract in FEEDS:
        assert pq.read_table(gate_path(contract, here, "deliveries")).num_rows == 1


def test_the_check_shows_the_counts_and_the_worst_rules(here: Settings, instance: DagsterInstance) -> None:
    deliver(here, VISITS, "b_visits_20260503.csv", "id,kind\n1,X\n2,Q\n3,Y\n,\n")
    deliver(here, VISITS, "b_visits_20260603.csv", "something else entirely\n1\n")
    metadata = check_of(receive(instance, VISITS), VISITS).metadata
    numbers = {name: value.value for name, value in metadata.items() if isinstance(value, IntMetadataValue)}
    assert numbers == {
        "deliveries": 2, "judged_now": 1, "accepted": 0, "accepted_with_quarantine": 1, "rejected": 1,
        "rejected_outstanding": 1, "rows_received": 5, "rows_accepted": 2, "rows_quarantined": 2, "rows_rejected": 1,
    }  # fmt: skip
    worst = metadata["worst_rules"]
    assert isinstance(worst, MarkdownMetadataValue)
    header, _, *lines = str(worst.value).splitlines()
    assert header == "| rule | name | severity | failed | checked |"
    broken = {line.split(" | ")[0].removeprefix("| "): line.split(" | ")[-2:] for line in lines}
    assert broken["PRI-B_V-CLOSED_CODES-kind"] == ["1", "3 |"]
    assert "PRI-B_V-REQUIRED-id" in broken
    refused = metadata["refused_files"]
    assert isinstance(refused, MarkdownMetadataValue)
    assert "| b_visits_20260603.csv | 2026-06-03 | PRI-B_V-FILE-" in str(refused.value)


def test_a_correction_ends_the_failure(here: Settings, instance: DagsterInstance) -> None:
    deliver(here, TRAVEL, "a_travel_20260503.csv", "")
    assert not receive(instance, *FEEDS).success
    deliver(here, TRAVEL, "a_travel_20260602.csv", "id\n9\n")
    assert not receive(instance, *FEEDS).success, "another month's increment does not bring the missing rows"
    deliver(here, TRAVEL, "a_travel_20260503_2.csv", "id\n1\n")
    result = receive(instance, *FEEDS)
    assert result.success
    metadata = check_of(result, TRAVEL).metadata
    assert (metadata["rejected"].value, metadata["rejected_outstanding"].value) == (1, 0)
    assert "| a_travel_20260503_2.csv |" in str(metadata["refused_files"].value)


def test_a_rule_that_cannot_be_asked_fails_the_check_naming_rule_and_file(
    here: Settings, instance: DagsterInstance
) -> None:
    nonsense = RowRule(
        code="PRI-B_V-001",
        name="a rule nobody can ask",
        severity=Severity.QUARANTINE,
        dimension=Dimension.CONSISTENCY,
        cause="a slip in the contract",
        correct="mend the rule",
        avoid="test it",
        who="we",
        sql="no_such_column > 1",
        columns=("kind",),
    )
    impossible = replace(VISITS, rules=(nonsense,))
    deliver(here, VISITS, "b_visits_20260503.csv", "id,kind\n1,X\n")
    deliver(here, TRAVEL, "a_travel_20260503.csv", "id\n1\n")
    result = receive(instance, TRAVEL, impossible)
    assert not result.success
    failed = check_of(result, impossible)
    assert not failed.passed and failed.severity is AssetCheckSeverity.ERROR
    for text in (failure_of(result, "gate__prison__b_visits"), str(failed.metadata["gate_error"].value)):
        assert "PRI-B_V-001" in text and "b_visits_20260503.csv" in text and "held" in text
    assert pq.read_table(gate_path(impossible, here, "deliveries")).num_rows == 0, "held: neither passed nor refused"
    assert check_of(result, TRAVEL).passed


def test_in_one_run_with_everything_the_failed_gate_blocks_what_is_downstream(
    here: Settings, instance: DagsterInstance
) -> None:
    deliver(here, TRAVEL, "a_travel_20260503.csv", "")
    result = receive(instance, TRAVEL)
    assert not result.success
    started = {event.step_key for event in result.all_events if event.event_type is DagsterEventType.STEP_START}
    assert started == {"raw__police__a_travel", "gate__police__a_travel"}


def test_the_ledger_stops_a_build_whose_rows_do_not_balance(here: Settings, instance: DagsterInstance) -> None:
    deliver(here, VISITS, "b_visits_20260503.csv", "id,kind\n1,X\n2,Q\n3,Y\n")
    assert receive(instance, VISITS).success
    path = gate_path(VISITS, here, "quarantined_rows")
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(ConservationError, match="b_visits_20260503"):
        ledger_totals(here)
    definitions = Definitions(
        assets=quality_assets(FEEDS),
        jobs=[define_asset_job("build", selection=["gate/ledger"], executor_def=in_process_executor)],
        resources={"warehouse": WarehouseResource()},
    )
    result = definitions.resolve_job_def("build").execute_in_process(instance=instance, raise_on_error=False)
    assert not result.success
    error = result.failure_data_for_node("gate__ledger")
    assert error is not None and "b_visits_20260503.csv" in json.dumps(str(error.error))
