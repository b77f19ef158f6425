{%- set key = ['typed.force_code', 'typed.custody_number', 'typed.offence_sequence'] -%}

with ethnicities as (
    select * from {{ ref('ethnicities') }}
),

nationalities as (
    select * from {{ ref('nationalities') }}
),

offences as (
    select * from {{ ref('offences') }}
),

police_forces as (
    select * from {{ ref('police_forces') }}
),

delivered as (
    {{ justice.accepted_rows('police', 'custody_records') }}
),

typed as (
    select
        {{ justice.typed('police', 'custody_records', 'force_code') }} as force_code,
        {{ justice.typed('police', 'custody_records', 'custody_number') }} as custody_number,
        {{ justice.typed('police', 'custody_records', 'offence_sequence') }} as offence_sequence,
        {{ justice.typed('police', 'custody_records', 'arrest_summons_number') }} as arrest_summons_number,
        {{ justice.typed('police', 'custody_records', 'pnc_id') }} as pnc_id,
        {{ justice.typed('police', 'custody_records', 'cro_number') }} as cro_number,
        {{ justice.typed('police', 'custody_records', 'surname') }} as surname,
        {{ justice.typed('police', 'custody_records', 'forename_1') }} as forename_1,
        {{ justice.typed('police', 'custody_records', 'forename_2') }} as forename_2,
        {{ justice.typed('police', 'custody_records', 'date_of_birth') }} as date_of_birth,
        {{ justice.typed('police', 'custody_records', 'sex') }} as sex,
        {{ justice.typed('police', 'custody_records', 'self_defined_ethnicity') }} as self_defined_ethnicity,
        {{ justice.typed('police', 'custody_records', 'officer_defined_ethnicity') }} as officer_defined_ethnicity,
        {{ justice.typed('police', 'custody_records', 'postcode') }} as postcode,
        {{ justice.typed('police', 'custody_records', 'nationality') }} as nationality,
        {{ justice.typed('police', 'custody_records', 'arrested_at') }} as arrested_at,
        {{ justice.typed('police', 'custody_records', 'offence_code') }} as offence_code,
        {{ justice.typed('police', 'custody_records', 'offence_date') }} as offence_date,
        {{ justice.typed('police', 'custody_records', 'disposal') }} as disposal,
        {{ justice.typed('police', 'custody_records', 'disposal_at') }} as disposal_at,
        {{ justice.typed('police', 'custody_records', 'remanded_for_court') }} as remanded_for_court,
        {{ justice.typed('police', 'custody_records', 'ptiurn') }} as ptiurn,
        {{ justice.typed('police', 'custody_records', 'domestic_abuse_flag') }} as domestic_abuse_flag,
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
    typed.custody_number,
    typed.offence_sequence,
    {{ justice.normalise_asn('typed.arrest_summons_number') }} as arrest_summons_number,
    {{ justice.normalise_pnc('typed.pnc_id', 'typed.extract_date') }} as pnc_id,
    {{ justice.normalise_cro('typed.cro_number') }} as cro_number,
    typed.surname,
    typed.forename_1,
    typed.forename_2,
    typed.date_of_birth,
    {{ justice.sex_from_code('typed.sex') }} as sex,
    {{ justice.known_code('typed.self_defined_ethnicity', 'ethnicities.ethnicity_code') }} as self_defined_ethnicity,
    typed.self_defined_ethnicity as self_defined_ethnicity_raw,
    typed.officer_defined_ethnicity,
    {{ justice.normalise_postcode('typed.postcode') }} as postcode,
    {{ justice.known_code('typed.nationality', 'nationalities.nationality_code') }} as nationality,
    typed.nationality as nationality_raw,
    typed.arrested_at,
    {{ justice.known_code('typed.offence_code', 'offences.cjs_offence_code') }} as offence_code,
    typed.offence_code as offence_code_raw,
    typed.offence_date,
    typed.disposal,
    typed.disposal_at,
    typed.remanded_for_court,
    {{ justice.normalise_ptiurn('typed.ptiurn') }} as ptiurn,
    typed.domestic_abuse_flag,
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
left join nationalities
    on typed.nationality = nationalities.nationality_code
left join offences
    on typed.offence_code = offences.cjs_offence_code
