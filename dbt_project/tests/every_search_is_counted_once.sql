-- The searches of the mart are the rows of the newest accepted file of each force and month: none lost, none merged.
with staged as (
    select count(*) as searches
    from {{ ref('stg_police__stop_search') }}
),

counted as (
    select coalesce(sum(searches), 0) as searches
    from {{ ref('stop_search') }}
)

select
    staged.searches as searches_staged,
    counted.searches as searches_counted
from staged
cross join counted
where staged.searches <> counted.searches
