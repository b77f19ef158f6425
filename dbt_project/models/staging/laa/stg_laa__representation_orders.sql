with versions as (
    select * from {{ ref('stg_laa__representation_orders_versions') }}
)

select
    record_key,
    maat_id,
    ptiurn,
    asn,
    surname,
    forenames,
    date_of_birth,
    case_type,
    application_date,
    status_code,
    status_date,
    extract_date,
    first_extract_date
from versions
where is_current
