with recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
)

select
    defendant_id,
    source_case_id,
    case_id
from recorded_defendants
where is_lead
