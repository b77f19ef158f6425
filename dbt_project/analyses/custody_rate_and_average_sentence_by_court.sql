-- What are the custody rate and the average sentence at each court for one offence group (theft), like for like?
-- Twelve months to the newest quarter that is complete (or the newest, while none is), regime from 22 March 2026.
-- Adjusted for the cases a court had and pulled towards the national value where it had few: compare `adjusted` with
-- `national`. A suspended sentence is not custody.
with newest as (
    select coalesce(max(case when coverage = 'complete' then quarter end), max(quarter)) as quarter
    from {{ ref('court_sentencing_comparison') }}
)

select
    comparison.court_name,
    comparison.court_type,
    comparison.measure,
    comparison.n as defendants,
    round(comparison.observed, 3) as observed,
    round(comparison.expected, 3) as expected_of_its_cases,
    round(comparison.adjusted, 3) as adjusted,
    round(comparison.low, 3) as adjusted_low,
    round(comparison.high, 3) as adjusted_high,
    round(comparison.national, 3) as national,
    comparison.is_different,
    comparison.quarter,
    comparison.coverage
from {{ ref('court_sentencing_comparison') }} as comparison
inner join newest
    on comparison.quarter = newest.quarter
where
    comparison.offence_group = 'theft_offences'
    and comparison.regime = 'from_2026_03_22'
order by
    comparison.measure desc,
    defendants desc,
    comparison.court_name asc
limit 40
