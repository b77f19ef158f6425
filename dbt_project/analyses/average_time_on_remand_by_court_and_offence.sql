-- How long are people held on remand, by court and offence group: median and mean days, bail left out?
-- Proceedings that ended; the four measures of remand_durations are never mixed.
select
    remand_episodes.court_name,
    remand_episodes.court_region,
    remand_episodes.offence_group,
    count(*) as defendants,
    median(remand_episodes.days_net) as median_days,
    round(avg(remand_episodes.days_net), 1) as mean_days,
    round(avg(remand_episodes.days_untried), 1) as mean_days_untried,
    round(avg(remand_episodes.days_convicted_unsentenced), 1) as mean_days_convicted_unsentenced
from {{ ref('remand_episodes') }} as remand_episodes
where
    remand_episodes.is_completed
    and not remand_episodes.is_open
group by
    remand_episodes.court_name,
    remand_episodes.court_region,
    remand_episodes.offence_group
order by
    defendants desc,
    remand_episodes.court_name asc,
    remand_episodes.offence_group asc
limit 20
