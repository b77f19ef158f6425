-- How many people are held on remand now, before and after conviction, and for how long so far?
select
    case when days_convicted_unsentenced > 0 then 'convicted_unsentenced' else 'untried' end as legal_status,
    count(*) as defendants,
    count(distinct person_id) as persons,
    median(days_net) as median_days_so_far,
    count(case when days_net > 182 then 1 end) as held_over_182_days,
    count(case when days_net > 365 then 1 end) as held_over_a_year,
    max(data_as_of) as data_as_of
from {{ ref('remand_episodes') }}
where is_open
group by case when days_convicted_unsentenced > 0 then 'convicted_unsentenced' else 'untried' end
order by legal_status desc
