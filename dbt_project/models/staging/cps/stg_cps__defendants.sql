with versions as (
    select * from {{ ref('stg_cps__defendants_versions') }}
)

select
    record_key,
    ptiurn,
    defendant_number,
    surname,
    forenames,
    dob,
    sex,
    ethnicity,
    ethnicity_raw,
    asn,
    cps_area,
    principal_offence_category,
    charging_decision_date,
    domestic_abuse_flag,
    hate_crime_flag,
    finalisation_date,
    finalisation_court,
    outcome,
    extract_date,
    first_extract_date
from versions
where is_current
