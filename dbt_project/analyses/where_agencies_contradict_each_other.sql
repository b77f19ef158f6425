-- Where do agencies' records about one proceeding contradict each other?
select
    contradictions.rule,
    contradictions.agency_a,
    contradictions.agency_b,
    count(*) as disagreements,
    count(distinct contradictions.person_id) as persons,
    median(contradictions.days_apart) as median_days_apart,
    max(contradictions.event_date) as latest_event_date
from {{ ref('cross_agency_contradictions') }} as contradictions
group by contradictions.rule, contradictions.agency_a, contradictions.agency_b
order by disagreements desc, contradictions.rule asc
