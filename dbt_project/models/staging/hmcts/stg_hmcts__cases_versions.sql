{%- set key = ['typed.case_id'] -%}

with police_forces as (
    select * from {{ ref('police_forces') }}
),

delivered as (
    {{ justice.accepted_rows('hmcts', 'cases') }}
),

typed as (
    select
        {{ justice.typed('hmcts', 'cases', 'case_id') }} as case_id,
        {{ justice.typed('hmcts', 'cases', 'ptiurn') }} as ptiurn,
        {{ justice.typed('hmcts', 'cases', 'initiation_code') }} as initiation_code,
        {{ justice.typed('hmcts', 'cases', 'prosecutor') }} as prosecutor,
        {{ justice.typed('hmcts', 'cases', 'originating_force_code') }} as originating_force_code,
        {{ justice.typed('hmcts', 'cases', 'received_date') }} as received_date,
        {{ justice.typed('hmcts', 'cases', 'sent_to_crown_date') }} as sent_to_crown_date,
        {{ justice.typed('hmcts', 'cases', 'crown_case_number') }} as crown_case_number,
        {{ justice.typed('hmcts', 'cases', 'crown_received_date') }} as crown_received_date,
        {{ justice.typed('hmcts', 'cases', 'receipt_type') }} as receipt_type,
        {{ justice.typed('hmcts', 'cases', 'case_status') }} as case_status,
        {{ justice.typed('hmcts', 'cases', 'closed_date') }} as closed_date,
        {{ justice.typed('hmcts', 'cases', 'merged_into_case_id') }} as merged_into_case_id,
        {{ justice.typed('hmcts', 'cases', 'last_updated_at') }} as last_updated_at,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    typed.case_id,
    {{ justice.normalise_ptiurn('typed.ptiurn') }} as ptiurn,
    typed.initiation_code,
    typed.prosecutor,
    {{ justice.known_code('typed.originating_force_code', 'police_forces.force_code') }} as originating_force_code,
    typed.originating_force_code as originating_force_code_raw,
    typed.received_date,
    typed.sent_to_crown_date,
    typed.crown_case_number,
    typed.crown_received_date,
    typed.receipt_type,
    typed.case_status,
    typed.closed_date,
    typed.merged_into_case_id,
    typed.last_updated_at,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_newest_version(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join police_forces
    on typed.originating_force_code = police_forces.force_code
