with rule_results as (
    select * from {{ ref('stg_gate__rule_results') }}
),

deliveries as (
    select * from {{ ref('delivery_ledger') }}
)

select
    rule_results.agency,
    rule_results.feed,
    rule_results.delivery_id,
    rule_results.rule_code,
    rule_results.rule_name,
    rule_results.dimension,
    rule_results.severity,
    rule_results.column_name,
    rule_results.detail,
    deliveries.file_name,
    deliveries.verdict,
    rule_results.checked,
    rule_results.failed,
    deliveries.extract_date
from rule_results
inner join deliveries
    on
        rule_results.agency = deliveries.agency
        and rule_results.feed = deliveries.feed
        and rule_results.delivery_id = deliveries.delivery_id
