-- Why did the backlog grow or shrink?
-- By jurisdiction, and for both, over the last twelve months: what was open, what came, what left, what is open now.
-- Months before the courts' first extract, and those not all in yet, are left out. Moves between courts of one
-- jurisdiction cancel out and are left out. `months` tells how many months the figures are of.
with last_months as (
    select distinct month
    from {{ ref('caseload_flow') }}
    where coverage not in ('before_first_extract', 'provisional')
    order by month desc
    limit 12
),

bounds as (
    select
        min(month) as first_month,
        max(month) as last_month,
        count(*) as months
    from last_months
)

select
    caseload_flow.jurisdiction,
    bounds.months,
    sum(case when caseload_flow.month = bounds.first_month then caseload_flow.opening else 0 end) as opening,
    sum(caseload_flow.receipts) as receipts,
    sum(caseload_flow.reopened) as reopened,
    sum(caseload_flow.sent_in) - sum(caseload_flow.sent_out) as sent,
    sum(caseload_flow.disposals) as disposals,
    sum(caseload_flow.warrants_issued) as out_under_warrant,
    sum(caseload_flow.warrants_executed) as back_from_warrant,
    sum(caseload_flow.corrections) as corrections,
    sum(case when caseload_flow.month = bounds.last_month then caseload_flow.closing else 0 end) as closing
from {{ ref('caseload_flow') }} as caseload_flow
cross join bounds
where
    caseload_flow.court_code = 'ALL'
    and caseload_flow.month between bounds.first_month and bounds.last_month
group by caseload_flow.jurisdiction, bounds.months
order by caseload_flow.jurisdiction
