with hearing_defendants as (
    select * from {{ ref('int_defendant_appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
)

select
    hearing_defendants.hearing_id,
    hearing_defendants.defendant_id,
    defendant_cases.case_id,
    hearings.jurisdiction_code,
    hearings.court_code,
    hearings.court_type,
    hearings.court_region,
    hearings.hearing_type_code,
    hearing_defendants.attendance,
    coalesce(hearing_defendants.attendance in ('IN_PERSON', 'BY_VIDEO'), false) as has_attended,
    hearings.hearing_date
from hearing_defendants
inner join hearings
    on hearing_defendants.hearing_id = hearings.hearing_id
left join defendant_cases
    on hearing_defendants.defendant_id = defendant_cases.defendant_id
