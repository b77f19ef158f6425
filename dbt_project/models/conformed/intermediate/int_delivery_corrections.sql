with deliveries as (
    select * from {{ ref('stg_gate__deliveries') }}
),

feeds as (
    select * from {{ ref('stg_gate__feeds') }}
),

refused as (
    select
        deliveries.agency,
        deliveries.feed,
        deliveries.delivery_id,
        deliveries.sha256,
        deliveries.partition_key,
        deliveries.extract_date,
        coalesce(deliveries.file_sequence, 0) as file_sequence,
        coalesce(feeds.mode, 'unknown') = 'increment' as is_increment
    from deliveries
    left join feeds
        on
            deliveries.agency = feeds.agency
            and deliveries.feed = feeds.feed
    where
        deliveries.verdict = 'rejected'
        and deliveries.is_used
),

candidates as (
    select
        refused.agency,
        refused.feed,
        refused.delivery_id,
        deliveries.delivery_id as corrected_by,
        row_number() over (
            partition by refused.agency, refused.feed, refused.delivery_id
            order by
                deliveries.extract_date asc nulls last,
                coalesce(deliveries.file_sequence, 0) asc,
                deliveries.delivery_id asc
        ) as place
    from refused
    inner join deliveries
        on
            refused.agency = deliveries.agency
            and refused.feed = deliveries.feed
    where
        deliveries.verdict <> 'rejected'
        and deliveries.is_used
        and (
            refused.sha256 = deliveries.sha256
            or (
                coalesce(refused.partition_key, '') = coalesce(deliveries.partition_key, '')
                and (
                    refused.extract_date = deliveries.extract_date
                    or (refused.extract_date < deliveries.extract_date and not refused.is_increment)
                )
                and (
                    refused.extract_date < deliveries.extract_date
                    or refused.file_sequence <= coalesce(deliveries.file_sequence, 0)
                )
            )
        )
)

select
    refused.agency,
    refused.feed,
    refused.delivery_id,
    candidates.corrected_by
from refused
left join candidates
    on
        refused.agency = candidates.agency
        and refused.feed = candidates.feed
        and refused.delivery_id = candidates.delivery_id
        and candidates.place = 1
