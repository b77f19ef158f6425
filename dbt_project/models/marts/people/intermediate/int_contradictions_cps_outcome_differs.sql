with defendants as (
    select * from {{ ref('defendants') }}
),

appealed_defendants as (
    select * from {{ ref('int_appealed_defendants') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'cps_outcome_differs'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

-- The CPS records the outcome at first instance: where there was an appeal the court's result is another one.
compared_defendants as (
    select
        defendants.defendant_id,
        defendants.case_id,
        defendants.person_id,
        defendants.court_code,
        defendants.cps_outcome,
        case
            when defendants.cps_outcome in ('GUILTY PLEA', 'CONVICTED AFTER TRIAL', 'PROVED IN ABSENCE')
                then 'convicted'
            when defendants.cps_outcome in ('DISCONTINUED', 'DISMISSED', 'ACQUITTED') then 'acquitted'
            when defendants.cps_outcome is null then 'pending'
            else 'closed_without_outcome'
        end as cps_says,
        defendants.final_outcome as court_says,
        defendants.cps_finalisation_date,
        defendants.completion_date
    from defendants
    left join appealed_defendants
        on defendants.defendant_id = appealed_defendants.defendant_id
    where
        defendants.cps_match_rule is not null
        and defendants.final_outcome <> 'unknown'
        and appealed_defendants.defendant_id is null
)

select
    compared_defendants.defendant_id as subject_key,
    compared_defendants.defendant_id,
    compared_defendants.case_id,
    compared_defendants.person_id,
    compared_defendants.court_code,
    coalesce(replace(lower(compared_defendants.cps_outcome), ' ', '_'), 'not_finalised') as value_a,
    compared_defendants.court_says as value_b,
    abs({{ justice.days_between(
        'coalesce(compared_defendants.cps_finalisation_date, horizons.cps_to)',
        'coalesce(compared_defendants.completion_date, horizons.court_to)'
    ) }}) as days_apart,
    coalesce(compared_defendants.completion_date, compared_defendants.cps_finalisation_date) as event_date,
    least(horizons.cps_to, horizons.court_to) as observed_to
from compared_defendants
cross join contradiction_rule
cross join horizons
where
    case
        when compared_defendants.cps_says = compared_defendants.court_says then false
        -- closed because the defendant is at large: the court's case stays open
        when compared_defendants.cps_says = 'closed_without_outcome' and compared_defendants.court_says = 'pending'
            then false
        when compared_defendants.court_says = 'pending'
            then
                {{ justice.answer_was_due('compared_defendants.cps_finalisation_date', 'horizons.court_to') }}
        when compared_defendants.cps_says in ('pending', 'closed_without_outcome')
            then
                {{ justice.answer_was_due('compared_defendants.completion_date', 'horizons.cps_to') }}
        else true
    end
