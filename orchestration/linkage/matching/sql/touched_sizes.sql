create or replace temp table touched_sizes as
with counted as (
    select
        {names},
        count(*) as n
    from members
    group by {names}
),

sized as (
    select
        t.*,
        coalesce(m.n, 0) as size_now,
        coalesce(m.n, 0) - t.fresh + t.stale as size_before
    from touched_keys as t
    left join counted as m using ({names})
)

select
    *,
    {key} as block_key,
    size_now > {largest_block} as is_oversize,
    size_before > {largest_block} as was_oversize
from sized
