with rule_results as (
    select * from {{ justice.files_of('gate', 'rule_results') }}
)

select
    agency,
    feed,
    delivery_id,
    rule_code,
    rule_name,
    dimension,
    severity,
    column_name,
    checked,
    failed,
    detail
from rule_results
