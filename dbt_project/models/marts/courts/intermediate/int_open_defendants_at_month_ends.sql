with proceedings as (
    select * from {{ ref('int_proceedings_at_month_ends') }}
),

periods as (
    select * from {{ ref('proceeding_periods') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

cases as (
    select * from {{ ref('cases') }}
),

charges as (
    select * from {{ ref('charges') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

live_proceedings as (
    select * from proceedings
    where is_live
),

-- A merged case is as old as the oldest of its records. A receipt that was inferred is no date to count from.
case_receipts as (
    select
        defendants.case_id,
        min(periods.start_date) as first_received_date
    from periods
    inner join defendants
        on periods.defendant_id = defendants.defendant_id
    where
        periods.stage = 'first_instance'
        and not periods.is_received_date_inferred
    group by defendants.case_id
),

first_hearings as (
    select
        defendant_id,
        jurisdiction_code,
        min(hearing_date) as first_hearing_date
    from appearances
    group by defendant_id, jurisdiction_code
),

-- Out of several hearings of one day comes the status of the last of them.
statuses as (
    select
        defendant_id,
        hearing_date,
        remand_status,
        row_number() over (partition by defendant_id, hearing_date order by hearing_id desc) as day_rank
    from appearances
    where
        hearing_date is not null
        and remand_status <> 'unknown'
),

status_periods as (
    select
        defendant_id,
        remand_status,
        hearing_date as from_date,
        coalesce(
            lead(hearing_date) over (partition by defendant_id order by hearing_date asc), {{ justice.open_end() }}
        ) as until_date
    from statuses
    where day_rank = 1
),

-- A plea or verdict without a date counts as entered on every day.
open_charges as (
    select
        live_proceedings.snapshot_date,
        live_proceedings.defendant_id,
        case
            when
                charges.verdict_code = 'G'
                and (charges.verdict_date is null or charges.verdict_date <= live_proceedings.snapshot_date)
                then 'awaiting_sentence'
            when charges.plea_date > live_proceedings.snapshot_date then 'awaiting_plea'
            when charges.plea_code = 'G' then 'awaiting_sentence'
            when charges.plea_code = 'NG' then 'awaiting_trial'
            else 'awaiting_plea'
        end as charge_awaits
    from live_proceedings
    inner join charges
        on live_proceedings.defendant_id = charges.defendant_id
    where
        charges.concluded_date is null
        or charges.concluded_date > live_proceedings.snapshot_date
),

awaited_steps as (
    select
        snapshot_date,
        defendant_id,
        {{ justice.count_where("charge_awaits = 'awaiting_plea'") }} as charges_without_plea,
        {{ justice.count_where("charge_awaits = 'awaiting_trial'") }} as charges_for_trial
    from open_charges
    group by snapshot_date, defendant_id
),

described_defendants as (
    select
        live_proceedings.snapshot_date,
        live_proceedings.defendant_id,
        live_proceedings.case_id,
        live_proceedings.person_id,
        live_proceedings.jurisdiction_code,
        live_proceedings.court_code,
        case
            when live_proceedings.jurisdiction_code = 'C' then {{ justice.or_unknown('cases.receipt_type') }}
            else 'not_applicable'
        end as receipt_type,
        {{ justice.or_unknown('defendants.most_serious_offence_group') }} as offence_group,
        case
            when live_proceedings.is_organisation or cases.is_single_justice then 'not_applicable'
            else {{ justice.or_unknown('status_periods.remand_status') }}
        end as remand_status,
        case
            when live_proceedings.stage = 'appeal' then 'awaiting_appeal'
            when cases.is_single_justice and live_proceedings.jurisdiction_code = 'M' then 'awaiting_single_justice'
            when
                live_proceedings.jurisdiction_code = 'C'
                and cases.receipt_type = 'COMMITTED_FOR_SENTENCE'
                then 'awaiting_sentence'
            when first_hearings.first_hearing_date is null then 'awaiting_first_hearing'
            when awaited_steps.defendant_id is null then 'unknown'
            when awaited_steps.charges_without_plea > 0 then 'awaiting_plea'
            when awaited_steps.charges_for_trial > 0 then 'awaiting_trial'
            else 'awaiting_sentence'
        end as open_reason,
        charges.offence_category,
        charges.max_sentence_months,
        live_proceedings.is_organisation,
        coalesce(cases.crown_received_date < case_receipts.first_received_date, false) as is_received_out_of_order,
        case
            when live_proceedings.jurisdiction_code = 'C' then cases.crown_received_date
            else case_receipts.first_received_date
        end as case_received_date
    from live_proceedings
    inner join defendants
        on live_proceedings.defendant_id = defendants.defendant_id
    left join cases
        on live_proceedings.case_id = cases.case_id
    left join case_receipts
        on live_proceedings.case_id = case_receipts.case_id
    left join charges
        on defendants.most_serious_charge_id = charges.charge_id
    left join first_hearings
        on
            live_proceedings.defendant_id = first_hearings.defendant_id
            and live_proceedings.jurisdiction_code = first_hearings.jurisdiction_code
            and live_proceedings.snapshot_date >= first_hearings.first_hearing_date
    left join status_periods
        on
            live_proceedings.defendant_id = status_periods.defendant_id
            and live_proceedings.snapshot_date >= status_periods.from_date
            and live_proceedings.snapshot_date < status_periods.until_date
    left join awaited_steps
        on
            live_proceedings.snapshot_date = awaited_steps.snapshot_date
            and live_proceedings.defendant_id = awaited_steps.defendant_id
),

aged_defendants as (
    select
        *,
        case
            when jurisdiction_code = 'C' and is_received_out_of_order then null
            else {{ justice.days_between('case_received_date', 'snapshot_date') }}
        end as case_age_days,
        row_number() over (
            partition by snapshot_date, case_id
            order by
                {{ justice.offence_category_rank('offence_category') }} asc,
                coalesce(max_sentence_months, -1) desc,
                case when remand_status = 'custody' then 0 else 1 end asc,
                defendant_id asc
        ) as lead_rank
    from described_defendants
)

select
    snapshot_date,
    defendant_id,
    case_id,
    person_id,
    jurisdiction_code,
    court_code,
    receipt_type,
    offence_group,
    remand_status,
    {{ justice.age_band_weeks('case_age_days') }} as age_band_weeks,
    open_reason,
    case_age_days,
    lead_rank = 1 as is_lead,
    is_organisation,
    case_received_date
from aged_defendants
