{%- set key = ['typed.force_code', 'typed.encounter_ref'] -%}

with ethnicities as (
    select * from {{ ref('ethnicities') }}
),

police_forces as (
    select * from {{ ref('police_forces') }}
),

delivered as (
    {{ justice.accepted_rows('police', 'stop_account') }}
),

typed as (
    select
        {{ justice.typed('police', 'stop_account', 'force_code') }} as force_code,
        {{ justice.typed('police', 'stop_account', 'encounter_ref') }} as encounter_ref,
        {{ justice.typed('police', 'stop_account', 'encounter_at') }} as encounter_at,
        {{ justice.typed('police', 'stop_account', 'reason_code') }} as reason_code,
        {{ justice.typed('police', 'stop_account', 'gender') }} as gender,
        {{ justice.typed('police', 'stop_account', 'age_range') }} as age_range,
        {{ justice.typed('police', 'stop_account', 'self_defined_ethnicity') }} as self_defined_ethnicity,
        {{ justice.typed('police', 'stop_account', 'officer_defined_ethnicity') }} as officer_defined_ethnicity,
        {{ justice.typed('police', 'stop_account', 'receipt_offered') }} as receipt_offered,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    {{ justice.known_code('typed.force_code', 'police_forces.force_code') }} as force_code,
    typed.force_code as force_code_raw,
    typed.encounter_ref,
    typed.encounter_at,
    typed.reason_code,
    {{ justice.gender_from_text('typed.gender') }} as gender,
    typed.age_range,
    {{ justice.known_code('typed.self_defined_ethnicity', 'ethnicities.ethnicity_code') }} as self_defined_ethnicity,
    typed.self_defined_ethnicity as self_defined_ethnicity_raw,
    typed.officer_defined_ethnicity,
    typed.receipt_offered,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join police_forces
    on typed.force_code = police_forces.force_code
left join ethnicities
    on typed.self_defined_ethnicity = ethnicities.ethnicity_code
