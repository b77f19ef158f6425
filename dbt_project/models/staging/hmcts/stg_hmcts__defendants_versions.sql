{%- set key = ['typed.defendant_id'] -%}

with ethnicities as (
    select * from {{ ref('ethnicities') }}
),

nationalities as (
    select * from {{ ref('nationalities') }}
),

delivered as (
    {{ justice.accepted_rows('hmcts', 'defendants') }}
),

typed as (
    select
        {{ justice.typed('hmcts', 'defendants', 'defendant_id') }} as defendant_id,
        {{ justice.typed('hmcts', 'defendants', 'case_id') }} as case_id,
        {{ justice.typed('hmcts', 'defendants', 'defendant_type') }} as defendant_type,
        {{ justice.typed('hmcts', 'defendants', 'organisation_name') }} as organisation_name,
        {{ justice.typed('hmcts', 'defendants', 'master_defendant_id') }} as master_defendant_id,
        {{ justice.typed('hmcts', 'defendants', 'asn') }} as asn,
        {{ justice.typed('hmcts', 'defendants', 'pnc_id') }} as pnc_id,
        {{ justice.typed('hmcts', 'defendants', 'cro_number') }} as cro_number,
        {{ justice.typed('hmcts', 'defendants', 'surname') }} as surname,
        {{ justice.typed('hmcts', 'defendants', 'forename') }} as forename,
        {{ justice.typed('hmcts', 'defendants', 'middle_name') }} as middle_name,
        {{ justice.typed('hmcts', 'defendants', 'date_of_birth') }} as date_of_birth,
        {{ justice.typed('hmcts', 'defendants', 'gender') }} as gender,
        {{ justice.typed('hmcts', 'defendants', 'self_defined_ethnicity') }} as self_defined_ethnicity,
        {{ justice.typed('hmcts', 'defendants', 'postcode') }} as postcode,
        {{ justice.typed('hmcts', 'defendants', 'nationality') }} as nationality,
        {{ justice.typed('hmcts', 'defendants', 'bench_warrant_issued') }} as bench_warrant_issued,
        {{ justice.typed('hmcts', 'defendants', 'bench_warrant_executed') }} as bench_warrant_executed,
        {{ justice.typed('hmcts', 'defendants', 'last_updated_at') }} as last_updated_at,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    typed.defendant_id,
    typed.case_id,
    typed.defendant_type,
    typed.organisation_name,
    typed.master_defendant_id,
    {{ justice.normalise_asn('typed.asn') }} as asn,
    {{ justice.normalise_pnc('typed.pnc_id', 'typed.extract_date') }} as pnc_id,
    {{ justice.normalise_cro('typed.cro_number') }} as cro_number,
    typed.surname,
    typed.forename,
    typed.middle_name,
    typed.date_of_birth,
    {{ justice.sex_from_code('typed.gender') }} as sex,
    {{ justice.known_code('typed.self_defined_ethnicity', 'ethnicities.ethnicity_code') }} as self_defined_ethnicity,
    typed.self_defined_ethnicity as self_defined_ethnicity_raw,
    {{ justice.normalise_postcode('typed.postcode') }} as postcode,
    {{ justice.known_code('typed.nationality', 'nationalities.nationality_code') }} as nationality,
    typed.nationality as nationality_raw,
    typed.bench_warrant_issued,
    typed.bench_warrant_executed,
    typed.last_updated_at,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join ethnicities
    on typed.self_defined_ethnicity = ethnicities.ethnicity_code
left join nationalities
    on typed.nationality = nationalities.nationality_code
