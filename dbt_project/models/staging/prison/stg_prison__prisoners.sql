with versions as (
    select * from {{ ref('stg_prison__prisoners_versions') }}
)

select
    record_key,
    noms_number,
    pnc_id,
    cro_number,
    surname,
    given_name_1,
    given_name_2,
    birth_date,
    sex,
    ethnicity_code,
    ethnicity_code_raw,
    nationality_code,
    nationality_code_raw,
    extract_date,
    first_extract_date
from versions
where is_current
