with versions as (
    select * from {{ ref('stg_hmcts__defendants_versions') }}
)

select
    record_key,
    defendant_id,
    case_id,
    defendant_type,
    organisation_name,
    master_defendant_id,
    asn,
    pnc_id,
    cro_number,
    surname,
    forename,
    middle_name,
    date_of_birth,
    sex,
    self_defined_ethnicity,
    self_defined_ethnicity_raw,
    postcode,
    nationality,
    nationality_raw,
    bench_warrant_issued,
    bench_warrant_executed,
    last_updated_at,
    extract_date,
    first_extract_date
from versions
where is_current
