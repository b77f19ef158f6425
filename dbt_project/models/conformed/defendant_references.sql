with recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
),

references_of_defendants as (
    select
        recorded_defendants.defendant_id,
        own_case.ptiurn,
        1 as reference_rank
    from recorded_defendants
    inner join recorded_cases as own_case
        on recorded_defendants.source_case_id = own_case.case_id
    where own_case.ptiurn is not null
    union all
    select
        recorded_defendants.defendant_id,
        lead_case.ptiurn,
        2 as reference_rank
    from recorded_defendants
    inner join recorded_cases as lead_case
        on recorded_defendants.case_id = lead_case.case_id
    where lead_case.ptiurn is not null
)

select
    defendant_id,
    ptiurn,
    min(reference_rank) as reference_rank
from references_of_defendants
group by defendant_id, ptiurn
