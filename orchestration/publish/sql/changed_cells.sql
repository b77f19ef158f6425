create or replace temp table changed_cells as
with a as (
    select
        true as is_here,
        {columns}
    from {after}
),

b as (
    select
        true as is_here,
        {columns}
    from {before}
),

rows_met as (
    select
        {keys_met} as any_key,
        a.is_here is not null as is_new,
        b.is_here is not null as is_old,
        [{cells}] as cells
    from a full join b on {same}
    where a.is_here is null or b.is_here is null
        or row({new_values}) is distinct from row({old_values})
)

select
    {key_shown} as key,
    {start} as period_start,
    coalesce({period_end} <= {data_as_of}, false) as is_closed,
    case when not is_old then 'added' when not is_new then 'removed' else 'changed' end as change,
    coalesce(not is_old and {start} > {data_as_of}, false) as is_new_period,
    -- One column for each field of a cell.
    unnest(cells, recursive := true) -- noqa: AL03
from rows_met
