with charges as (
    select * from {{ ref('charges') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'closed_without_outcome'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
)

select
    charges.charge_id as subject_key,
    charges.defendant_id,
    charges.case_id,
    defendants.person_id,
    defendants.court_code,
    'case_closed' as value_a,
    'no_outcome_of_a_charge' as value_b,
    {{ justice.days_between('charges.concluded_date', 'horizons.court_to') }} as days_apart,
    charges.concluded_date as event_date,
    horizons.court_to as observed_to
from charges
inner join defendants
    on charges.defendant_id = defendants.defendant_id
cross join contradiction_rule
cross join horizons
where
    charges.outcome = 'not_recorded'
    and {{ justice.answer_was_due('charges.concluded_date', 'horizons.court_to') }}
