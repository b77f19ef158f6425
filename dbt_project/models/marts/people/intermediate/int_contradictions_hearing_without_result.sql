with appearances as (
    select * from {{ ref('appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

results as (
    select * from {{ ref('results') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'hearing_without_result'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

-- Of several hearings of a defendant on one day any may carry the results: the day is the unit.
days_in_court as (
    select
        appearances.defendant_id,
        appearances.hearing_date,
        min(appearances.case_id) as case_id,
        min(appearances.person_id) as person_id,
        min(appearances.court_code) as court_code,
        min(lower(appearances.hearing_type_code)) as hearing_type
    from appearances
    inner join hearings
        on appearances.hearing_id = hearings.hearing_id
    where coalesce(hearings.trial_outcome_class, '') <> 'VACATED'
    group by appearances.defendant_id, appearances.hearing_date
),

-- A result of a charge that was held back is of one of the hearing's defendants: nobody can say which.
days_with_result as (
    select distinct
        results.defendant_id,
        results.result_date as hearing_date
    from results
    union distinct
    select distinct
        appearances.defendant_id,
        appearances.hearing_date
    from results
    inner join appearances
        on results.hearing_id = appearances.hearing_id
    where results.defendant_id is null
    union distinct
    select distinct
        results.defendant_id,
        hearings.hearing_date
    from results
    inner join hearings
        on results.hearing_id = hearings.hearing_id
)

select
    days_in_court.defendant_id || '|' || cast(days_in_court.hearing_date as {{ dbt.type_string() }}) as subject_key,
    days_in_court.defendant_id,
    days_in_court.case_id,
    days_in_court.person_id,
    days_in_court.court_code,
    'hearing_' || days_in_court.hearing_type as value_a,
    'no_result' as value_b,
    {{ justice.days_between('days_in_court.hearing_date', 'horizons.court_to') }} as days_apart,
    days_in_court.hearing_date as event_date,
    horizons.court_to as observed_to
from days_in_court
cross join contradiction_rule
cross join horizons
left join days_with_result
    on
        days_in_court.defendant_id = days_with_result.defendant_id
        and days_in_court.hearing_date = days_with_result.hearing_date
where
    days_with_result.defendant_id is null
    and {{ justice.answer_was_due('days_in_court.hearing_date', 'horizons.court_to') }}
