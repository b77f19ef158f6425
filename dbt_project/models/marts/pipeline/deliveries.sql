with delivery_ledger as (
    select * from {{ ref('delivery_ledger') }}
)

select
    delivery_id,
    agency,
    feed,
    extract_date,
    file_name,
    force_slug,
    period_month,
    verdict,
    reason_codes,
    reasons,
    corrected_by,
    source_mapping,
    cast(receipts as bigint) as receipts,
    cast(rows_received as bigint) as rows_received,
    cast(rows_staged as bigint) as rows_staged,
    cast(rows_quarantined as bigint) as rows_quarantined,
    cast(rows_rejected as bigint) as rows_rejected,
    is_simulated,
    is_outstanding,
    is_conserved,
    {{ justice.data_as_of() }} as data_as_of
from delivery_ledger
