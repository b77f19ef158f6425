{%- set key = ['typed.offence_id'] -%}

with offences as (
    select * from {{ ref('offences') }}
),

delivered as (
    {{ justice.accepted_rows('hmcts', 'offences') }}
),

typed as (
    select
        {{ justice.typed('hmcts', 'offences', 'offence_id') }} as offence_id,
        {{ justice.typed('hmcts', 'offences', 'defendant_id') }} as defendant_id,
        {{ justice.typed('hmcts', 'offences', 'offence_sequence') }} as offence_sequence,
        {{ justice.typed('hmcts', 'offences', 'cjs_offence_code') }} as cjs_offence_code,
        {{ justice.typed('hmcts', 'offences', 'offence_start_date') }} as offence_start_date,
        {{ justice.typed('hmcts', 'offences', 'charge_date') }} as charge_date,
        {{ justice.typed('hmcts', 'offences', 'mode_of_trial_reason') }} as mode_of_trial_reason,
        {{ justice.typed('hmcts', 'offences', 'plea') }} as plea,
        {{ justice.typed('hmcts', 'offences', 'plea_date') }} as plea_date,
        {{ justice.typed('hmcts', 'offences', 'verdict') }} as verdict,
        {{ justice.typed('hmcts', 'offences', 'verdict_date') }} as verdict_date,
        {{ justice.typed('hmcts', 'offences', 'domestic_abuse_flag') }} as domestic_abuse_flag,
        {{ justice.typed('hmcts', 'offences', 'last_updated_at') }} as last_updated_at,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    typed.offence_id,
    typed.defendant_id,
    typed.offence_sequence,
    {{ justice.known_code('typed.cjs_offence_code', 'offences.cjs_offence_code') }} as cjs_offence_code,
    typed.cjs_offence_code as cjs_offence_code_raw,
    typed.offence_start_date,
    typed.charge_date,
    typed.mode_of_trial_reason,
    typed.plea,
    typed.plea_date,
    typed.verdict,
    typed.verdict_date,
    typed.domestic_abuse_flag,
    typed.last_updated_at,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join offences
    on typed.cjs_offence_code = offences.cjs_offence_code
