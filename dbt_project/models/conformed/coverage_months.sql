{#- Records of places, dated by what happened there: where one that always sends some sends none, some are missing. -#}
{%- set places = [
    {
        'agency': 'hmcts', 'feed': 'hearings', 'area_type': 'court', 'relation': 'hearings',
        'area': 'court_code', 'date': 'hearing_date',
    },
    {
        'agency': 'hmcts', 'feed': 'results', 'area_type': 'court', 'relation': 'results_of_courts',
        'area': 'court_code', 'date': 'result_date',
    },
    {
        'agency': 'prison', 'feed': 'custody_spells', 'area_type': 'prison', 'relation': 'custody_spells',
        'area': 'establishment_code', 'date': 'start_date',
    },
    {
        'agency': 'police', 'feed': 'custody_records', 'area_type': 'force', 'relation': 'custody_records',
        'area': 'force_code', 'date': justice.london_date('arrested_at'),
    },
] -%}
{#- Fewest records a month, on average, from which none at all is no chance: under 1 in 20,000 by Poisson. -#}
{%- set fewest_expected = 10 -%}

with deliveries as (
    select * from {{ ref('delivery_ledger') }}
    where is_used
),

feeds as (
    select * from {{ ref('feed_promises') }}
),

newest_extract as (
    select * from {{ ref('newest_extract') }}
),

police_forces as (
    select * from {{ ref('police_forces') }}
),

courts as (
    select * from {{ ref('courts') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

results as (
    select * from {{ ref('results') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

custody_records as (
    select * from {{ ref('stg_police__custody_records') }}
),

results_of_courts as (
    select
        hearings.court_code,
        results.result_date
    from results
    inner join hearings
        on results.hearing_id = hearings.hearing_id
),

{%- for place in places %}

{{ place.relation }}_dated as (
    select
        {{ place.area }} as area_code,
        {{ justice.month_start(place.date) }} as month,
        count(*) as records
    from {{ place.relation }}
    where
        {{ place.area }} <> 'unknown'
        and {{ place.date }} is not null
    group by {{ place.area }}, {{ justice.month_start(place.date) }}
),
{%- endfor %}

numbers as (
    {{ justice.number_series(1199) }}
),

first_extract as (
    select min(extract_date) as first_extract_date
    from deliveries
    where verdict <> 'rejected'
),

-- From a year before the first extract of any feed: of what lies before that nothing is complete either.
numbered_months as (
    select
        {{ justice.add_months(justice.month_start('first_extract.first_extract_date'), 'numbers.number - 12') }}
            as month,
        newest_extract.data_as_of
    from first_extract
    cross join numbers
    cross join newest_extract
),

months as (
    select
        month,
        {{ justice.add_days(justice.add_months('month', 1), -1) }} as last_day
    from numbered_months
    where month <= data_as_of
),

received as (
    select
        agency,
        feed,
        min(extract_date) as first_extract_date,
        max(extract_date) as newest_extract_date
    from deliveries
    where verdict <> 'rejected'
    group by agency, feed
),

extracts as (
    select
        agency,
        feed,
        extract_date,
        max(case when verdict <> 'rejected' then 1 else 0 end) as accepted
    from deliveries
    group by agency, feed, extract_date
),

-- What was made or changed in a month is in the extract made after it.
feed_months as (
    select
        feeds.agency,
        feeds.feed,
        feeds.mode,
        months.month,
        months.last_day,
        received.first_extract_date,
        received.newest_extract_date,
        count(extracts.extract_date) as extracts_received,
        coalesce(sum(extracts.accepted), 0) as extracts_accepted
    from feeds
    cross join months
    left join received
        on
            feeds.agency = received.agency
            and feeds.feed = received.feed
    left join extracts
        on
            feeds.agency = extracts.agency
            and feeds.feed = extracts.feed
            and months.last_day < extracts.extract_date
            and extracts.extract_date
            < {{ justice.add_months('months.month', '1 + feeds.frequency_months') }}
    where feeds.mode <> 'snapshot_per_partition'
    group by
        feeds.agency,
        feeds.feed,
        feeds.mode,
        months.month,
        months.last_day,
        received.first_extract_date,
        received.newest_extract_date
),

judged_feeds as (
    select
        agency,
        feed,
        month,
        last_day,
        case
            when first_extract_date is null or last_day < first_extract_date then 'before_first_extract'
            when newest_extract_date <= last_day then 'provisional'
            -- What ended in it before the first extract may be in none.
            when first_extract_date > month then 'partial'
            when mode = 'snapshot' or (extracts_accepted > 0 and extracts_accepted = extracts_received) then 'complete'
            else 'partial'
        end as state,
        case
            when first_extract_date is null or last_day < first_extract_date then 0.0
            else
                case
                    when mode = 'snapshot' and newest_extract_date > last_day then 1.0
                    else coalesce({{ justice.rate('extracts_accepted', 'extracts_received') }}, 0.0)
                end
                * ({{ justice.days_between('greatest(first_extract_date, month)', 'last_day') }} + 1)
                / ({{ justice.days_between('month', 'last_day') }} + 1)
        end as share_expected
    from feed_months
),

-- A feed that is a file for each force and month: of a force, from its first file on.
partitions as (
    select
        deliveries.agency,
        deliveries.feed,
        police_forces.force_code as area_code,
        deliveries.period_month as month
    from deliveries
    inner join feeds
        on
            deliveries.agency = feeds.agency
            and deliveries.feed = feeds.feed
            and feeds.mode = 'snapshot_per_partition'
    inner join police_forces
        on deliveries.force_slug = police_forces.slug
    where deliveries.verdict <> 'rejected'
    group by deliveries.agency, deliveries.feed, police_forces.force_code, deliveries.period_month
),

partition_areas as (
    select
        agency,
        feed,
        area_code,
        min(month) as first_month,
        max(month) as newest_month
    from partitions
    group by agency, feed, area_code
),

judged_partitions as (
    select
        partition_areas.agency,
        partition_areas.feed,
        partition_areas.area_code,
        months.month,
        case
            when months.month < partition_areas.first_month then 'before_first_extract'
            when months.month > partition_areas.newest_month then 'provisional'
            when partitions.month is null then 'partial'
            else 'complete'
        end as state,
        case when partitions.month is null then 0.0 else 1.0 end as share_expected
    from partition_areas
    cross join months
    left join partitions
        on
            partition_areas.agency = partitions.agency
            and partition_areas.feed = partitions.feed
            and partition_areas.area_code = partitions.area_code
            and months.month = partitions.month
),

partitioned_feeds as (
    select
        feeds.agency,
        feeds.feed,
        months.month,
        case
            when count(judged_partitions.area_code) = 0 then 'before_first_extract'
            when {{ justice.count_where("judged_partitions.state = 'provisional'") }} > 0 then 'provisional'
            when {{ justice.count_where("judged_partitions.state = 'partial'") }} > 0 then 'partial'
            else 'complete'
        end as state,
        coalesce(avg(judged_partitions.share_expected), 0.0) as share_expected
    from feeds
    cross join months
    left join judged_partitions
        on
            feeds.agency = judged_partitions.agency
            and feeds.feed = judged_partitions.feed
            and months.month = judged_partitions.month
            and judged_partitions.state <> 'before_first_extract'
    where feeds.mode = 'snapshot_per_partition'
    group by feeds.agency, feeds.feed, months.month
),

place_counts as (
    {%- for place in places %}
    select
        '{{ place.agency }}' as agency,
        '{{ place.feed }}' as feed,
        '{{ place.area_type }}' as area_type,
        area_code,
        month,
        records
    from {{ place.relation }}_dated
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

place_spans as (
    select
        place_counts.agency,
        place_counts.feed,
        place_counts.area_type,
        place_counts.area_code,
        min(place_counts.month) as first_month,
        max(courts.closed_on) as closed_on
    from place_counts
    left join courts
        on
            place_counts.area_type = 'court'
            and place_counts.area_code = courts.court_ou_code
    group by place_counts.agency, place_counts.feed, place_counts.area_type, place_counts.area_code
),

place_months as (
    select
        place_spans.agency,
        place_spans.feed,
        place_spans.area_type,
        place_spans.area_code,
        judged_feeds.month,
        judged_feeds.state,
        coalesce(place_counts.records, 0) as records,
        avg(case when judged_feeds.state = 'complete' then coalesce(place_counts.records, 0) end) over (
            partition by place_spans.agency, place_spans.feed, place_spans.area_type, place_spans.area_code
        ) as usual_records
    from place_spans
    inner join judged_feeds
        on
            place_spans.agency = judged_feeds.agency
            and place_spans.feed = judged_feeds.feed
            and place_spans.first_month <= judged_feeds.month
            and coalesce(place_spans.closed_on, {{ justice.open_end() }}) >= judged_feeds.month
    left join place_counts
        on
            place_spans.agency = place_counts.agency
            and place_spans.feed = place_counts.feed
            and place_spans.area_type = place_counts.area_type
            and place_spans.area_code = place_counts.area_code
            and judged_feeds.month = place_counts.month
)

select
    agency,
    feed,
    'all' as area_type,
    'all' as area_code,
    month,
    state,
    share_expected
from judged_feeds
union all
select
    agency,
    feed,
    'all' as area_type,
    'all' as area_code,
    month,
    state,
    share_expected
from partitioned_feeds
union all
select
    agency,
    feed,
    'force' as area_type,
    area_code,
    month,
    state,
    share_expected
from judged_partitions
union all
select
    agency,
    feed,
    area_type,
    area_code,
    month,
    case
        when state = 'complete' and records = 0 and usual_records >= {{ fewest_expected }} then 'partial'
        else state
    end as state,
    least({{ justice.rate('records', 'usual_records') }}, 1.0) as share_expected
from place_months
