-- A merged case is known elsewhere by its own reference or by that of the case it merged into.
with recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
)

select
    defendant_cases.defendant_id,
    own_case.ptiurn
from defendant_cases
inner join recorded_cases as own_case
    on defendant_cases.source_case_id = own_case.case_id
where own_case.ptiurn is not null
union distinct
select
    defendant_cases.defendant_id,
    lead_case.ptiurn
from defendant_cases
inner join recorded_cases as lead_case
    on defendant_cases.case_id = lead_case.case_id
where lead_case.ptiurn is not null
