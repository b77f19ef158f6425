with versions as (
    select * from {{ ref('stg_hmcts__offences_versions') }}
)

select
    record_key,
    offence_id,
    defendant_id,
    offence_sequence,
    cjs_offence_code,
    cjs_offence_code_raw,
    offence_start_date,
    charge_date,
    mode_of_trial_reason,
    plea,
    plea_date,
    verdict,
    verdict_date,
    domestic_abuse_flag,
    last_updated_at,
    extract_date,
    first_extract_date
from versions
where is_current
