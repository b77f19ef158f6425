with versions as (
    select * from {{ ref('stg_police__custody_records_versions') }}
)

select
    record_key,
    force_code,
    force_code_raw,
    custody_number,
    offence_sequence,
    arrest_summons_number,
    pnc_id,
    cro_number,
    surname,
    forename_1,
    forename_2,
    date_of_birth,
    sex,
    self_defined_ethnicity,
    self_defined_ethnicity_raw,
    officer_defined_ethnicity,
    postcode,
    nationality,
    nationality_raw,
    arrested_at,
    offence_code,
    offence_code_raw,
    offence_date,
    disposal,
    disposal_at,
    remanded_for_court,
    ptiurn,
    domestic_abuse_flag,
    extract_date,
    first_extract_date
from versions
where is_current
