{%- set measures = justice.benchmark_measures() -%}

with official_figures as (
    select * from {{ ref('official_figures') }}
),

benchmark_measures as (
    select * from {{ ref('benchmark_measures') }}
),

mart_sources as (
    select * from {{ ref('mart_sources') }}
),

deliveries as (
    select * from {{ ref('delivery_ledger') }}
),

-- Of a period that several releases hold, the newest counts; one whose day is not known is older than all others.
releases as (
    select
        *,
        row_number() over (
            partition by measure, period, geography_code
            order by released_on desc nulls last, release desc
        ) as age_of_release
    from official_figures
),

newest_figures as (
    select * from releases
    where age_of_release = 1
),

feeds as (
    select
        agency,
        feed,
        min(coalesce(period_month, extract_date)) as first_day,
        max(case
            when period_month is null then extract_date
            else {{ justice.add_days(justice.add_months('period_month', 1), -1) }}
        end) as last_day,
        max(case when is_simulated then 1 else 0 end) as has_simulated
    from deliveries
    where
        verdict <> 'rejected'
        and is_used
    group by agency, feed
),

-- One made-up delivery of any feed a mart is made from, and the mart is of made-up records.
marts_made_up as (
    select
        mart_sources.mart,
        max(feeds.has_simulated) = 1 as is_simulated
    from mart_sources
    inner join feeds
        on
            mart_sources.agency = feeds.agency
            and mart_sources.feed = feeds.feed
    group by mart_sources.mart
),

counted_measures as (
    {%- for entry in measures %}
    select
        '{{ entry.measure }}' as measure,
        '{{ entry.mart }}' as mart,
        '{{ entry.feed.split('/')[0] }}' as agency,
        '{{ entry.feed.split('/')[1] }}' as feed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

figures_observed as (
    select
        newest_figures.*,
        counted_measures.mart,
        coalesce(marts_made_up.is_simulated, false) as is_simulated,
        coalesce(
            newest_figures.period_start >= feeds.first_day and newest_figures.period_end <= feeds.last_day,
            false
        ) as is_observed
    from newest_figures
    left join counted_measures
        on newest_figures.measure = counted_measures.measure
    left join feeds
        on
            counted_measures.agency = feeds.agency
            and counted_measures.feed = feeds.feed
    left join marts_made_up
        on counted_measures.mart = marts_made_up.mart
),

our_figures as (
    {%- for entry in measures %}
    {%- set outer_loop = loop %}
    {%- for geography in entry.geographies %}
    select
        figures_observed.measure,
        figures_observed.period,
        figures_observed.geography_code,
        cast({{ entry.value }} as double) as ours
    from figures_observed
    inner join (
        select
            mart_rows.*,
            {{ entry.day }} as day_counted,
            {{ "'all'" if geography == 'all' else 'mart_rows.' ~ geography }} as place_counted
        from {{ ref(entry.mart) }} as mart_rows
        where {{ entry.where }}
    ) as counted
        on
            counted.day_counted between figures_observed.period_start and figures_observed.period_end
            and figures_observed.geography_code = counted.place_counted
    where
        figures_observed.measure = '{{ entry.measure }}'
        and figures_observed.is_observed
    group by
        figures_observed.measure,
        figures_observed.period,
        figures_observed.geography_code
    {{ 'union all' if not (outer_loop.last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select
    figures_observed.measure,
    figures_observed.period,
    figures_observed.geography_code,
    benchmark_measures.title,
    figures_observed.period_start,
    figures_observed.period_end,
    benchmark_measures.unit,
    our_figures.ours,
    figures_observed.value as official,
    our_figures.ours - figures_observed.value as gap,
    {{ justice.rate('our_figures.ours - figures_observed.value', 'figures_observed.value') }} as relative_gap,
    benchmark_measures.expected_gap,
    case
        when our_figures.ours is not null and figures_observed.is_simulated
            then concat(
                    'Simulated: ours is of made-up records, and no count of them is one of the country. ',
                    benchmark_measures.explained_by
                )
        when our_figures.ours is null and figures_observed.mart is not null
            then concat('The deliveries do not hold the whole period. ', benchmark_measures.explained_by)
        else benchmark_measures.explained_by
    end as explained_by,
    figures_observed.source,
    figures_observed.release,
    our_figures.ours is not null and figures_observed.is_simulated as is_simulated,
    figures_observed.released_on,
    {{ justice.data_as_of() }} as data_as_of
from figures_observed
inner join benchmark_measures
    on figures_observed.measure = benchmark_measures.measure
left join our_figures
    on
        figures_observed.measure = our_figures.measure
        and figures_observed.period = our_figures.period
        and figures_observed.geography_code = our_figures.geography_code
