with record_links as (
    select * from {{ ref('int_defendant_record_links') }}
)

select
    defendant_id,
    agency,
    record_key,
    match_rule
from record_links
where is_best_of_defendant
