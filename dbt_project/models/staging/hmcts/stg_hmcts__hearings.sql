with versions as (
    select * from {{ ref('stg_hmcts__hearings_versions') }}
)

select
    record_key,
    hearing_id,
    jurisdiction,
    court_ou_code,
    court_ou_code_raw,
    hearing_type_code,
    hearing_type_code_raw,
    hearing_date,
    listed_for_trial,
    trial_outcome_class,
    trial_outcome_code,
    trial_outcome_code_raw,
    judicial_officer_id,
    sitting_minutes,
    extract_date,
    first_extract_date
from versions
where is_current
