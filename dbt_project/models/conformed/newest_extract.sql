with deliveries as (
    select * from {{ ref('stg_gate__deliveries') }}
)

select max(extract_date) as data_as_of
from deliveries
where
    verdict <> 'rejected'
    and is_used
