with versions as (
    select * from {{ ref('stg_prison__custody_spells_versions') }}
)

select
    record_key,
    booking_number,
    spell_sequence,
    noms_number,
    legal_status,
    status_from,
    status_to,
    establishment_code,
    establishment_code_raw,
    entry_reason,
    exit_reason,
    court_ou_code,
    court_ou_code_raw,
    ptiurn,
    extract_date,
    first_extract_date
from versions
where is_current
