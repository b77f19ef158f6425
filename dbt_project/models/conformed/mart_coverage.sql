with coverage_months as (
    select * from {{ ref('coverage_months') }}
),

newest_extract as (
    select * from {{ ref('newest_extract') }}
),

needed_feeds as (
    {{ justice.needed_feeds() }}
),

-- A month of a mart is as its worst feed is.
month_states as (
    select
        needed_feeds.mart,
        coverage_months.month,
        count(*) as feeds,
        {{ justice.count_where("coverage_months.state = 'before_first_extract'") }} as feeds_before,
        {{ justice.count_where("coverage_months.state = 'provisional'") }} as feeds_provisional,
        {{ justice.count_where("coverage_months.state = 'partial'") }} as feeds_partial
    from needed_feeds
    inner join coverage_months
        on
            needed_feeds.agency = coverage_months.agency
            and needed_feeds.feed = coverage_months.feed
            and coverage_months.area_type = 'all'
    group by needed_feeds.mart, coverage_months.month
),

months as (
    select
        mart,
        month,
        case
            when feeds_before > 0 then 'before_first_extract'
            when feeds_provisional > 0 then 'provisional'
            when feeds_partial > 0 then 'partial'
            else 'complete'
        end as coverage
    from month_states
),

-- A quarter some of which lies before the first extract is partial.
quarter_states as (
    select
        mart,
        {{ justice.quarter_start('month') }} as quarter,
        count(*) as months,
        {{ justice.count_where("coverage = 'before_first_extract'") }} as months_before,
        {{ justice.count_where("coverage = 'provisional'") }} as months_provisional,
        {{ justice.count_where("coverage = 'complete'") }} as months_complete
    from months
    group by mart, {{ justice.quarter_start('month') }}
),

-- The last month that is over: what holds now was last complete then.
last_months as (
    select
        months.mart,
        max(months.month) as month
    from months
    cross join newest_extract
    where months.month < {{ justice.month_start('newest_extract.data_as_of') }}
    group by months.mart
)

select
    mart,
    'month' as period_type,
    month as period_start,
    coverage
from months
union all
select
    mart,
    'quarter' as period_type,
    quarter as period_start,
    case
        when months_before = months then 'before_first_extract'
        when months_provisional > 0 or months < 3 then 'provisional'
        when months_complete = 3 then 'complete'
        else 'partial'
    end as coverage
from quarter_states
union all
select
    last_months.mart,
    'now' as period_type,
    last_months.month as period_start,
    months.coverage
from last_months
inner join months
    on
        last_months.mart = months.mart
        and last_months.month = months.month
