{%- set key = ['typed.hearing_id'] -%}

with courts as (
    select * from {{ ref('courts') }}
),

hearing_types as (
    select * from {{ ref('hearing_types') }}
),

trial_outcomes as (
    select * from {{ ref('trial_outcomes') }}
),

delivered as (
    {{ justice.accepted_rows('hmcts', 'hearings') }}
),

typed as (
    select
        {{ justice.typed('hmcts', 'hearings', 'hearing_id') }} as hearing_id,
        {{ justice.typed('hmcts', 'hearings', 'jurisdiction') }} as jurisdiction,
        {{ justice.typed('hmcts', 'hearings', 'court_ou_code') }} as court_ou_code,
        {{ justice.typed('hmcts', 'hearings', 'hearing_type_code') }} as hearing_type_code,
        {{ justice.typed('hmcts', 'hearings', 'hearing_date') }} as hearing_date,
        {{ justice.typed('hmcts', 'hearings', 'listed_for_trial') }} as listed_for_trial,
        {{ justice.typed('hmcts', 'hearings', 'trial_outcome_class') }} as trial_outcome_class,
        {{ justice.typed('hmcts', 'hearings', 'trial_outcome_code') }} as trial_outcome_code,
        {{ justice.typed('hmcts', 'hearings', 'judicial_officer_id') }} as judicial_officer_id,
        {{ justice.typed('hmcts', 'hearings', 'sitting_minutes') }} as sitting_minutes,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    typed.hearing_id,
    typed.jurisdiction,
    {{ justice.known_code('typed.court_ou_code', 'courts.court_ou_code') }} as court_ou_code,
    typed.court_ou_code as court_ou_code_raw,
    {{ justice.known_code('typed.hearing_type_code', 'hearing_types.hearing_type_code') }} as hearing_type_code,
    typed.hearing_type_code as hearing_type_code_raw,
    typed.hearing_date,
    typed.listed_for_trial,
    typed.trial_outcome_class,
    {{ justice.known_code('typed.trial_outcome_code', 'trial_outcomes.outcome_code') }} as trial_outcome_code,
    typed.trial_outcome_code as trial_outcome_code_raw,
    typed.judicial_officer_id,
    typed.sitting_minutes,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join courts
    on typed.court_ou_code = courts.court_ou_code
left join hearing_types
    on typed.hearing_type_code = hearing_types.hearing_type_code
left join trial_outcomes
    on
        typed.trial_outcome_class = trial_outcomes.outcome_class
        and typed.trial_outcome_code = trial_outcomes.outcome_code
