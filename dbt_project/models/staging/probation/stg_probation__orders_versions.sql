{%- set key = [justice.key_text(justice.normalise_crn('typed.crn'), 'typed.crn'), 'typed.event_number'] -%}

with courts as (
    select * from {{ ref('courts') }}
),

ethnicities as (
    select * from {{ ref('ethnicities') }}
),

offences as (
    select * from {{ ref('offences') }}
),

delivered as (
    {{ justice.accepted_rows('probation', 'orders') }}
),

typed as (
    select
        {{ justice.typed('probation', 'orders', 'crn') }} as crn,
        {{ justice.typed('probation', 'orders', 'event_number') }} as event_number,
        {{ justice.typed('probation', 'orders', 'noms_number') }} as noms_number,
        {{ justice.typed('probation', 'orders', 'pnc_id') }} as pnc_id,
        {{ justice.typed('probation', 'orders', 'surname') }} as surname,
        {{ justice.typed('probation', 'orders', 'forename') }} as forename,
        {{ justice.typed('probation', 'orders', 'date_of_birth') }} as date_of_birth,
        {{ justice.typed('probation', 'orders', 'gender') }} as gender,
        {{ justice.typed('probation', 'orders', 'ethnicity_code') }} as ethnicity_code,
        {{ justice.typed('probation', 'orders', 'postcode') }} as postcode,
        {{ justice.typed('probation', 'orders', 'order_type') }} as order_type,
        {{ justice.typed('probation', 'orders', 'start_date') }} as start_date,
        {{ justice.typed('probation', 'orders', 'expected_end_date') }} as expected_end_date,
        {{ justice.typed('probation', 'orders', 'actual_end_date') }} as actual_end_date,
        {{ justice.typed('probation', 'orders', 'termination_reason') }} as termination_reason,
        {{ justice.typed('probation', 'orders', 'court_ou_code') }} as court_ou_code,
        {{ justice.typed('probation', 'orders', 'ptiurn') }} as ptiurn,
        {{ justice.typed('probation', 'orders', 'cjs_offence_code') }} as cjs_offence_code,
        {{ justice.typed('probation', 'orders', 'requirements') }} as requirements,
        {{ justice.typed('probation', 'orders', 'breaches') }} as breaches,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    {{ justice.normalise_crn('typed.crn') }} as crn,
    typed.event_number,
    {{ justice.normalise_noms('typed.noms_number') }} as noms_number,
    {{ justice.normalise_pnc('typed.pnc_id', 'typed.extract_date') }} as pnc_id,
    typed.surname,
    typed.forename,
    typed.date_of_birth,
    {{ justice.sex_from_code('typed.gender') }} as sex,
    {{ justice.known_code('typed.ethnicity_code', 'ethnicities.ethnicity_code') }} as ethnicity_code,
    typed.ethnicity_code as ethnicity_code_raw,
    {{ justice.normalise_postcode('typed.postcode') }} as postcode,
    typed.order_type,
    typed.start_date,
    typed.expected_end_date,
    typed.actual_end_date,
    typed.termination_reason,
    {{ justice.known_code('typed.court_ou_code', 'courts.court_ou_code') }} as court_ou_code,
    typed.court_ou_code as court_ou_code_raw,
    {{ justice.normalise_ptiurn('typed.ptiurn') }} as ptiurn,
    {{ justice.known_code('typed.cjs_offence_code', 'offences.cjs_offence_code') }} as cjs_offence_code,
    typed.cjs_offence_code as cjs_offence_code_raw,
    typed.requirements,
    typed.breaches,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join ethnicities
    on typed.ethnicity_code = ethnicities.ethnicity_code
left join courts
    on typed.court_ou_code = courts.court_ou_code
left join offences
    on typed.cjs_offence_code = offences.cjs_offence_code
