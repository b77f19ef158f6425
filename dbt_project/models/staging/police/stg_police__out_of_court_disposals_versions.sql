{%- set key = ['typed.force_code', 'typed.disposal_ref'] -%}

with ethnicities as (
    select * from {{ ref('ethnicities') }}
),

offences as (
    select * from {{ ref('offences') }}
),

outcome_codes as (
    select * from {{ ref('outcome_codes') }}
),

police_forces as (
    select * from {{ ref('police_forces') }}
),

delivered as (
    {{ justice.accepted_rows('police', 'out_of_court_disposals') }}
),

typed as (
    select
        {{ justice.typed('police', 'out_of_court_disposals', 'force_code') }} as force_code,
        {{ justice.typed('police', 'out_of_court_disposals', 'disposal_ref') }} as disposal_ref,
        {{ justice.typed('police', 'out_of_court_disposals', 'crime_ref') }} as crime_ref,
        {{ justice.typed('police', 'out_of_court_disposals', 'outcome_code') }} as outcome_code,
        {{ justice.typed('police', 'out_of_court_disposals', 'outcome_date') }} as outcome_date,
        {{ justice.typed('police', 'out_of_court_disposals', 'offence_code') }} as offence_code,
        {{ justice.typed('police', 'out_of_court_disposals', 'offence_date') }} as offence_date,
        {{ justice.typed('police', 'out_of_court_disposals', 'surname') }} as surname,
        {{ justice.typed('police', 'out_of_court_disposals', 'forename') }} as forename,
        {{ justice.typed('police', 'out_of_court_disposals', 'date_of_birth') }} as date_of_birth,
        {{ justice.typed('police', 'out_of_court_disposals', 'sex') }} as sex,
        {{ justice.typed('police', 'out_of_court_disposals', 'self_defined_ethnicity') }} as self_defined_ethnicity,
        {{ justice.typed('police', 'out_of_court_disposals', 'pnc_id') }} as pnc_id,
        {{ justice.typed('police', 'out_of_court_disposals', 'postcode') }} as postcode,
        {{ justice.typed('police', 'out_of_court_disposals', 'conditions') }} as conditions,
        {{ justice.typed('police', 'out_of_court_disposals', 'conditions_due_date') }} as conditions_due_date,
        {{ justice.typed('police', 'out_of_court_disposals', 'completion_status') }} as completion_status,
        {{ justice.typed('police', 'out_of_court_disposals', 'completed_date') }} as completed_date,
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
    typed.disposal_ref,
    typed.crime_ref,
    {{ justice.known_code('typed.outcome_code', 'outcome_codes.outcome_code') }} as outcome_code,
    typed.outcome_code as outcome_code_raw,
    typed.outcome_date,
    {{ justice.known_code('typed.offence_code', 'offences.cjs_offence_code') }} as offence_code,
    typed.offence_code as offence_code_raw,
    typed.offence_date,
    typed.surname,
    typed.forename,
    typed.date_of_birth,
    {{ justice.sex_from_code('typed.sex') }} as sex,
    {{ justice.known_code('typed.self_defined_ethnicity', 'ethnicities.ethnicity_code') }} as self_defined_ethnicity,
    typed.self_defined_ethnicity as self_defined_ethnicity_raw,
    {{ justice.normalise_pnc('typed.pnc_id', 'typed.extract_date') }} as pnc_id,
    {{ justice.normalise_postcode('typed.postcode') }} as postcode,
    typed.conditions,
    typed.conditions_due_date,
    typed.completion_status,
    typed.completed_date,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join police_forces
    on typed.force_code = police_forces.force_code
left join outcome_codes
    on typed.outcome_code = outcome_codes.outcome_code
left join offences
    on typed.offence_code = offences.cjs_offence_code
left join ethnicities
    on typed.self_defined_ethnicity = ethnicities.ethnicity_code
