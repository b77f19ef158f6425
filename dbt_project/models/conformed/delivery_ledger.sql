{%- set staged_models = [
    'stg_police__custody_records_versions',
    'stg_police__out_of_court_disposals_versions',
    'stg_police__stop_search_versions',
    'stg_police__stop_account_versions',
    'stg_cps__defendants_versions',
    'stg_hmcts__cases_versions',
    'stg_hmcts__defendants_versions',
    'stg_hmcts__offences_versions',
    'stg_hmcts__hearings_versions',
    'stg_hmcts__hearing_defendants_versions',
    'stg_hmcts__results_versions',
    'stg_prison__prisoners_versions',
    'stg_prison__custody_spells_versions',
    'stg_prison__sentences_versions',
    'stg_probation__orders_versions',
    'stg_laa__representation_orders_versions',
] -%}

with deliveries as (
    select * from {{ ref('stg_gate__deliveries') }}
),

corrections as (
    select * from {{ ref('int_delivery_corrections') }}
),

staged_rows as (
    {%- for model in staged_models %}
    select
        '{{ model.split('__')[0].replace('stg_', '') }}' as agency,
        '{{ model.split('__')[1].replace('_versions', '') }}' as feed,
        delivery_id,
        count(*) as rows_staged
    from {{ ref(model) }}
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
    deliveries.rows_received,
    coalesce(staged_rows.rows_staged, 0) as rows_staged,
    deliveries.rows_quarantined,
    case when deliveries.verdict = 'rejected' then deliveries.rows_received else 0 end as rows_rejected,
    deliveries.is_used,
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
