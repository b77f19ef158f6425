"""Before a build starts: what a killed one left behind, and whether its reference lists are whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from orchestration.console.run import end_killed_runs, prepare_dagster_home, require_reference_lists
from orchestration.jobs import BUILD_JOB, RECEIVE_JOB
from orchestration.resources import WRITER_POOL
from orchestration.settings import PROJECT_ROOT, Settings


@pytest.mark.parametrize("job", [RECEIVE_JOB, BUILD_JOB])
def test_a_killed_run_is_closed_and_its_slot_freed(tmp_path: Path, job: str) -> None:
    settings = Settings.from_environment(dagster_home=tmp_path / "dagster")
    prepare_dagster_home(settings)
    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        killed = create_run_for_test(instance, job_name=job, status=DagsterRunStatus.STARTED)
        storage = instance.event_log_storage
        storage.initialize_concurrency_limit_to_default(WRITER_POOL)
        assert storage.claim_concurrency_slot(WRITER_POOL, killed.run_id, "dbt_marts").is_claimed
        assert not storage.claim_concurrency_slot(WRITER_POOL, "another run", "dbt_staging").is_claimed

        end_killed_runs(instance)

        assert instance.get_run_by_id(killed.run_id).status is DagsterRunStatus.FAILURE
        assert storage.claim_concurrency_slot(WRITER_POOL, "another run", "dbt_staging").is_claimed


def test_a_missing_reference_list_is_named(tmp_path: Path) -> None:
    shipped = Settings.from_environment(reference_dir=PROJECT_ROOT / "seeds" / "reference")
    require_reference_lists(shipped)
    for path in shipped.reference_dir.glob("*.csv"):
        if path.name != "courts.csv":
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(FileNotFoundError, match=r"lacks courts\.csv\."):
        require_reference_lists(Settings.from_environment(reference_dir=tmp_path))
