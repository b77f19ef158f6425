with versions as (
    select * from {{ ref('stg_hmcts__results_versions') }}
)

select
    record_key,
    result_id,
    hearing_id,
    offence_id,
    cjs_result_code,
    cjs_result_code_raw,
    result_date,
    result_type,
    duration_value,
    duration_unit,
    amount_gbp,
    consecutive,
    is_deleted,
    amended_at,
    extract_date,
    first_extract_date
from versions
where is_current
