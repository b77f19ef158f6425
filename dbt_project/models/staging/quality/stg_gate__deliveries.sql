with deliveries as (
    select * from {{ justice.files_of('gate', 'deliveries') }}
)

select
    delivery_id,
    agency,
    feed,
    partition_key,
    force_slug,
    period_month,
    file_name,
    file_sequence,
    sha256,
    verdict,
    reason_codes,
    reasons,
    receipts,
    mapping as source_mapping,
    rows_received,
    rows_quarantined,
    coalesce(is_simulated, false) as is_simulated,
    {%- if var('as_known_on', none) %}
    coalesce(extract_date <= cast('{{ var('as_known_on') }}' as date), false) as is_used,
    {%- else %}
    true as is_used,
    {%- endif %}
    extract_date
from deliveries
