with freshness as (
    select * from {{ ref('freshness') }}
),

mart_feeds as (
    {{ justice.mart_feeds() }}
),

needed_feeds as (
    {{ justice.needed_feeds() }}
)

select
    mart_feeds.mart,
    mart_feeds.agency,
    mart_feeds.feed,
    freshness.status as freshness_status,
    freshness.deliveries_rejected_outstanding,
    freshness.rows_quarantined,
    freshness.status <> 'fresh' as is_stale,
    needed_feeds.mart is not null as is_needed,
    freshness.newest_extract_date,
    freshness.data_as_of
from mart_feeds
inner join freshness
    on
        mart_feeds.agency = freshness.agency
        and mart_feeds.feed = freshness.feed
left join needed_feeds
    on
        mart_feeds.mart = needed_feeds.mart
        and mart_feeds.agency = needed_feeds.agency
        and mart_feeds.feed = needed_feeds.feed
