with rule_results as (
    select * from {{ ref('rule_checks') }}
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
    detail,
    extract_date,
    cast(checked as bigint) as checked,
    cast(failed as bigint) as failed,
    cast(checked - failed as double) / nullif(checked, 0) as pass_rate,
    {{ justice.data_as_of() }} as data_as_of
from rule_results
