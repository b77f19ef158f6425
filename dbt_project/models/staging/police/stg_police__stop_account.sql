with versions as (
    select * from {{ ref('stg_police__stop_account_versions') }}
)

select
    record_key,
    force_code,
    force_code_raw,
    encounter_ref,
    encounter_at,
    reason_code,
    gender,
    age_range,
    self_defined_ethnicity,
    self_defined_ethnicity_raw,
    officer_defined_ethnicity,
    receipt_offered,
    extract_date,
    first_extract_date
from versions
where is_current
