with representation_orders as (
    select * from {{ ref('stg_laa__representation_orders') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

matches as (
    select * from {{ ref('int_defendant_matches') }}
),

-- A case the order names, by its reference and the person, or by arrest/summons number.
matched_orders as (
    select distinct record_key
    from matches
    where agency = 'laa'
)

select
    representation_orders.record_key,
    person_records.person_id,
    representation_orders.case_type,
    representation_orders.status_code,
    matched_orders.record_key is not null as is_matched_to_defendant,
    representation_orders.application_date,
    representation_orders.status_date
from representation_orders
inner join person_records
    on
        person_records.agency = 'laa'
        and person_records.feed = 'representation_orders'
        and representation_orders.record_key = person_records.record_key
left join matched_orders
    on representation_orders.record_key = matched_orders.record_key
