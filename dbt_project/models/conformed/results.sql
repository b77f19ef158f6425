with recorded_results as (
    select * from {{ ref('stg_hmcts__results') }}
),

offences as (
    select * from {{ ref('int_defendant_offences') }}
),

defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
),

result_codes as (
    select * from {{ ref('result_codes') }}
),

standing_results as (
    select
        result_id,
        hearing_id,
        offence_id as charge_id,
        cjs_result_code,
        result_type,
        result_date,
        duration_value,
        duration_unit as duration_unit_code,
        case when amount_gbp >= 0 then amount_gbp end as amount_gbp,
        coalesce(consecutive, false) as is_consecutive,
        amended_at,
        {{ justice.result_length_months('duration_value', 'duration_unit') }} as length_months
    from recorded_results
    where not coalesce(is_deleted, false)
)

select
    standing_results.result_id,
    standing_results.hearing_id,
    standing_results.charge_id,
    offences.defendant_id,
    defendant_cases.case_id,
    standing_results.cjs_result_code,
    {{ justice.result_disposal_type('result_codes.disposal_type', 'standing_results.duration_unit_code') }}
        as disposal_type,
    result_codes.outcome_effect,
    {{ justice.disposal_severity(
        '(' ~ justice.result_disposal_type('result_codes.disposal_type', 'standing_results.duration_unit_code') ~ ')'
    ) }} as severity_rank,
    standing_results.duration_value,
    standing_results.duration_unit_code,
    standing_results.length_months * {{ justice.days_per_month() }} as length_days,
    standing_results.length_months,
    standing_results.amount_gbp,
    coalesce(result_codes.is_final, standing_results.result_type = 'F', false) as is_final,
    standing_results.is_consecutive,
    standing_results.result_date,
    standing_results.amended_at
from standing_results
left join offences
    on standing_results.charge_id = offences.offence_id
left join defendant_cases
    on offences.defendant_id = defendant_cases.defendant_id
left join result_codes
    on standing_results.cjs_result_code = result_codes.cjs_result_code
