with defendant_versions as (
    select * from {{ ref('stg_hmcts__defendants_versions') }}
),

recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

current_warrants as (
    select
        recorded_defendant_id,
        source_case_id,
        defendant_id,
        case_place,
        bench_warrant_issued,
        bench_warrant_executed
    from recorded_defendants
    where bench_warrant_issued is not null
),

-- The court's record holds the last warrant only. That of an earlier version is another warrant, not a correction of
-- this one, where it was executed before this one was issued. A version under no case that stands is of the first.
earlier_warrants as (
    select
        current_warrants.defendant_id,
        defendant_versions.bench_warrant_issued,
        defendant_versions.bench_warrant_executed
    from defendant_versions
    inner join current_warrants
        on defendant_versions.defendant_id = current_warrants.recorded_defendant_id
    left join recorded_defendants as own_case
        on
            defendant_versions.defendant_id = own_case.recorded_defendant_id
            and defendant_versions.case_id = own_case.source_case_id
    where
        (
            defendant_versions.case_id = current_warrants.source_case_id
            or (own_case.recorded_defendant_id is null and current_warrants.case_place = 1)
        )
        and defendant_versions.bench_warrant_executed <= current_warrants.bench_warrant_issued
        and defendant_versions.bench_warrant_issued < current_warrants.bench_warrant_issued
        and defendant_versions.bench_warrant_issued <= defendant_versions.bench_warrant_executed
),

all_warrants as (
    select
        defendant_id,
        bench_warrant_issued,
        bench_warrant_executed
    from current_warrants
    union all
    select
        defendant_id,
        bench_warrant_issued,
        bench_warrant_executed
    from earlier_warrants
),

-- One warrant may stand in the records of several cases that were merged.
recorded_warrants as (
    select
        defendant_id,
        bench_warrant_issued as issued_date,
        min(bench_warrant_executed) as recorded_date
    from all_warrants
    group by defendant_id, bench_warrant_issued
),

-- A warrant brings a defendant before the court (Bail Act 1976, section 7): who has stood before it since is not sought
-- under it, whether or not its execution was recorded.
warrants_before_hearings as (
    select
        recorded_warrants.defendant_id,
        recorded_warrants.issued_date,
        min(appearances.hearing_date) as attended_date
    from recorded_warrants
    inner join appearances
        on
            recorded_warrants.defendant_id = appearances.defendant_id
            and recorded_warrants.issued_date < appearances.hearing_date
    where
        recorded_warrants.recorded_date is null
        and appearances.attendance_code in ('IN_PERSON', 'BY_VIDEO')
    group by recorded_warrants.defendant_id, recorded_warrants.issued_date
)

select
    recorded_warrants.defendant_id,
    recorded_warrants.issued_date,
    coalesce(recorded_warrants.recorded_date, warrants_before_hearings.attended_date) as executed_date
from recorded_warrants
left join warrants_before_hearings
    on
        recorded_warrants.defendant_id = warrants_before_hearings.defendant_id
        and recorded_warrants.issued_date = warrants_before_hearings.issued_date
