with recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

case_merges as (
    select * from {{ ref('int_case_merges') }}
)

select distinct
    recorded_cases.ptiurn,
    case_merges.case_id
from recorded_cases
inner join case_merges
    on recorded_cases.case_id = case_merges.source_case_id
where recorded_cases.ptiurn is not null
