-- Who is stopped and searched, and what comes of it?
select
    self_defined_group,
    sum(searches) as searches,
    round(sum(searches) / sum(sum(searches)) over (), 3) as share_of_searches,
    round(sum(arrests) / sum(searches), 3) as arrest_rate,
    round(sum(outcomes_found) / sum(searches), 3) as outcome_found_rate,
    round(sum(nfa) / sum(searches), 3) as no_further_action_rate
from {{ ref('stop_search') }}
group by self_defined_group
order by searches desc, self_defined_group asc
