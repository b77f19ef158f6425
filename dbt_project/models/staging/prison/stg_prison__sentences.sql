with versions as (
    select * from {{ ref('stg_prison__sentences_versions') }}
)

select
    record_key,
    booking_number,
    sentence_sequence,
    noms_number,
    sentence_date,
    court_ou_code,
    court_ou_code_raw,
    ptiurn,
    cjs_offence_code,
    cjs_offence_code_raw,
    sentence_type,
    length_years,
    length_months,
    length_days,
    extension_months,
    tariff_months,
    remand_credit_days,
    conditional_release_date,
    sentence_expiry_date,
    released_date,
    consecutive_to_sequence,
    extract_date,
    first_extract_date
from versions
where is_current
