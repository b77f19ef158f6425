{%- set key = ['typed.maat_id'] -%}

with delivered as (
    {{ justice.accepted_rows('laa', 'representation_orders') }}
),

typed as (
    select
        {{ justice.typed('laa', 'representation_orders', 'maat_id') }} as maat_id,
        {{ justice.typed('laa', 'representation_orders', 'ptiurn') }} as ptiurn,
        {{ justice.typed('laa', 'representation_orders', 'asn') }} as asn,
        {{ justice.typed('laa', 'representation_orders', 'surname') }} as surname,
        {{ justice.typed('laa', 'representation_orders', 'forenames') }} as forenames,
        {{ justice.typed('laa', 'representation_orders', 'date_of_birth') }} as date_of_birth,
        {{ justice.typed('laa', 'representation_orders', 'case_type') }} as case_type,
        {{ justice.typed('laa', 'representation_orders', 'application_date') }} as application_date,
        {{ justice.typed('laa', 'representation_orders', 'status_code') }} as status_code,
        {{ justice.typed('laa', 'representation_orders', 'status_date') }} as status_date,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    typed.maat_id,
    {{ justice.normalise_ptiurn('typed.ptiurn') }} as ptiurn,
    {{ justice.normalise_asn('typed.asn') }} as asn,
    typed.surname,
    typed.forenames,
    typed.date_of_birth,
    typed.case_type,
    typed.application_date,
    typed.status_code,
    typed.status_date,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
