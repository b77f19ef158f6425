-- How many people are held past their custody time limit?
-- A person is counted once, by the charge on which they may be held longest: lapsed only if every limit has lapsed.
with held as (
    select
        coalesce(person_id, defendant_id) as person,
        charge_id,
        days_past_original,
        days_past_limit,
        original_expiry_date < data_as_of as is_past_original,
        case status when 'within' then 1 when 'extended' then 2 when 'lapsed' then 3 else 4 end as status_order
    from {{ ref('custody_time_limits') }}
    where
        status <> 'stopped'
        and prison_legal_status = 'untried'
),

people as (
    select
        person,
        count(*) as defendant_offences,
        min(status_order) as status_order,
        bool_and(is_past_original) as is_past_original,
        min(days_past_original) as days_past_original,
        min(days_past_limit) as days_past_limit
    from held
    group by person
),

standings as (
    select
        1 as status_order,
        'within the original limit' as limit_status
    union all
    select
        2 as status_order,
        'limit extended' as limit_status
    union all
    select
        3 as status_order,
        'limit lapsed' as limit_status
    union all
    select
        4 as status_order,
        'limit not known' as limit_status
)

select
    standings.limit_status,
    count(people.person) as persons,
    coalesce(sum(people.defendant_offences), 0) as defendant_offences,
    count(case when people.is_past_original then 1 end) as persons_past_original_limit,
    median(case when people.is_past_original then people.days_past_original end) as median_days_past_original,
    max(people.days_past_limit) as most_days_past_limit
from standings
left join people
    on standings.status_order = people.status_order
group by standings.status_order, standings.limit_status
order by standings.status_order
