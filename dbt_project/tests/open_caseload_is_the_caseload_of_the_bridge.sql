-- Cases and defendants of every court add up to the bridge between the units of count, and the closing caseload of
-- every month is the same number of cases.
with open_caseload as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        sum(cases) as cases,
        sum(defendants) as defendants
    from {{ ref('open_caseload') }}
    group by snapshot_date, jurisdiction, court_code
),

bridge as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        cases,
        defendants
    from {{ ref('counting_unit_bridge') }}
    where court_code <> 'ALL'
),

closing as (
    select
        {{ justice.add_days(justice.add_months('month', 1), -1) }} as snapshot_date,
        jurisdiction,
        court_code,
        closing as cases
    from {{ ref('caseload_flow') }}
    where
        closing > 0
        and court_code <> 'ALL'
)

select
    coalesce(open_caseload.snapshot_date, bridge.snapshot_date, closing.snapshot_date) as snapshot_date,
    coalesce(open_caseload.court_code, bridge.court_code, closing.court_code) as court_code,
    open_caseload.cases,
    open_caseload.defendants,
    bridge.cases as cases_in_bridge,
    bridge.defendants as defendants_in_bridge,
    closing.cases as cases_at_closing
from open_caseload
full outer join bridge
    on
        open_caseload.snapshot_date = bridge.snapshot_date
        and open_caseload.jurisdiction = bridge.jurisdiction
        and open_caseload.court_code = bridge.court_code
full outer join closing
    on
        open_caseload.snapshot_date = closing.snapshot_date
        and open_caseload.jurisdiction = closing.jurisdiction
        and open_caseload.court_code = closing.court_code
where
    coalesce(open_caseload.cases, 0) <> coalesce(bridge.cases, 0)
    or coalesce(open_caseload.defendants, 0) <> coalesce(bridge.defendants, 0)
    or coalesce(open_caseload.cases, 0) <> coalesce(closing.cases, 0)
