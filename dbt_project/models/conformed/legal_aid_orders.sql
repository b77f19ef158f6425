with representation_orders as (
    select * from {{ ref('stg_laa__representation_orders') }}
),

order_versions as (
    select * from {{ ref('stg_laa__representation_orders_versions') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

defendant_records as (
    select * from {{ ref('defendant_records') }}
),

-- A case the order names, by its reference and the person, or by arrest/summons number; whether or not another order of
-- the same defendant is the one `defendants` shows.
matched_orders as (
    select distinct record_key
    from defendant_records
    where agency = 'laa'
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
    representation_orders.record_key,
    representation_orders.maat_id,
    person_records.person_id,
    representation_orders.case_type,
    representation_orders.status_code,
    matched_orders.record_key is not null as is_matched_to_defendant,
    granted_orders.record_key is not null as is_ever_granted,
    representation_orders.application_date,
    representation_orders.status_date,
    granted_orders.granted_date,
    ended_orders.ended_date
from representation_orders
left join person_records
    on
        person_records.agency = 'laa'
        and person_records.feed = 'representation_orders'
        and representation_orders.record_key = person_records.record_key
left join matched_orders
    on representation_orders.record_key = matched_orders.record_key
left join granted_orders
    on representation_orders.record_key = granted_orders.record_key
left join ended_orders
    on representation_orders.record_key = ended_orders.record_key
