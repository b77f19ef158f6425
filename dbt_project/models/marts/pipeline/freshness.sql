with feeds as (
    select * from {{ ref('feed_promises') }}
),

deliveries as (
    select * from {{ ref('delivery_ledger') }}
),

newest_extract as (
    select * from {{ ref('newest_extract') }}
),

received as (
    select
        agency,
        feed,
        count(*) as deliveries,
        {{ justice.count_where("verdict = 'rejected'") }} as deliveries_rejected,
        {{ justice.count_where('is_outstanding') }} as deliveries_rejected_outstanding,
        sum(rows_quarantined) as rows_quarantined,
        max(extract_date) as newest_extract_date_received,
        max(case when verdict <> 'rejected' then extract_date end) as newest_extract_date
    from deliveries
    where is_used
    group by agency, feed
),

due as (
    select
        feeds.agency,
        feeds.feed,
        feeds.title,
        feeds.owner,
        feeds.frequency_months,
        feeds.latency_days,
        coalesce(received.deliveries, 0) as deliveries,
        coalesce(received.deliveries_rejected, 0) as deliveries_rejected,
        coalesce(received.deliveries_rejected_outstanding, 0) as deliveries_rejected_outstanding,
        coalesce(received.rows_quarantined, 0) as rows_quarantined,
        received.newest_extract_date_received,
        received.newest_extract_date,
        {{ justice.add_days('received.newest_extract_date', 'feeds.fresh_for_days') }} as next_due_date
    from feeds
    left join received
        on
            feeds.agency = received.agency
            and feeds.feed = received.feed
)

select
    due.agency,
    due.feed,
    due.title,
    due.owner,
    case
        when due.deliveries = 0 then 'never_delivered'
        when due.newest_extract_date is null then 'never_accepted'
        when due.next_due_date < newest_extract.data_as_of then 'late'
        else 'fresh'
    end as status,
    cast(due.frequency_months as bigint) as frequency_months,
    cast(due.latency_days as bigint) as latency_days,
    cast(due.deliveries as bigint) as deliveries,
    cast(due.deliveries_rejected as bigint) as deliveries_rejected,
    cast(due.deliveries_rejected_outstanding as bigint) as deliveries_rejected_outstanding,
    cast(due.rows_quarantined as bigint) as rows_quarantined,
    cast({{ justice.days_between('due.newest_extract_date', 'newest_extract.data_as_of') }} as bigint)
        as days_since_newest_extract,
    due.newest_extract_date_received,
    due.newest_extract_date,
    due.next_due_date,
    newest_extract.data_as_of
from due
cross join newest_extract
