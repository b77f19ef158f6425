with versions as (
    select * from {{ ref('stg_probation__orders_versions') }}
)

select
    record_key,
    crn,
    event_number,
    noms_number,
    pnc_id,
    surname,
    forename,
    date_of_birth,
    sex,
    ethnicity_code,
    ethnicity_code_raw,
    postcode,
    order_type,
    start_date,
    expected_end_date,
    actual_end_date,
    termination_reason,
    court_ou_code,
    court_ou_code_raw,
    ptiurn,
    cjs_offence_code,
    cjs_offence_code_raw,
    requirements,
    breaches,
    extract_date,
    first_extract_date
from versions
where is_current
