with month_ends as (
    select * from {{ ref('int_month_ends') }}
),

proceedings as (
    select * from {{ ref('int_proceedings_at_month_ends') }}
),

periods as (
    select * from {{ ref('proceeding_periods') }}
),

prosecutions as (
    select * from {{ ref('prosecutions') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

cases as (
    select * from {{ ref('cases') }}
),

court_periods as (
    select * from {{ ref('case_court_periods') }}
),

-- Where the police charged, no decision of the CPS is recorded: its case begins with the charge.
cps_records as (
    select
        prosecutions.record_key,
        prosecutions.defendant_id,
        coalesce(prosecutions.defendant_id, prosecutions.merged_defendant_id) as placed_defendant_id,
        prosecutions.outcome,
        coalesce(
            prosecutions.charging_decision_date, defendants.first_charge_date, prosecutions.first_extract_date
        ) as start_date,
        prosecutions.finalisation_date as end_date,
        prosecutions.outcome is not null and prosecutions.finalisation_date is null as is_ended_undated
    from prosecutions
    left join defendants
        on coalesce(prosecutions.defendant_id, prosecutions.merged_defendant_id) = defendants.defendant_id
),

live_records as (
    select
        month_ends.snapshot_date,
        cps_records.record_key,
        cps_records.placed_defendant_id,
        cps_records.defendant_id is null and cps_records.placed_defendant_id is not null as is_further_record
    from month_ends
    inner join cps_records
        on
            month_ends.snapshot_date >= cps_records.start_date
            and (cps_records.end_date is null or month_ends.snapshot_date < cps_records.end_date)
    where not cps_records.is_ended_undated
),

live_proceedings as (
    select *
    from proceedings
    where is_live
),

first_starts as (
    select
        defendant_id,
        min(start_date) as start_date
    from periods
    group by defendant_id
),

-- Live in court: with the CPS, or the first reason that applies why not.
in_court as (
    select
        live_proceedings.snapshot_date,
        live_proceedings.defendant_id,
        cps_records.record_key,
        live_proceedings.jurisdiction_code,
        live_proceedings.court_code,
        true as is_live_in_court,
        live_records.record_key is not null as is_live_at_cps,
        case
            when live_records.record_key is not null then 'none'
            when live_proceedings.is_organisation then 'organisations'
            when defendants.is_single_justice then 'single_justice'
            when not defendants.is_cps then 'other_prosecutors'
            when live_proceedings.stage = 'appeal' then 'appeals'
            when cps_records.outcome = 'ADMINISTRATIVELY FINALISED' then 'administrative_finalisations'
            when
                live_proceedings.jurisdiction_code = 'C'
                and cases.receipt_type = 'COMMITTED_FOR_SENTENCE'
                then 'committals_for_sentence'
            when cps_records.record_key is null then 'missing_from_agency'
            when cps_records.start_date > live_proceedings.snapshot_date then 'not_yet_at_agency'
            else 'concluded_by_agency'
        end as difference
    from live_proceedings
    inner join defendants
        on live_proceedings.defendant_id = defendants.defendant_id
    left join cases
        on live_proceedings.case_id = cases.case_id
    left join cps_records
        on live_proceedings.defendant_id = cps_records.defendant_id
    left join live_records
        on
            live_proceedings.snapshot_date = live_records.snapshot_date
            and cps_records.record_key = live_records.record_key
),

-- Live with the CPS and not in court, or counted there by another record of the same defendant.
at_cps_only as (
    select
        live_records.snapshot_date,
        live_records.placed_defendant_id as defendant_id,
        live_records.record_key,
        case
            when live_records.placed_defendant_id is null then 'unknown'
            else {{ justice.jurisdiction_on(
                'live_records.snapshot_date', 'cases.crown_received_date', 'cases.sent_to_crown_date'
            ) }}
        end as jurisdiction_code,
        {{ justice.or_unknown('court_periods.court_code') }} as court_code,
        false as is_live_in_court,
        true as is_live_at_cps,
        case
            when live_records.placed_defendant_id is null then 'missing_from_court'
            when live_records.is_further_record and proceedings.is_live then 'merged_cases'
            when proceedings.is_under_warrant then 'bench_warrants'
            when first_starts.start_date is null or first_starts.start_date > live_records.snapshot_date
                then 'not_yet_at_court'
            else 'concluded_at_court'
        end as difference
    from live_records
    left join proceedings
        on
            live_records.snapshot_date = proceedings.snapshot_date
            and live_records.placed_defendant_id = proceedings.defendant_id
    left join first_starts
        on live_records.placed_defendant_id = first_starts.defendant_id
    left join defendants
        on live_records.placed_defendant_id = defendants.defendant_id
    left join cases
        on defendants.case_id = cases.case_id
    left join court_periods
        on
            defendants.case_id = court_periods.case_id
            and live_records.snapshot_date >= court_periods.from_date
            and live_records.snapshot_date < court_periods.until_date
    where live_records.is_further_record or not coalesce(proceedings.is_live, false)
)

select
    snapshot_date,
    defendant_id,
    record_key,
    jurisdiction_code,
    court_code,
    difference,
    is_live_in_court,
    is_live_at_cps
from in_court
union all
select
    snapshot_date,
    defendant_id,
    record_key,
    jurisdiction_code,
    court_code,
    difference,
    is_live_in_court,
    is_live_at_cps
from at_cps_only
