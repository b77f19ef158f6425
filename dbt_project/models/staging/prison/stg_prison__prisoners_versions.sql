{%- set key = [justice.key_text(justice.normalise_noms('typed.noms_number'), 'typed.noms_number')] -%}

with ethnicities as (
    select * from {{ ref('ethnicities') }}
),

nationalities as (
    select * from {{ ref('nationalities') }}
),

delivered as (
    {{ justice.accepted_rows('prison', 'prisoners') }}
),

typed as (
    select
        {{ justice.typed('prison', 'prisoners', 'noms_number') }} as noms_number,
        {{ justice.typed('prison', 'prisoners', 'pnc_id') }} as pnc_id,
        {{ justice.typed('prison', 'prisoners', 'cro_number') }} as cro_number,
        {{ justice.typed('prison', 'prisoners', 'surname') }} as surname,
        {{ justice.typed('prison', 'prisoners', 'given_name_1') }} as given_name_1,
        {{ justice.typed('prison', 'prisoners', 'given_name_2') }} as given_name_2,
        {{ justice.typed('prison', 'prisoners', 'birth_date') }} as birth_date,
        {{ justice.typed('prison', 'prisoners', 'sex_code') }} as sex_code,
        {{ justice.typed('prison', 'prisoners', 'ethnicity_code') }} as ethnicity_code,
        {{ justice.typed('prison', 'prisoners', 'nationality_code') }} as nationality_code,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence,
        _is_newest_delivery as is_newest_delivery
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    {{ justice.normalise_noms('typed.noms_number') }} as noms_number,
    {{ justice.normalise_pnc('typed.pnc_id', 'typed.extract_date') }} as pnc_id,
    {{ justice.normalise_cro('typed.cro_number') }} as cro_number,
    typed.surname,
    typed.given_name_1,
    typed.given_name_2,
    typed.birth_date,
    {{ justice.sex_from_code('typed.sex_code') }} as sex,
    {{ justice.known_code('typed.ethnicity_code', 'ethnicities.ethnicity_code') }} as ethnicity_code,
    typed.ethnicity_code as ethnicity_code_raw,
    {{ justice.known_code('typed.nationality_code', 'nationalities.nationality_code') }} as nationality_code,
    typed.nationality_code as nationality_code_raw,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_in_newest_delivery(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join ethnicities
    on typed.ethnicity_code = ethnicities.ethnicity_code
left join nationalities
    on typed.nationality_code = nationalities.nationality_code
