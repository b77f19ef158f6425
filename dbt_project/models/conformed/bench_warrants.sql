with defendant_versions as (
    select * from {{ ref('stg_hmcts__defendants_versions') }}
),

current_warrants as (
    select
        defendant_id,
        bench_warrant_issued,
        bench_warrant_executed
    from defendant_versions
    where
        is_current
        and bench_warrant_issued is not null
),

-- The court's record holds the last warrant only. That of an earlier version is another warrant, not a correction of
-- this one, where it was executed before this one was issued.
earlier_warrants as (
    select
        defendant_versions.defendant_id,
        defendant_versions.bench_warrant_issued,
        min(defendant_versions.bench_warrant_executed) as bench_warrant_executed
    from defendant_versions
    inner join current_warrants
        on defendant_versions.defendant_id = current_warrants.defendant_id
    where
        defendant_versions.bench_warrant_executed <= current_warrants.bench_warrant_issued
        and defendant_versions.bench_warrant_issued < current_warrants.bench_warrant_issued
        and defendant_versions.bench_warrant_issued <= defendant_versions.bench_warrant_executed
    group by defendant_versions.defendant_id, defendant_versions.bench_warrant_issued
)

select
    defendant_id,
    bench_warrant_issued as issued_date,
    bench_warrant_executed as executed_date
from current_warrants
union all
select
    defendant_id,
    bench_warrant_issued as issued_date,
    bench_warrant_executed as executed_date
from earlier_warrants
