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
        ) as to_date
    from decisions
    inner join defendants
        on decisions.defendant_id = defendants.defendant_id
    cross join observation_window
    where decisions.remand_status = 'custody'
)

select
    defendant_id,
    sum(greatest({{ justice.days_between('from_date', 'to_date') }}, 0)) as days_court_view
from custody_intervals
group by defendant_id
