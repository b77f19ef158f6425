with appearances as (
    select * from {{ ref('appearances') }}
),

remand_bases as (
    select * from {{ ref('remand_bases') }}
),

decisions as (
    select
        *,
        lag(remand_status) over (
            partition by defendant_id
            order by hearing_date asc, hearing_id asc
        ) as previous_decision,
        row_number() over (
            partition by defendant_id
            order by hearing_date asc, hearing_id asc
        ) as decision_number
    from appearances
    where
        remand_status in ('custody', 'conditional_bail', 'unconditional_bail')
        and hearing_date is not null
)

select
    decisions.appearance_id as remand_decision_id,
    decisions.hearing_id,
    decisions.defendant_id,
    decisions.person_id,
    decisions.case_id,
    decisions.court_code,
    decisions.jurisdiction_code,
    decisions.hearing_type_code,
    decisions.remand_status as decision,
    decisions.bail_status_code,
    decisions.previous_decision,
    decisions.remand_basis_code,
    remand_bases.label as remand_basis,
    decisions.bail_exception_codes,
    decisions.bail_exception_reason_codes,
    decisions.decision_number,
    decisions.previous_decision is null or decisions.previous_decision <> decisions.remand_status as is_change,
    decisions.remand_status = 'custody' and decisions.bail_exception_codes is not null as has_exception,
    decisions.hearing_date as decision_date,
    decisions.ctl_expiry_date,
    decisions.ctl_extended_to_date
from decisions
left join remand_bases
    on decisions.remand_basis_code = remand_bases.remand_basis_code
