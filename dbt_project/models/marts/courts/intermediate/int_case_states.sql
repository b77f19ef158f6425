with defendants as (
    select * from {{ ref('defendants') }}
),

periods as (
    select * from {{ ref('proceeding_periods') }}
),

warrants as (
    select * from {{ ref('bench_warrants') }}
),

cases as (
    select * from {{ ref('cases') }}
),

court_periods as (
    select * from {{ ref('case_court_periods') }}
),

courts as (
    select * from {{ ref('courts') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

case_periods as (
    select
        defendants.case_id,
        periods.defendant_id,
        periods.stage,
        periods.is_received_date_inferred,
        periods.start_date,
        periods.end_date
    from periods
    inner join defendants
        on periods.defendant_id = defendants.defendant_id
),

first_days as (
    select
        case_id,
        min(start_date) as first_date
    from case_periods
    group by case_id
),

-- Every day on which anything that decides the state of a case may have changed.
possible_changes as (
    select
        case_id,
        start_date as change_date
    from case_periods
    union distinct
    select
        case_id,
        end_date as change_date
    from case_periods
    union distinct
    select
        defendants.case_id,
        warrants.issued_date as change_date
    from warrants
    inner join defendants
        on warrants.defendant_id = defendants.defendant_id
    union distinct
    select
        defendants.case_id,
        warrants.executed_date as change_date
    from warrants
    inner join defendants
        on warrants.defendant_id = defendants.defendant_id
    union distinct
    select
        case_id,
        from_date as change_date
    from court_periods
    union distinct
    select
        case_id,
        coalesce(crown_received_date, sent_to_crown_date) as change_date
    from cases
),

days as (
    select
        possible_changes.case_id,
        possible_changes.change_date
    from possible_changes
    inner join first_days
        on
            possible_changes.case_id = first_days.case_id
            and possible_changes.change_date >= first_days.first_date
    inner join observation_window
        on possible_changes.change_date <= observation_window.data_as_of
),

unconcluded as (
    select
        days.case_id,
        days.change_date,
        case_periods.defendant_id,
        case_periods.stage,
        case_periods.is_received_date_inferred
    from days
    inner join case_periods
        on
            days.case_id = case_periods.case_id
            and days.change_date >= case_periods.start_date
            and (case_periods.end_date is null or days.change_date < case_periods.end_date)
),

under_warrant as (
    select distinct
        unconcluded.change_date,
        unconcluded.defendant_id
    from unconcluded
    inner join warrants
        on
            unconcluded.defendant_id = warrants.defendant_id
            and unconcluded.change_date >= warrants.issued_date
            and (warrants.executed_date is null or unconcluded.change_date < warrants.executed_date)
),

open_days as (
    select
        unconcluded.case_id,
        unconcluded.change_date,
        case when count(*) > count(under_warrant.defendant_id) then 'live' else 'under_warrant' end as state,
        bool_and(unconcluded.stage = 'appeal') as is_appeal,
        bool_and(unconcluded.is_received_date_inferred) as is_received_date_inferred
    from unconcluded
    left join under_warrant
        on
            unconcluded.change_date = under_warrant.change_date
            and unconcluded.defendant_id = under_warrant.defendant_id
    group by unconcluded.case_id, unconcluded.change_date
),

-- A case that was concluded on the day it was received is closed on it.
closed_at_once as (
    select
        case_id,
        start_date as change_date,
        bool_and(is_received_date_inferred) as is_received_date_inferred
    from case_periods
    group by case_id, start_date
)

select
    days.case_id,
    days.change_date,
    coalesce(open_days.state, 'closed') as state,
    {{ justice.jurisdiction_on(
        'days.change_date', 'cases.crown_received_date', 'cases.sent_to_crown_date'
    ) }} as jurisdiction_code,
    {{ justice.or_unknown('court_periods.court_code') }} as court_code,
    {{ justice.or_unknown('courts.court_type') }} as court_type,
    coalesce(open_days.is_appeal, false) as is_appeal,
    coalesce(open_days.is_received_date_inferred, closed_at_once.is_received_date_inferred, false)
        as is_received_date_inferred
from days
left join open_days
    on
        days.case_id = open_days.case_id
        and days.change_date = open_days.change_date
left join closed_at_once
    on
        days.case_id = closed_at_once.case_id
        and days.change_date = closed_at_once.change_date
left join cases
    on days.case_id = cases.case_id
left join court_periods
    on
        days.case_id = court_periods.case_id
        and days.change_date >= court_periods.from_date
        and days.change_date < court_periods.until_date
left join courts
    on court_periods.court_code = courts.court_ou_code
