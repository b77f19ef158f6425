with hearing_defendants as (
    select * from {{ ref('int_defendant_appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

defendants as (
    select * from {{ ref('defendants') }}
)

select
    hearing_defendants.hearing_id || '|' || hearing_defendants.defendant_id as appearance_id,
    hearing_defendants.hearing_id,
    hearing_defendants.defendant_id,
    defendants.person_id,
    defendants.case_id,
    hearings.court_code,
    hearings.jurisdiction_code,
    hearings.hearing_type_code,
    hearing_defendants.attendance as attendance_code,
    hearing_defendants.representation as representation_code,
    hearing_defendants.bail_status as bail_status_code,
    {{ justice.remand_status('hearing_defendants.bail_status') }} as remand_status,
    hearing_defendants.remand_basis as remand_basis_code,
    hearing_defendants.bail_exceptions as bail_exception_codes,
    hearing_defendants.bail_exception_reasons as bail_exception_reason_codes,
    hearings.hearing_date,
    hearing_defendants.ctl_expiry_date,
    hearing_defendants.ctl_extended_to as ctl_extended_to_date
from hearing_defendants
left join hearings
    on hearing_defendants.hearing_id = hearings.hearing_id
left join defendants
    on hearing_defendants.defendant_id = defendants.defendant_id
