with records_to_link as (
    select * from {{ ref('person_records_to_link') }}
),

person_links as (
    select * from {{ ref('stg_linkage__person_links') }}
)

select
    records_to_link.record_id,
    person_links.person_id,
    records_to_link.agency,
    records_to_link.feed,
    records_to_link.record_key,
    person_links.join_method,
    person_links.match_probability,
    records_to_link.first_extract_date
from records_to_link
left join person_links
    on records_to_link.record_id = person_links.record_id
