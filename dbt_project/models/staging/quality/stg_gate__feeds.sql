with feeds as (
    select * from {{ justice.files_of('gate', 'feeds') }}
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
