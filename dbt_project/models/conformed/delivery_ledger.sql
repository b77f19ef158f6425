with deliveries as (
    select * from {{ ref('stg_gate__deliveries') }}
),

corrections as (
    select * from {{ ref('int_delivery_corrections') }}
),

staged_rows as (
    {%- for feed in justice.feeds() %}
    select
        '{{ feed.agency }}' as agency,
        '{{ feed.feed }}' as feed,
        delivery_id,
        count(*) as rows_staged
    from {{ ref('stg_' ~ feed.agency ~ '__' ~ feed.feed ~ '_versions') }}
    group by delivery_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    deliveries.delivery_id,
    deliveries.agency,
    deliveries.feed,
    deliveries.file_name,
    deliveries.sha256,
    deliveries.partition_key,
    deliveries.force_slug,
    deliveries.period_month,
    deliveries.verdict,
    deliveries.reason_codes,
    deliveries.reasons,
    corrections.corrected_by,
    deliveries.file_sequence,
    deliveries.receipts,
    deliveries.source_mapping,
    deliveries.rows_received,
    coalesce(staged_rows.rows_staged, 0) as rows_staged,
    deliveries.rows_quarantined,
    case when deliveries.verdict = 'rejected' then deliveries.rows_received else 0 end as rows_rejected,
    deliveries.is_used,
    deliveries.is_simulated,
    deliveries.verdict = 'rejected' and deliveries.is_used and corrections.corrected_by is null as is_outstanding,
    case
        when deliveries.verdict = 'rejected' or not deliveries.is_used then coalesce(staged_rows.rows_staged, 0) = 0
        else deliveries.rows_received = coalesce(staged_rows.rows_staged, 0) + deliveries.rows_quarantined
    end as is_conserved,
    deliveries.extract_date
from deliveries
left join staged_rows
    on
        deliveries.agency = staged_rows.agency
        and deliveries.feed = staged_rows.feed
        and deliveries.delivery_id = staged_rows.delivery_id
left join corrections
    on
        deliveries.agency = corrections.agency
        and deliveries.feed = corrections.feed
        and deliveries.delivery_id = corrections.delivery_id
