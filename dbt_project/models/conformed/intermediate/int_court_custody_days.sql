with appearances as (
    select * from {{ ref('appearances') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

hearing_types as (
    select * from {{ ref('hearing_types') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

ranked_decisions as (
    select
        appearances.defendant_id,
        appearances.hearing_date,
        appearances.remand_status,
        row_number() over (
            partition by appearances.defendant_id, appearances.hearing_date
            order by
                case when hearing_types.hearing_group = 'bail_and_custody' then 0 else 1 end asc,
                case when appearances.jurisdiction_code = 'C' then 0 else 1 end asc,
                case
                    when appearances.remand_status in ('conditional_bail', 'unconditional_bail') then 0
                    when appearances.remand_status = 'custody' then 1
                    else 2
                end asc,
                appearances.hearing_id asc
        ) as decision_rank
    from appearances
    left join hearing_types
        on appearances.hearing_type_code = hearing_types.hearing_type_code
    where appearances.remand_status <> 'unknown'
),

decisions as (
    select
        ranked_decisions.defendant_id,
        ranked_decisions.remand_status,
        ranked_decisions.hearing_date,
        lead(ranked_decisions.hearing_date) over (
            partition by ranked_decisions.defendant_id
            order by ranked_decisions.hearing_date asc
        ) as next_decision_date
    from ranked_decisions
    cross join observation_window
    where
        ranked_decisions.decision_rank = 1
        and ranked_decisions.hearing_date <= observation_window.custody_as_of
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
