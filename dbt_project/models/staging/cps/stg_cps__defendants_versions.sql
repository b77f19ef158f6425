{%- set key = [justice.key_text(justice.normalise_ptiurn('typed.ptiurn'), 'typed.ptiurn'), 'typed.defendant_number'] -%}

with ethnicities as (
    select * from {{ ref('ethnicities') }}
),

delivered as (
    {{ justice.accepted_rows('cps', 'defendants') }}
),

typed as (
    select
        {{ justice.typed('cps', 'defendants', 'ptiurn') }} as ptiurn,
        {{ justice.typed('cps', 'defendants', 'defendant_number') }} as defendant_number,
        {{ justice.typed('cps', 'defendants', 'surname') }} as surname,
        {{ justice.typed('cps', 'defendants', 'forenames') }} as forenames,
        {{ justice.typed('cps', 'defendants', 'dob') }} as dob,
        {{ justice.typed('cps', 'defendants', 'gender') }} as gender,
        {{ justice.typed('cps', 'defendants', 'ethnicity') }} as ethnicity,
        {{ justice.typed('cps', 'defendants', 'asn') }} as asn,
        {{ justice.typed('cps', 'defendants', 'cps_area') }} as cps_area,
        {{ justice.typed('cps', 'defendants', 'principal_offence_category') }} as principal_offence_category,
        {{ justice.typed('cps', 'defendants', 'charging_decision_date') }} as charging_decision_date,
        {{ justice.typed('cps', 'defendants', 'domestic_abuse_flag') }} as domestic_abuse_flag,
        {{ justice.typed('cps', 'defendants', 'hate_crime_flag') }} as hate_crime_flag,
        {{ justice.typed('cps', 'defendants', 'finalisation_date') }} as finalisation_date,
        {{ justice.typed('cps', 'defendants', 'finalisation_court') }} as finalisation_court,
        {{ justice.typed('cps', 'defendants', 'outcome') }} as outcome,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    {{ justice.normalise_ptiurn('typed.ptiurn') }} as ptiurn,
    typed.defendant_number,
    typed.surname,
    typed.forenames,
    typed.dob,
    {{ justice.sex_from_code('typed.gender') }} as sex,
    {{ justice.known_code('typed.ethnicity', 'ethnicities.ethnicity_code') }} as ethnicity,
    typed.ethnicity as ethnicity_raw,
    {{ justice.normalise_asn('typed.asn') }} as asn,
    typed.cps_area,
    typed.principal_offence_category,
    typed.charging_decision_date,
    typed.domestic_abuse_flag,
    typed.hate_crime_flag,
    typed.finalisation_date,
    typed.finalisation_court,
    typed.outcome,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join ethnicities
    on typed.ethnicity = ethnicities.ethnicity_code
