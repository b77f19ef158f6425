{#- A term of months counted in days differs from the same term in months of 30.4375 days by less than this. -#}
{%- set tolerated_months = '3.0 / ' ~ justice.days_per_month() -%}

with sentenced_proceedings as (
    select * from {{ ref('sentenced_proceedings') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'sentence_length_differs'
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
    {{ justice.months_text('sentenced_proceedings.court_term_months') }} as value_a,
    {{ justice.months_text('sentenced_proceedings.prison_term_months') }} as value_b,
    sentenced_proceedings.days_apart,
    sentenced_proceedings.sentence_date as event_date,
    horizons.prison_to as observed_to
from sentenced_proceedings
cross join contradiction_rule
cross join horizons
where
    sentenced_proceedings.court_disposal_type in ('determinate_custody', 'extended_or_special')
    and sentenced_proceedings.prison_disposal_type in ('determinate_custody', 'extended_or_special')
    and not sentenced_proceedings.has_unknown_court_term
    and not sentenced_proceedings.has_unknown_prison_term
    -- a sentence of another day is another sentence: a suspended one activated, a breach, a resentence
    and sentenced_proceedings.days_apart <= contradiction_rule.days_allowed
    and abs(sentenced_proceedings.court_term_months - sentenced_proceedings.prison_term_months)
    > {{ tolerated_months }}
