{%- set movements_in = ['receipts', 'reopened', 'sent_in', 'allocated_in', 'transfers_in', 'warrants_executed'] -%}
{%- set movements_out = ['disposals', 'sent_out', 'allocated_out', 'transfers_out', 'warrants_issued'] -%}
{%- set corrections = ['unrecorded_receipts', 'moves_without_transfer'] -%}

with proceedings as (
    select * from {{ ref('int_proceedings_at_month_ends') }}
),

movements as (
    select * from {{ ref('int_case_movements') }}
),

month_ends as (
    select * from {{ ref('int_month_ends') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

courts as (
    select * from {{ ref('courts') }}
),

months as (
    select
        {{ justice.month_start('snapshot_date') }} as month,
        snapshot_date as closing_date,
        is_before_first_extract,
        data_as_of
    from month_ends
),

-- The snapshot is counted by itself, so that the identity is found, not assumed.
snapshots as (
    select
        snapshot_date,
        jurisdiction_code as jurisdiction,
        court_code,
        count(distinct case_id) as cases
    from proceedings
    where is_live
    group by snapshot_date, jurisdiction_code, court_code
),

-- What was charged before the first recorded receipt is shown in the month of that receipt.
dated_movements as (
    select
        {{ justice.month_start('greatest(movements.movement_date, observation_window.first_receipt_date)') }} as month,
        movements.jurisdiction_code as jurisdiction,
        movements.court_code,
        movements.movement,
        movements.change
    from movements
    cross join observation_window
),

stocks_and_flows as (
    select
        months.month,
        snapshots.jurisdiction,
        snapshots.court_code,
        'closing' as movement,
        snapshots.cases as change
    from snapshots
    inner join months
        on snapshots.snapshot_date = months.closing_date
    union all
    select
        {{ justice.add_months('months.month', 1) }} as month,
        snapshots.jurisdiction,
        snapshots.court_code,
        'opening' as movement,
        snapshots.cases as change
    from snapshots
    inner join months
        on snapshots.snapshot_date = months.closing_date
    union all
    select
        month,
        jurisdiction,
        court_code,
        movement,
        change
    from dated_movements
),

totalled as (
    {{ justice.with_totals('stocks_and_flows', ['month', 'movement', 'change']) }}
),

counts as (
    select
        month,
        jurisdiction,
        court_code,
        {{ justice.sum_where('change', "movement = 'opening'") }} as opening,
        {%- for movement in movements_in %}
        {{ justice.sum_where('change', "movement = '" ~ movement ~ "'") }} as {{ movement }},
        {%- endfor %}
        {%- for movement in movements_out %}
        -1 * {{ justice.sum_where('change', "movement = '" ~ movement ~ "'") }} as {{ movement }},
        {%- endfor %}
        {%- for correction in corrections %}
        {{ justice.sum_where('change', "movement = '" ~ correction ~ "'") }} as {{ correction }},
        {%- endfor %}
        {{ justice.sum_where('change', "movement = 'closing'") }} as closing
    from totalled
    group by month, jurisdiction, court_code
)

select
    counts.month,
    counts.jurisdiction,
    counts.court_code,
    case
        when counts.court_code = 'ALL' then 'All courts'
        else {{ justice.or_unknown('courts.name') }}
    end as court_name,
    case
        when counts.court_code = 'ALL' then 'ALL'
        else {{ justice.or_unknown('courts.region') }}
    end as court_region,
    cast(counts.receipts + counts.sent_in as bigint) as official_receipts,
    cast(counts.opening as bigint) as opening,
    {%- for movement in movements_in + movements_out + corrections %}
    cast(counts.{{ movement }} as bigint) as {{ movement }},
    {%- endfor %}
    cast(counts.unrecorded_receipts + counts.moves_without_transfer as bigint) as corrections,
    cast(counts.closing as bigint) as closing,
    cast(
        counts.closing - counts.opening
        {%- for movement in movements_in %}
        - counts.{{ movement }}
        {%- endfor %}
        {%- for movement in movements_out %}
        + counts.{{ movement }}
        {%- endfor %}
        - counts.unrecorded_receipts - counts.moves_without_transfer as bigint
    ) as residual,
    months.is_before_first_extract,
    {{ justice.coverage('counts.month', 'month', area='counts.court_code') }} as coverage,
    months.data_as_of
from counts
inner join months
    on counts.month = months.month
left join courts
    on counts.court_code = courts.court_ou_code
