-- How many people are held on remand now, before and after conviction, and for how long so far?
-- Now is the day to which every feed that is needed is known (`held_on`). Days are counted to the
-- newest prison extract.
with known as (
    select min(newest_extract_date) as held_on
    from {{ ref('mart_sources') }}
    where
        mart = 'remand_episodes'
        and is_needed
),

held as (
    select
        remand_episodes.person_id,
        case
            when remand_episodes.days_convicted_unsentenced > 0 then 'convicted_unsentenced'
            else 'untried'
        end as legal_status,
        remand_episodes.days_net,
        remand_episodes.coverage,
        remand_episodes.data_as_of,
        known.held_on
    from {{ ref('remand_episodes') }} as remand_episodes
    cross join known
    where
        remand_episodes.entry_date <= known.held_on
        and (remand_episodes.is_open or remand_episodes.exit_date > known.held_on)
)

select
    legal_status,
    count(*) as defendants,
    count(distinct person_id) as persons,
    median(days_net) as median_days_so_far,
    count(case when days_net > 182 then 1 end) as held_over_182_days,
    count(case when days_net > 365 then 1 end) as held_over_a_year,
    min(coverage) as coverage,
    max(held_on) as held_on,
    max(data_as_of) as data_as_of
from held
group by legal_status
order by legal_status desc
