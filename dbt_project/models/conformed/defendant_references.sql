with recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
),

references_of_defendants as (
    select
        defendant_cases.defendant_id,
        own_case.ptiurn,
        1 as reference_rank
    from defendant_cases
    inner join recorded_cases as own_case
        on defendant_cases.source_case_id = own_case.case_id
    where own_case.ptiurn is not null
    union all
    select
        defendant_cases.defendant_id,
        lead_case.ptiurn,
        2 as reference_rank
    from defendant_cases
    inner join recorded_cases as lead_case
        on defendant_cases.case_id = lead_case.case_id
    where lead_case.ptiurn is not null
)

select
    defendant_id,
    ptiurn,
    min(reference_rank) as reference_rank
from references_of_defendants
group by defendant_id, ptiurn
