with month_ends as (
    select * from {{ ref('int_month_ends') }}
),

periods as (
    select * from {{ ref('proceeding_periods') }}
),

warrants as (
    select * from {{ ref('bench_warrants') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

cases as (
    select * from {{ ref('cases') }}
),

court_periods as (
    select * from {{ ref('case_court_periods') }}
),

unconcluded as (
    select
        month_ends.snapshot_date,
        periods.defendant_id,
        periods.stage,
        periods.is_received_date_inferred,
        periods.start_date
    from month_ends
    inner join periods
        on
            month_ends.snapshot_date >= periods.start_date
            and (periods.end_date is null or month_ends.snapshot_date < periods.end_date)
),

under_warrant as (
    select distinct
        unconcluded.snapshot_date,
        unconcluded.defendant_id
    from unconcluded
    inner join warrants
        on
            unconcluded.defendant_id = warrants.defendant_id
            and unconcluded.snapshot_date >= warrants.issued_date
            and (warrants.executed_date is null or unconcluded.snapshot_date < warrants.executed_date)
)

select
    unconcluded.snapshot_date,
    unconcluded.defendant_id,
    defendants.case_id,
    defendants.person_id,
    {{ justice.jurisdiction_on(
        'unconcluded.snapshot_date', 'cases.crown_received_date', 'cases.sent_to_crown_date'
    ) }} as jurisdiction_code,
    {{ justice.or_unknown('court_periods.court_code') }} as court_code,
    unconcluded.stage,
    defendants.is_organisation,
    unconcluded.is_received_date_inferred,
    under_warrant.defendant_id is not null as is_under_warrant,
    under_warrant.defendant_id is null as is_live,
    unconcluded.start_date as received_date
from unconcluded
inner join defendants
    on unconcluded.defendant_id = defendants.defendant_id
left join cases
    on defendants.case_id = cases.case_id
left join court_periods
    on
        defendants.case_id = court_periods.case_id
        and unconcluded.snapshot_date >= court_periods.from_date
        and unconcluded.snapshot_date < court_periods.until_date
left join under_warrant
    on
        unconcluded.snapshot_date = under_warrant.snapshot_date
        and unconcluded.defendant_id = under_warrant.defendant_id
