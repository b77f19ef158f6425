"""When a build runs by itself: nightly, and when an agency has landed something new."""

from collections.abc import Iterator

from dagster import (
    DefaultScheduleStatus,
    DefaultSensorStatus,
    RunRequest,
    ScheduleDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)

from orchestration.contracts import load_feed_contracts
from orchestration.ingest import files_not_yet_ingested
from orchestration.settings import Settings

BUILD_JOB = "build_warehouse"

nightly_schedule = ScheduleDefinition(
    name="nightly_build",
    job_name=BUILD_JOB,
    cron_schedule="0 2 * * *",
    execution_timezone="Europe/London",
    default_status=DefaultScheduleStatus.RUNNING,
    description="Every night at 02:00 London time, summer and winter.",
)


@sensor(
    name="new_deliveries",
    job_name=BUILD_JOB,
    minimum_interval_seconds=60,
    default_status=DefaultSensorStatus.RUNNING,
    description="Starts a build when the landing folder holds a file that no run has read.",
)
def new_delivery_sensor(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
    """Asks for one build per set of new files; the run key keeps a failed set from being tried for ever."""
    settings = Settings.from_environment()
    contracts = load_feed_contracts(settings.contracts_dir)
    new_files = files_not_yet_ingested(contracts.values(), settings)
    if not new_files:
        yield SkipReason("Every file in the landing folder has been read.")
        return
    newest = max(new_files, key=lambda file: (file.mtime_ns, file.path))
    yield RunRequest(
        run_key=f"{len(new_files)}-{newest.path}-{newest.mtime_ns}",
        tags={"warehouse/new_files": str(len(new_files)), "warehouse/newest_file": newest.path},
    )
