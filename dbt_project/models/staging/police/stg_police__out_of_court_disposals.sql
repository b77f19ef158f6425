with versions as (
    select * from {{ ref('stg_police__out_of_court_disposals_versions') }}
)

select
    record_key,
    force_code,
    force_code_raw,
    disposal_ref,
    crime_ref,
    outcome_code,
    outcome_code_raw,
    outcome_date,
    offence_code,
    offence_code_raw,
    offence_date,
    surname,
    forename,
    date_of_birth,
    sex,
    self_defined_ethnicity,
    self_defined_ethnicity_raw,
    pnc_id,
    postcode,
    conditions,
    conditions_due_date,
    completion_status,
    completed_date,
    extract_date,
    first_extract_date
from versions
where is_current
