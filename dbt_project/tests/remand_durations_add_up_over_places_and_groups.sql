-- Courts add up to regions, regions to the nation, and each breakdown to its whole. Only spells and people have a legal
-- status: net_proceeding has no such breakdown.
with levels as (
    select
        measure,
        quarter,
        geography_level,
        breakdown,
        sum(n) as n
    from {{ ref('remand_durations') }}
    group by measure, quarter, geography_level, breakdown
)

select
    whole.measure,
    whole.quarter,
    part.geography_level,
    part.breakdown,
    whole.n as n_whole,
    part.n as n_parts
from levels as whole
inner join levels as part
    on
        whole.measure = part.measure
        and whole.quarter = part.quarter
where
    whole.geography_level = 'national'
    and whole.breakdown = 'all'
    and whole.n <> part.n
