with recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

case_crosswalk as (
    select * from {{ ref('case_crosswalk') }}
),

defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
),

defendant_hearings as (
    select * from {{ ref('int_defendant_hearings') }}
),

lead_cases as (
    select
        case_id,
        count(*) as source_case_count
    from case_crosswalk
    group by case_id
),

defendant_counts as (
    select
        case_id,
        count(*) as defendant_count
    from defendant_cases
    group by case_id
),

attended_cases as (
    select
        case_id,
        bool_or(has_attended) as has_attended
    from defendant_hearings
    group by case_id
)

select
    recorded_cases.case_id,
    recorded_cases.ptiurn,
    recorded_cases.initiation_code,
    recorded_cases.prosecutor,
    recorded_cases.originating_force_code,
    recorded_cases.crown_case_number,
    recorded_cases.receipt_type,
    recorded_cases.case_status,
    coalesce(defendant_counts.defendant_count, 0) as defendant_count,
    lead_cases.source_case_count,
    recorded_cases.prosecutor = 'CPS' as is_cps,
    recorded_cases.initiation_code = 'J' and not coalesce(attended_cases.has_attended, false) as is_single_justice,
    recorded_cases.received_date,
    recorded_cases.sent_to_crown_date,
    recorded_cases.crown_received_date,
    recorded_cases.closed_date
from lead_cases
inner join recorded_cases
    on lead_cases.case_id = recorded_cases.case_id
left join defendant_counts
    on lead_cases.case_id = defendant_counts.case_id
left join attended_cases
    on lead_cases.case_id = attended_cases.case_id
