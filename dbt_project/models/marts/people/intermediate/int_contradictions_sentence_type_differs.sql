with sentenced_proceedings as (
    select * from {{ ref('sentenced_proceedings') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'sentence_type_differs'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
)

select
    sentenced_proceedings.defendant_id as subject_key,
    sentenced_proceedings.defendant_id,
    sentenced_proceedings.case_id,
    sentenced_proceedings.person_id,
    sentenced_proceedings.court_code,
    sentenced_proceedings.court_disposal_type as value_a,
    sentenced_proceedings.prison_disposal_type as value_b,
    sentenced_proceedings.days_apart,
    sentenced_proceedings.sentence_date as event_date,
    horizons.prison_to as observed_to
from sentenced_proceedings
cross join contradiction_rule
cross join horizons
where
    sentenced_proceedings.court_disposal_type <> sentenced_proceedings.prison_disposal_type
    and sentenced_proceedings.days_apart <= contradiction_rule.days_allowed
