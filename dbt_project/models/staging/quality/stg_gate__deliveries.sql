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
    rows_received,
    rows_quarantined,
    extract_date
from deliveries
