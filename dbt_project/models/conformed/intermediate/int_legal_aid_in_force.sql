with matches as (
    select * from {{ ref('int_defendant_matches') }}
),

order_versions as (
    select * from {{ ref('stg_laa__representation_orders_versions') }}
),

-- An order is known by the states the agency sent, one after the other: granted, perhaps withdrawn later.
granted_orders as (
    select
        record_key,
        min(status_date) as granted_date
    from order_versions
    where status_code = 'GR'
    group by record_key
),

ended_orders as (
    select
        order_versions.record_key,
        min(order_versions.status_date) as ended_date
    from order_versions
    inner join granted_orders
        on order_versions.record_key = granted_orders.record_key
    where
        order_versions.status_code <> 'GR'
        and order_versions.status_date > granted_orders.granted_date
    group by order_versions.record_key
)

select
    matches.defendant_id,
    granted_orders.granted_date,
    ended_orders.ended_date
from matches
inner join granted_orders
    on matches.record_key = granted_orders.record_key
left join ended_orders
    on matches.record_key = ended_orders.record_key
where matches.agency = 'laa'
