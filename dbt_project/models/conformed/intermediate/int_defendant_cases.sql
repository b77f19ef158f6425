with recorded_defendants as (
    select * from {{ ref('stg_hmcts__defendants') }}
),

case_crosswalk as (
    select * from {{ ref('case_crosswalk') }}
)

select
    recorded_defendants.defendant_id,
    recorded_defendants.case_id as source_case_id,
    coalesce(case_crosswalk.case_id, recorded_defendants.case_id) as case_id
from recorded_defendants
left join case_crosswalk
    on recorded_defendants.case_id = case_crosswalk.source_case_id
