with versions as (
    select * from {{ ref('stg_hmcts__hearing_defendants_versions') }}
)

select
    record_key,
    hearing_id,
    defendant_id,
    attendance,
    representation,
    bail_status,
    remand_basis,
    remand_basis_raw,
    bail_exceptions,
    bail_exception_reasons,
    ctl_expiry_date,
    ctl_extended_to,
    extract_date,
    first_extract_date
from versions
where is_current
