with feeds as (
    select * from {{ ref('stg_gate__feeds') }}
)

select
    agency,
    feed,
    title,
    owner,
    mode,
    frequency_months,
    latency_days,
    fresh_for_days
from feeds
