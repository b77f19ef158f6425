"""What starts by itself: receiving, nightly and when an agency has landed something new; building, when receiving ends.

Belongs here: schedules and sensors. Does not belong here: what the jobs do (`jobs`).
"""

from collections.abc import Iterator

from dagster import (
    DagsterRunStatus,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    RunRequest,
    RunStatusSensorContext,
    RunStatusSensorDefinition,
    ScheduleDefinition,
    SensorEvaluationContext,
    SkipReason,
    run_status_sensor,
    sensor,
)

from orchestration.contracts import load_feed_contracts
from orchestration.ingest import files_not_yet_ingested
from orchestration.jobs import RECEIVE_JOB, build_job, receive_job
from orchestration.settings import Settings

nightly_schedule = ScheduleDefinition(
    name="nightly",
    job_name=RECEIVE_JOB,
    cron_schedule="0 2 * * *",
    execution_timezone="Europe/London",
    default_status=DefaultScheduleStatus.RUNNING,
    description="Every night at 02:00 London time, summer and winter. The build follows when receiving ends.",
)


@sensor(
    name="new_deliveries",
    job_name=RECEIVE_JOB,
    minimum_interval_seconds=60,
    default_status=DefaultSensorStatus.RUNNING,
    description="Receives when the landing folder holds a file that no run has read. The build follows.",
)
def new_delivery_sensor(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
    """Asks for one run per set of new files; the run key keeps a failed set from being tried for ever."""
    settings = Settings.from_environment()
    contracts = load_feed_contracts(*settings.contract_folders)
    new_files = files_not_yet_ingested(contracts.values(), settings)
    if not new_files:
        yield SkipReason("Every file in the landing folder has been read.")
        return
    newest = max(new_files, key=lambda file: (file.mtime_ns, file.path))
    yield RunRequest(
        run_key=f"{len(new_files)}-{newest.path}-{newest.mtime_ns}",
        tags={"warehouse/new_files": str(len(new_files)), "warehouse/newest_file": newest.path},
    )


def build_request(context: RunStatusSensorContext) -> RunRequest:
    """One build for the run of `receive_deliveries` that has ended; the run key keeps it at one."""
    received = context.dagster_run
    return RunRequest(run_key=f"after-{received.run_id}", tags={"warehouse/received_by": received.run_id})


def _build_after(status: DagsterRunStatus, name: str, description: str) -> RunStatusSensorDefinition:
    return run_status_sensor(
        status,
        name=name,
        monitored_jobs=[receive_job],
        request_job=build_job,
        minimum_interval_seconds=30,
        default_status=DefaultSensorStatus.RUNNING,
        description=description,
    )(build_request)


build_sensors = [
    _build_after(
        DagsterRunStatus.SUCCESS, "build_after_receiving", "Builds when every delivery received was in order."
    ),
    _build_after(
        DagsterRunStatus.FAILURE,
        "build_after_refusals",
        "Builds from the last good verdicts when receiving failed: a refused delivery stops nobody else. A run that a "
        "person cancelled is followed by nothing, nor is one of 'warehouse run', which builds by itself.",
    ),
]
