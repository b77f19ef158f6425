-- How near are our figures to the official ones?
with ranked as (
    select
        *,
        row_number() over (
            partition by measure, geography_code
            order by case when ours is null then 1 else 0 end asc, period_end desc, period_start desc
        ) as place
    from {{ ref('benchmark_gap') }}
)

select
    measure,
    title,
    period,
    geography_code,
    unit,
    ours,
    official,
    gap,
    relative_gap,
    expected_gap,
    explained_by,
    is_simulated,
    source,
    release,
    released_on
from ranked
where place = 1
order by
    case when ours is null then 1 else 0 end asc,
    measure asc,
    geography_code asc
