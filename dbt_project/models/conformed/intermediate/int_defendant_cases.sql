with recorded_defendants as (
    select * from {{ ref('stg_hmcts__defendants') }}
),

case_merges as (
    select * from {{ ref('int_case_merges') }}
)

select
    recorded_defendants.defendant_id,
    recorded_defendants.case_id as source_case_id,
    coalesce(case_merges.case_id, recorded_defendants.case_id) as case_id
from recorded_defendants
left join case_merges
    on recorded_defendants.case_id = case_merges.source_case_id
