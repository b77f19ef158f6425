with appearances as (
    select * from {{ ref('appearances') }}
),

courts as (
    select * from {{ ref('courts') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'hearing_at_closed_court'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
)

select
    appearances.appearance_id as subject_key,
    appearances.defendant_id,
    appearances.case_id,
    appearances.person_id,
    appearances.court_code,
    'hearing_at_' || appearances.court_code as value_a,
    'closed_on_' || cast(courts.closed_on as {{ dbt.type_string() }})
    || coalesce('_now_' || courts.successor_ou_code, '') as value_b,
    {{ justice.days_between('courts.closed_on', 'appearances.hearing_date') }} as days_apart,
    appearances.hearing_date as event_date,
    horizons.court_to as observed_to
from appearances
inner join courts
    on appearances.court_code = courts.court_ou_code
cross join contradiction_rule
cross join horizons
where {{ justice.days_between('courts.closed_on', 'appearances.hearing_date') }} > contradiction_rule.days_allowed
