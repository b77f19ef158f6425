-- Both sentencing marts count every sentenced defendant, once.
with disposals as (
    select count(*) as defendants
    from {{ ref('disposals') }}
    where is_sentenced
),

counts as (
    select coalesce(sum(defendants_sentenced), 0) as defendants
    from {{ ref('court_sentencing') }}
),

rates as (
    select coalesce(sum(defendants_sentenced), 0) as defendants
    from {{ ref('court_sentencing_rates') }}
)

select
    disposals.defendants as sentenced_defendants,
    counts.defendants as in_court_sentencing,
    rates.defendants as in_court_sentencing_rates
from disposals
cross join counts
cross join rates
where
    disposals.defendants <> counts.defendants
    or disposals.defendants <> rates.defendants
