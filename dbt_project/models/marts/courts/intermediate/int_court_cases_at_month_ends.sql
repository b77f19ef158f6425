with month_ends as (
    select * from {{ ref('int_month_ends') }}
),

proceedings as (
    select * from {{ ref('int_proceedings_at_month_ends') }}
),

case_records as (
    select * from {{ ref('case_records') }}
),

cases as (
    select * from {{ ref('cases') }}
),

court_periods as (
    select * from {{ ref('case_court_periods') }}
),

-- Open as the court's own register has it. A case closed on no recorded day is closed.
open_records as (
    select
        month_ends.snapshot_date,
        case_records.case_id,
        count(*) as open_records
    from month_ends
    inner join case_records
        on
            month_ends.snapshot_date >= case_records.received_date
            and (case_records.closed_date is null or month_ends.snapshot_date < case_records.closed_date)
    where
        case_records.case_status = 'LIVE'
        or case_records.closed_date is not null
    group by month_ends.snapshot_date, case_records.case_id
),

unconcluded_cases as (
    select
        snapshot_date,
        case_id,
        min(jurisdiction_code) as jurisdiction_code,
        min(court_code) as court_code,
        {{ justice.count_where('is_live') }} as live_defendants
    from proceedings
    group by snapshot_date, case_id
),

cases_on_either_side as (
    select
        snapshot_date,
        case_id
    from open_records
    union distinct
    select
        snapshot_date,
        case_id
    from unconcluded_cases
),

compared as (
    select
        cases_on_either_side.snapshot_date,
        cases_on_either_side.case_id,
        coalesce(open_records.open_records, 0) as open_records,
        coalesce(unconcluded_cases.live_defendants, 0) as live_defendants,
        unconcluded_cases.case_id is not null as is_unconcluded,
        coalesce(
            unconcluded_cases.jurisdiction_code,
            {{ justice.jurisdiction_on(
                'cases_on_either_side.snapshot_date', 'cases.crown_received_date', 'cases.sent_to_crown_date'
            ) }}
        ) as jurisdiction_code,
        coalesce(unconcluded_cases.court_code, {{ justice.or_unknown('court_periods.court_code') }}) as court_code,
        cases.case_id is not null as is_recorded,
        coalesce(cases.defendant_count, 0) as defendant_count
    from cases_on_either_side
    left join open_records
        on
            cases_on_either_side.snapshot_date = open_records.snapshot_date
            and cases_on_either_side.case_id = open_records.case_id
    left join unconcluded_cases
        on
            cases_on_either_side.snapshot_date = unconcluded_cases.snapshot_date
            and cases_on_either_side.case_id = unconcluded_cases.case_id
    left join cases
        on cases_on_either_side.case_id = cases.case_id
    left join court_periods
        on
            cases_on_either_side.case_id = court_periods.case_id
            and cases_on_either_side.snapshot_date >= court_periods.from_date
            and cases_on_either_side.snapshot_date < court_periods.until_date
)

select
    snapshot_date,
    case_id,
    jurisdiction_code,
    court_code,
    case
        when (open_records > 0) = (live_defendants > 0) then 'none'
        when live_defendants > 0 and not is_recorded then 'missing_from_agency'
        when live_defendants > 0 then 'concluded_by_agency'
        when is_unconcluded then 'bench_warrants'
        when defendant_count = 0 then 'missing_from_court'
        else 'concluded_at_court'
    end as difference,
    open_records,
    greatest(open_records - 1, 0) as merged_records,
    live_defendants
from compared
where
    open_records > 0
    or live_defendants > 0
