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
    bool_or(is_current) as is_current,
    min(from_date) as from_date,
    max(to_date) as to_date
from numbered_runs
group by defendant_id, run_number
