"""A build that was killed does not keep the next one waiting."""

from __future__ import annotations

from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from orchestration.console.run import end_killed_runs, prepare_dagster_home
from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings
from orchestration.triggers import BUILD_JOB


def test_a_killed_run_is_closed_and_its_slot_freed(tmp_path: Path) -> None:
    settings = Settings.from_environment(dagster_home=tmp_path / "dagster")
    prepare_dagster_home(settings)
    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        killed = create_run_for_test(instance, job_name=BUILD_JOB, status=DagsterRunStatus.STARTED)
        storage = instance.event_log_storage
        storage.initialize_concurrency_limit_to_default(WRITER_POOL)
        assert storage.claim_concurrency_slot(WRITER_POOL, killed.run_id, "dbt_marts").is_claimed
        assert not storage.claim_concurrency_slot(WRITER_POOL, "another run", "dbt_staging").is_claimed

        end_killed_runs(instance)

        assert instance.get_run_by_id(killed.run_id).status is DagsterRunStatus.FAILURE
        assert storage.claim_concurrency_slot(WRITER_POOL, "another run", "dbt_staging").is_claimed
