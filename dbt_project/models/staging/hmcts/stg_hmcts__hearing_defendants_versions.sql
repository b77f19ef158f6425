{%- set key = ['typed.hearing_id', 'typed.defendant_id'] -%}

with remand_bases as (
    select * from {{ ref('remand_bases') }}
),

delivered as (
    {{ justice.accepted_rows('hmcts', 'hearing_defendants') }}
),

typed as (
    select
        {{ justice.typed('hmcts', 'hearing_defendants', 'hearing_id') }} as hearing_id,
        {{ justice.typed('hmcts', 'hearing_defendants', 'defendant_id') }} as defendant_id,
        {{ justice.typed('hmcts', 'hearing_defendants', 'attendance') }} as attendance,
        {{ justice.typed('hmcts', 'hearing_defendants', 'representation') }} as representation,
        {{ justice.typed('hmcts', 'hearing_defendants', 'bail_status') }} as bail_status,
        {{ justice.typed('hmcts', 'hearing_defendants', 'remand_basis') }} as remand_basis,
        {{ justice.typed('hmcts', 'hearing_defendants', 'bail_exceptions') }} as bail_exceptions,
        {{ justice.typed('hmcts', 'hearing_defendants', 'bail_exception_reasons') }} as bail_exception_reasons,
        {{ justice.typed('hmcts', 'hearing_defendants', 'ctl_expiry_date') }} as ctl_expiry_date,
        {{ justice.typed('hmcts', 'hearing_defendants', 'ctl_extended_to') }} as ctl_extended_to,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    typed.hearing_id,
    typed.defendant_id,
    typed.attendance,
    typed.representation,
    typed.bail_status,
    {{ justice.known_code('typed.remand_basis', 'remand_bases.remand_basis_code') }} as remand_basis,
    typed.remand_basis as remand_basis_raw,
    typed.bail_exceptions,
    typed.bail_exception_reasons,
    typed.ctl_expiry_date,
    typed.ctl_extended_to,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join remand_bases
    on typed.remand_basis = remand_bases.remand_basis_code
