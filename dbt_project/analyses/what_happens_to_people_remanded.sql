-- What happens in the end to people remanded in custody, and how many days had they been held by then?
select
    outcome,
    count(*) as defendants,
    round(count(*) / sum(count(*)) over (), 3) as share_of_defendants,
    median(days_net) as median_days,
    sum(days_net) as days_held
from {{ ref('remand_episodes') }}
where
    is_completed
    and outcome <> 'pending'
group by outcome
order by defendants desc, outcome asc
