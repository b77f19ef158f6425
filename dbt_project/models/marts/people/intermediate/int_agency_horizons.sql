{#- Every feed contract promises the state at the end of a calendar month, extracted some days later: an extract dated
    6 November tells nothing of November. -#}
with deliveries as (
    select * from {{ ref('delivery_ledger') }}
),

feed_extracts as (
    select
        agency,
        feed,
        min(extract_date) as first_extract_date,
        max(extract_date) as newest_extract_date
    from deliveries
    where
        verdict <> 'rejected'
        and is_used
    group by agency, feed
),

feed_horizons as (
    select
        agency,
        {{ justice.add_days(justice.month_start(justice.add_days('newest_extract_date', 1)), -1) }} as complete_to,
        {{ justice.month_start(
            justice.add_days(justice.month_start(justice.add_days('first_extract_date', 1)), -1)
        ) }} as complete_from
    from feed_extracts
    where feed not in ('stop_search', 'stop_account')
),

agency_horizons as (
    select
        agency,
        max(complete_from) as complete_from,
        min(complete_to) as complete_to
    from feed_horizons
    group by agency
)

select
    max(case when agency = 'hmcts' then complete_from end) as court_from,
    max(case when agency = 'hmcts' then complete_to end) as court_to,
    max(case when agency = 'prison' then complete_to end) as prison_to,
    max(case when agency = 'cps' then complete_from end) as cps_from,
    max(case when agency = 'cps' then complete_to end) as cps_to,
    max(case when agency = 'probation' then complete_from end) as probation_from,
    max(case when agency = 'probation' then complete_to end) as probation_to,
    max(case when agency = 'laa' then complete_from end) as legal_aid_from,
    max(case when agency = 'laa' then complete_to end) as legal_aid_to
from agency_horizons
