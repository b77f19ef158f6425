-- How long does each stage take at each court, and where does it stick?
-- Stages of completed defendants of the newest quarter that is complete (or the newest, while none is),
-- by the days they waited beyond the national median.
with newest as (
    select coalesce(max(case when coverage = 'complete' then quarter end), max(quarter)) as quarter
    from {{ ref('bottlenecks') }}
)

select
    bottlenecks.court_name,
    bottlenecks.jurisdiction,
    bottlenecks.stage,
    bottlenecks.n,
    bottlenecks.median_days,
    bottlenecks.national_median_days,
    bottlenecks.days_over_national_median,
    bottlenecks.rank_in_country,
    bottlenecks.quarter,
    bottlenecks.coverage
from {{ ref('bottlenecks') }} as bottlenecks
inner join newest
    on bottlenecks.quarter = newest.quarter
order by bottlenecks.jurisdiction, bottlenecks.rank_in_country, bottlenecks.court_name, bottlenecks.stage
limit 40
