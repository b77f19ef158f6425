-- What happens in the end to people remanded in custody, and how many days had they been held by then?
select
    outcome,
    outcome_detail,
    count(*) as defendants,
    round(count(*) / sum(count(*)) over (), 3) as share_of_defendants,
    count(case when remanded_by = 'both' then 1 end) as remanded_by_both_courts,
    median(days_net) as median_days,
    sum(days_net) as days_held,
    sum(days_untried) as days_held_untried,
    count(case when days_net > 182 then 1 end) as held_over_182_days,
    count(case when is_possibly_time_served then 1 end) as possibly_time_served
from {{ ref('remand_outcomes') }}
where is_without_immediate_custody is not null
group by outcome, outcome_detail
order by outcome asc, defendants desc, outcome_detail asc
