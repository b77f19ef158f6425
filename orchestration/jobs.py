"""The two jobs of the warehouse: receiving what agencies deliver, and building from what was accepted.

Belongs here: which assets each job makes and how it runs. Does not belong here: when (`triggers`), what an asset does
(its room).

They are two because of what a refused delivery must do. It fails the check, the step and the run of its own feed's
gate, so that nobody can overlook it; and it must stop nothing else. dbt stages all feeds in one step, so within one run
a failed gate would skip every feed. As two runs the gates fail as loudly as they should, and the build goes on from the
verdicts, which keep the refused rows out.
"""

from dagster import AssetKey, AssetSelection, define_asset_job, in_process_executor

RECEIVE_JOB = "receive_deliveries"
BUILD_JOB = "build_warehouse"

_RECEIVED = AssetSelection.groups("landing", "raw", "gate") - AssetSelection.assets(AssetKey(["gate", "ledger"]))

receive_job = define_asset_job(
    RECEIVE_JOB,
    selection=_RECEIVED,
    description=(
        "Reads what agencies landed and gates it, each feed in a chain of its own. The run fails if a delivery is "
        "refused and not yet corrected, or a rule cannot be asked; every other feed is received all the same. Its end, "
        f"good or bad, starts {BUILD_JOB}."
    ),
    executor_def=in_process_executor,  # goes on with the other feeds when a step has failed
)

build_job = define_asset_job(
    BUILD_JOB,
    selection=AssetSelection.all() - _RECEIVED,
    description=(
        "Balances the ledger over every feed, then stages, links, conforms, counts, audits and publishes from the last "
        f"good verdicts, whatever became of the last {RECEIVE_JOB}."
    ),
    executor_def=in_process_executor,
)
