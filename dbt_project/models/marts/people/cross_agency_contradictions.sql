{%- set rules = [
    'charge_not_known_to_court',
    'charge_not_known_to_cps',
    'closed_without_outcome',
    'community_sentence_no_order',
    'court_custody_no_reception',
    'court_release_still_held',
    'cps_outcome_differs',
    'custody_sentence_no_prison_sentence',
    'hearing_at_closed_court',
    'hearing_without_result',
    'legal_aid_without_case',
    'one_id_in_two_cases',
    'one_person_in_merged_cases',
    'order_no_court_result',
    'prisoner_no_live_case',
    'representation_without_legal_aid',
    'sentence_length_differs',
    'sentence_type_differs',
    'trial_listed_twice',
] -%}

with contradiction_rules as (
    select * from {{ ref('contradiction_rules') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

disagreements as (
    {%- for rule in rules %}
    select
        '{{ rule }}' as rule,
        subject_key,
        defendant_id,
        case_id,
        person_id,
        court_code,
        value_a,
        value_b,
        days_apart,
        event_date,
        observed_to
    from {{ ref('int_contradictions_' ~ rule) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    {{ justice.hash_key(['disagreements.rule', 'disagreements.subject_key']) }} as contradiction_id,
    disagreements.rule,
    contradiction_rules.agency_a,
    contradiction_rules.agency_b,
    contradiction_rules.title,
    contradiction_rules.cause,
    contradiction_rules.how_to_correct,
    contradiction_rules.corrected_by,
    disagreements.defendant_id,
    disagreements.case_id,
    disagreements.person_id,
    disagreements.court_code,
    disagreements.value_a,
    disagreements.value_b,
    cast(disagreements.days_apart as bigint) as days_apart,
    disagreements.event_date,
    disagreements.observed_to,
    {{ justice.coverage('disagreements.event_date', 'month', area='disagreements.court_code') }} as coverage,
    observation_window.data_as_of
from disagreements
inner join contradiction_rules
    on disagreements.rule = contradiction_rules.rule
cross join observation_window
left join defendants
    on disagreements.defendant_id = defendants.defendant_id
-- While a defendant's own record has not been delivered (see missing_parents) nothing is said of the proceeding.
where disagreements.defendant_id is null or defendants.defendant_id is not null
