with recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

case_records as (
    select * from {{ ref('case_records') }}
),

defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
),

defendant_hearings as (
    select * from {{ ref('int_defendant_hearings') }}
),

lead_cases as (
    select
        case_records.case_id,
        count(*) as source_case_count,
        {{ justice.join_distinct('recorded_cases.ptiurn') }} as all_ptiurns,
        {{ justice.join_distinct('recorded_cases.crown_case_number') }} as all_crown_case_numbers
    from case_records
    inner join recorded_cases
        on case_records.source_case_id = recorded_cases.case_id
    group by case_records.case_id
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
),

ranked_hearings as (
    select
        case_id,
        jurisdiction_code,
        court_code,
        row_number() over (
            partition by case_id, jurisdiction_code
            order by hearing_date desc, hearing_id desc
        ) as latest_rank,
        row_number() over (
            partition by case_id, jurisdiction_code
            order by hearing_date asc, hearing_id asc
        ) as first_rank
    from defendant_hearings
),

case_courts as (
    select
        case_id,
        max(case when jurisdiction_code = 'M' and latest_rank = 1 then court_code end) as magistrates_court_code,
        max(case when jurisdiction_code = 'C' and first_rank = 1 then court_code end) as first_crown_court_code,
        max(case when jurisdiction_code = 'C' and latest_rank = 1 then court_code end) as crown_court_code
    from ranked_hearings
    group by case_id
),

-- A letter after the case reference marks a case split off the one that has the reference without it (or the case
-- others merged into, which is no split). Prosecutors other than the police make references of their own.
split_cases as (
    select
        split_case.case_id,
        min(parent_case.case_id) as split_from_case_id
    from recorded_cases as split_case
    inner join recorded_cases as parent_case
        on
            split_case.prosecutor = parent_case.prosecutor
            and {{ justice.ptiurn_without_suffix('split_case.ptiurn') }} = parent_case.ptiurn
            and split_case.case_id <> parent_case.case_id
    inner join case_records as split_merge
        on split_case.case_id = split_merge.source_case_id
    inner join case_records as parent_merge
        on parent_case.case_id = parent_merge.source_case_id
    where split_merge.case_id <> parent_merge.case_id
    group by split_case.case_id
),

split_leads as (
    select
        split_cases.case_id,
        case_records.case_id as split_from_case_id
    from split_cases
    inner join case_records
        on split_cases.split_from_case_id = case_records.source_case_id
)

select
    recorded_cases.case_id,
    recorded_cases.ptiurn,
    lead_cases.all_ptiurns,
    recorded_cases.initiation_code,
    recorded_cases.prosecutor,
    recorded_cases.originating_force_code,
    recorded_cases.crown_case_number,
    lead_cases.all_crown_case_numbers,
    recorded_cases.initial_court_ou_code as initial_court_code,
    recorded_cases.crown_court_ou_code as sent_to_court_code,
    case_courts.magistrates_court_code,
    case_courts.first_crown_court_code,
    case_courts.crown_court_code,
    split_leads.split_from_case_id,
    recorded_cases.receipt_type,
    recorded_cases.case_status,
    coalesce(defendant_counts.defendant_count, 0) as defendant_count,
    lead_cases.source_case_count,
    recorded_cases.prosecutor = 'CPS' as is_cps,
    recorded_cases.initiation_code = 'J' and not coalesce(attended_cases.has_attended, false) as is_single_justice,
    coalesce(case_courts.first_crown_court_code <> case_courts.crown_court_code, false) as is_transferred,
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
left join case_courts
    on lead_cases.case_id = case_courts.case_id
left join split_leads
    on lead_cases.case_id = split_leads.case_id
