with case_records as (
    select * from {{ ref('case_records') }}
)

select distinct
    ptiurn,
    case_id
from case_records
where ptiurn is not null
