with versions as (
    select * from {{ ref('stg_hmcts__cases_versions') }}
)

select
    record_key,
    case_id,
    ptiurn,
    initiation_code,
    prosecutor,
    originating_force_code,
    originating_force_code_raw,
    received_date,
    sent_to_crown_date,
    crown_case_number,
    crown_received_date,
    receipt_type,
    case_status,
    closed_date,
    merged_into_case_id,
    last_updated_at,
    extract_date,
    first_extract_date
from versions
where is_current
