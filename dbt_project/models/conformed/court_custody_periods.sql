with daily_remand_decisions as (
    select * from {{ ref('int_daily_remand_decisions') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

decisions as (
    select
        daily_remand_decisions.defendant_id,
        daily_remand_decisions.remand_status,
        daily_remand_decisions.hearing_date,
        lead(daily_remand_decisions.hearing_date) over (
            partition by daily_remand_decisions.defendant_id
            order by daily_remand_decisions.hearing_date asc
        ) as next_decision_date
    from daily_remand_decisions
    cross join observation_window
    where daily_remand_decisions.hearing_date <= observation_window.custody_as_of
),

custody_intervals as (
    select
        decisions.defendant_id,
        decisions.hearing_date as from_date,
        least(
            decisions.next_decision_date, defendants.completion_date, observation_window.custody_as_of
        ) as to_date,
        decisions.next_decision_date is null
        and (defendants.completion_date is null or defendants.completion_date > observation_window.custody_as_of)
            as is_current
    from decisions
    inner join defendants
        on decisions.defendant_id = defendants.defendant_id
    cross join observation_window
    where decisions.remand_status = 'custody'
),

begun_runs as (
    select
        *,
        case
            when from_date = lag(to_date) over (partition by defendant_id order by from_date asc) then 0
            else 1
        end as begins_run
    from custody_intervals
    where to_date >= from_date
),

numbered_runs as (
    select
        *,
        sum(begins_run) over (
            partition by defendant_id
            order by from_date asc
            rows between unbounded preceding and current row
        ) as run_number
    from begun_runs
)

select
    defendant_id,
    cast(run_number as bigint) as run_number,
    {{ justice.days_between('min(from_date)', 'max(to_date)') }} as days,
    bool_or(is_current) as is_current,
    min(from_date) as from_date,
    max(to_date) as to_date
from numbered_runs
group by defendant_id, run_number
