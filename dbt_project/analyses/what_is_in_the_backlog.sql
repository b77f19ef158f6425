-- What is in the backlog, in cases, defendants and people, and why do the three differ?
-- All courts and each jurisdiction at the last month end. Cases by age are of those whose age is known; the last
-- columns are the other agencies' own counts.
with last_month_end as (
    select max(snapshot_date) as snapshot_date
    from {{ ref('counting_unit_bridge') }}
),

agency_counts as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        max(case when agency = 'hmcts' then agency_count end) as cases_open_in_court_register,
        max(case when agency = 'cps' then agency_count end) as defendants_live_at_cps
    from {{ ref('agency_count_reconciliation') }}
    group by snapshot_date, jurisdiction, court_code
),

-- Each open case and defendant once in its jurisdiction and once in both together.
open_cells as (
    select
        snapshot_date,
        jurisdiction,
        age_band_weeks,
        open_reason,
        remand_status,
        cases,
        defendants,
        cases_with_valid_age
    from {{ ref('open_caseload') }}
    union all
    select
        snapshot_date,
        'ALL' as jurisdiction,
        age_band_weeks,
        open_reason,
        remand_status,
        cases,
        defendants,
        cases_with_valid_age
    from {{ ref('open_caseload') }}
),

open_caseload as (
    select
        snapshot_date,
        jurisdiction,
        sum(cases_with_valid_age) as cases_with_valid_age,
        sum(case when age_band_weeks in ('1_to_2_years', '2_years_or_more') then cases else 0 end)
            as cases_a_year_or_more,
        sum(case when open_reason = 'awaiting_trial' then cases else 0 end) as cases_awaiting_trial,
        sum(case when remand_status = 'custody' then defendants else 0 end) as defendants_in_custody
    from open_cells
    group by snapshot_date, jurisdiction
)

select
    bridge.snapshot_date,
    bridge.jurisdiction,
    bridge.cases,
    bridge.extra_defendants as more_defendants_in_a_case,
    bridge.defendants,
    bridge.organisations as of_which_organisations,
    bridge.repeat_appearances_of_persons as of_which_further_cases_of_a_person,
    bridge.persons,
    bridge.persons_low,
    bridge.persons_high,
    open_caseload.cases_with_valid_age,
    open_caseload.cases_a_year_or_more,
    open_caseload.cases_awaiting_trial,
    open_caseload.defendants_in_custody,
    agency_counts.cases_open_in_court_register,
    agency_counts.defendants_live_at_cps,
    bridge.coverage
from {{ ref('counting_unit_bridge') }} as bridge
inner join last_month_end
    on bridge.snapshot_date = last_month_end.snapshot_date
inner join agency_counts
    on
        bridge.snapshot_date = agency_counts.snapshot_date
        and bridge.jurisdiction = agency_counts.jurisdiction
        and bridge.court_code = agency_counts.court_code
left join open_caseload
    on
        bridge.snapshot_date = open_caseload.snapshot_date
        and bridge.jurisdiction = open_caseload.jurisdiction
where bridge.court_code = 'ALL'
order by bridge.jurisdiction
