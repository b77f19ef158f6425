with appearances as (
    select * from {{ ref('appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

-- A vacated hearing was not held: it repeats the status the defendant had.
held_appearances as (
    select
        appearances.defendant_id,
        appearances.person_id,
        appearances.case_id,
        appearances.court_code,
        appearances.bail_status_code,
        appearances.remand_status,
        appearances.hearing_date
    from appearances
    inner join hearings
        on appearances.hearing_id = hearings.hearing_id
    where
        appearances.person_id is not null
        and coalesce(hearings.trial_outcome_class, '') <> 'VACATED'
),

-- The order of two hearings on one day is not recorded, so a day says something only if they all say it.
decided_days as (
    select
        defendant_id,
        person_id,
        case_id,
        hearing_date,
        min(court_code) as court_code,
        bool_and(coalesce(bail_status_code in ('C', 'S'), false)) as is_prison_custody,
        bool_and(coalesce(bail_status_code in ('B', 'U'), false)) as is_released,
        bool_or(coalesce(remand_status = 'custody', false)) as is_any_custody
    from held_appearances
    group by defendant_id, person_id, case_id, hearing_date
)

select
    defendant_id,
    person_id,
    case_id,
    court_code,
    is_prison_custody,
    is_released,
    is_any_custody,
    coalesce(lag(is_any_custody) over (partition by defendant_id order by hearing_date asc), false)
        as was_in_custody_before,
    lead(is_any_custody) over (partition by defendant_id order by hearing_date asc) as is_next_custody,
    hearing_date,
    lead(hearing_date) over (partition by defendant_id order by hearing_date asc) as next_hearing_date
from decided_days
