with appearances as (
    select * from {{ ref('appearances') }}
),

hearing_types as (
    select * from {{ ref('hearing_types') }}
),

ranked_decisions as (
    select
        appearances.defendant_id,
        appearances.hearing_id,
        appearances.person_id,
        appearances.case_id,
        appearances.court_code,
        appearances.jurisdiction_code,
        appearances.remand_status,
        appearances.hearing_date,
        row_number() over (
            partition by appearances.defendant_id, appearances.hearing_date
            order by
                case when hearing_types.hearing_group = 'bail_and_custody' then 0 else 1 end asc,
                case when appearances.jurisdiction_code = 'C' then 0 else 1 end asc,
                case
                    when appearances.remand_status in ('conditional_bail', 'unconditional_bail') then 0
                    when appearances.remand_status = 'custody' then 1
                    else 2
                end asc,
                appearances.hearing_id asc
        ) as decision_rank
    from appearances
    left join hearing_types
        on appearances.hearing_type_code = hearing_types.hearing_type_code
    where
        appearances.remand_status <> 'unknown'
        and appearances.hearing_date is not null
)

select
    defendant_id,
    hearing_id,
    person_id,
    case_id,
    court_code,
    jurisdiction_code,
    remand_status,
    hearing_date
from ranked_decisions
where decision_rank = 1
