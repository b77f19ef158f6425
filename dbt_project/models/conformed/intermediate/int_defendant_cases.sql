with recorded_defendants as (
    select * from {{ ref('stg_hmcts__defendants') }}
),

case_records as (
    select * from {{ ref('case_records') }}
)

select
    recorded_defendants.defendant_id,
    recorded_defendants.case_id as source_case_id,
    coalesce(case_records.case_id, recorded_defendants.case_id) as case_id
from recorded_defendants
left join case_records
    on recorded_defendants.case_id = case_records.source_case_id
