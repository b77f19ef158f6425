-- Which agencies' data are late or refused, so that figures rest on an older state?
-- Feeds with files still to be sent again first; days are counted to the newest extract of any feed.
select
    freshness.agency,
    freshness.feed,
    freshness.status,
    freshness.deliveries_rejected_outstanding,
    freshness.days_since_newest_extract,
    freshness.newest_extract_date,
    freshness.next_due_date,
    freshness.data_as_of
from {{ ref('freshness') }} as freshness
order by
    freshness.deliveries_rejected_outstanding desc,
    freshness.days_since_newest_extract desc,
    freshness.agency asc,
    freshness.feed asc
