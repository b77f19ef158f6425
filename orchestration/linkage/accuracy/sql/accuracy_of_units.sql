with right_pairs as (
    select
        unit,
        {pairs_of_n} as hits
    from cells
    group by unit
),

linked as (
    select
        unit,
        {pairs_of_n} as pairs,
        count(*) as persons,
        count(*) filter (where truths > 1) as over_merged
    from linked_sizes
    group by unit
),

actual as (
    select
        unit,
        {pairs_of_n} as pairs,
        count(*) as persons,
        count(*) filter (where parts > 1) as under_merged
    from true_sizes
    group by unit
)

select
    h.hits,
    l.pairs as linked_pairs,
    a.pairs as true_pairs,
    -- A unit holds a right cluster only if it holds nothing else.
    case when l.persons = 1 and a.persons = 1 then 1 else 0 end as exact,
    l.persons as linked_persons,
    a.persons as true_persons,
    l.over_merged,
    a.under_merged
from right_pairs as h inner join linked as l using (unit) inner join actual as a using (unit)
order by unit
