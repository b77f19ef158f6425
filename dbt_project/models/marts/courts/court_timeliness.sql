{%- set of_the_crown_court = justice.crown_stages() -%}

with stages as (
    select * from {{ ref('int_defendant_stages') }}
),

courts as (
    select * from {{ ref('courts') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

stage_days as (
    {%- for stage in justice.measured_stages() %}
    select
        {{ justice.quarter_start('completion_date') }} as quarter,
        {{ justice.or_unknown('court_code') }} as court_code,
        {{ justice.or_unknown('jurisdiction_code') }} as jurisdiction,
        longest_offence_group as offence_group,
        '{{ stage }}' as stage,
        recorded_days_{{ stage }} as recorded_days
    from stages
    where
        not is_single_justice
        -- A case may be sent and its receipt never be recorded.
        and (
            is_crown_case
            or {{ stage not in of_the_crown_court and stage != 'charge_to_sending' }}
            or {{ 'recorded_days_' ~ stage ~ ' is not null' if stage == 'charge_to_sending' else 'false' }}
        )
    union all
    {%- endfor %}
    -- Decided on the papers: nobody waits for a hearing, so such a case is never among the others.
    select
        {{ justice.quarter_start('completion_date') }} as quarter,
        {{ justice.or_unknown('court_code') }} as court_code,
        {{ justice.or_unknown('jurisdiction_code') }} as jurisdiction,
        longest_offence_group as offence_group,
        'single_justice_offence_to_completion' as stage,
        recorded_days_offence_to_completion as recorded_days
    from stages
    where is_single_justice
),

-- Medians do not add up, so each roll-up is counted from the defendants themselves.
rolled_up as (
    {{ justice.with_totals(
        'stage_days',
        ['quarter', 'jurisdiction', 'stage', 'recorded_days'],
        totals=[
            {'court_code': 'ALL'},
            {'offence_group': 'all'},
            {'court_code': 'ALL', 'offence_group': 'all'},
        ]
    ) }}
),

valid_days as (
    select
        *,
        case when recorded_days >= 0 then recorded_days end as days
    from rolled_up
),

summaries as (
    select
        quarter,
        court_code,
        jurisdiction,
        offence_group,
        stage,
        count(*) as defendants,
        count(days) as n,
        {{ justice.exact_mean('days') }} as mean_days,
        {{ justice.percentile('days', 0.5) }} as median_days,
        {{ justice.percentile('days', 0.1) }} as p10_days,
        {{ justice.percentile('days', 0.9) }} as p90_days,
        {{ justice.count_where('recorded_days < 0') }} as negative_n,
        {{ justice.count_where('recorded_days is null') }} as missing_n
    from valid_days
    group by quarter, court_code, jurisdiction, offence_group, stage
)

select
    summaries.quarter,
    summaries.court_code,
    case when summaries.court_code = 'ALL' then 'All courts' else {{ justice.or_unknown('courts.name') }} end
        as court_name,
    case when summaries.court_code = 'ALL' then 'all' else {{ justice.or_unknown('courts.region') }} end
        as court_region,
    summaries.jurisdiction,
    summaries.offence_group,
    summaries.stage,
    summaries.defendants,
    summaries.n,
    summaries.mean_days,
    cast(summaries.median_days as double) as median_days,
    cast(summaries.p10_days as double) as p10_days,
    cast(summaries.p90_days as double) as p90_days,
    summaries.negative_n,
    summaries.missing_n,
    {{ justice.coverage('summaries.quarter', 'quarter', area='summaries.court_code') }} as coverage,
    observation_window.data_as_of
from summaries
cross join observation_window
left join courts
    on summaries.court_code = courts.court_ou_code
