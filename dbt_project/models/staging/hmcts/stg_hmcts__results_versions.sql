{%- set key = ['typed.result_id'] -%}

with result_codes as (
    select * from {{ ref('result_codes') }}
),

delivered as (
    {{ justice.accepted_rows('hmcts', 'results') }}
),

typed as (
    select
        {{ justice.typed('hmcts', 'results', 'result_id') }} as result_id,
        {{ justice.typed('hmcts', 'results', 'hearing_id') }} as hearing_id,
        {{ justice.typed('hmcts', 'results', 'offence_id') }} as offence_id,
        {{ justice.typed('hmcts', 'results', 'cjs_result_code') }} as cjs_result_code,
        {{ justice.typed('hmcts', 'results', 'result_date') }} as result_date,
        {{ justice.typed('hmcts', 'results', 'result_type') }} as result_type,
        {{ justice.typed('hmcts', 'results', 'duration_value') }} as duration_value,
        {{ justice.typed('hmcts', 'results', 'duration_unit') }} as duration_unit,
        {{ justice.typed('hmcts', 'results', 'amount_gbp') }} as amount_gbp,
        {{ justice.typed('hmcts', 'results', 'consecutive') }} as consecutive,
        {{ justice.typed('hmcts', 'results', 'is_deleted') }} as is_deleted,
        {{ justice.typed('hmcts', 'results', 'amended_at') }} as amended_at,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    typed.result_id,
    typed.hearing_id,
    typed.offence_id,
    {{ justice.known_code('typed.cjs_result_code', 'result_codes.cjs_result_code') }} as cjs_result_code,
    typed.cjs_result_code as cjs_result_code_raw,
    typed.result_date,
    typed.result_type,
    typed.duration_value,
    typed.duration_unit,
    typed.amount_gbp,
    typed.consecutive,
    typed.is_deleted,
    typed.amended_at,
    {{ justice.version_number(key, first_by=['typed.amended_at']) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key, first_by=['typed.amended_at']) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join result_codes
    on typed.cjs_result_code = result_codes.cjs_result_code
