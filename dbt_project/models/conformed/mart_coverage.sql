with coverage_months as (
    select * from {{ ref('coverage_months') }}
),

newest_extract as (
    select * from {{ ref('newest_extract') }}
),

needed_feeds as (
    {{ justice.needed_feeds() }}
),

whole_feeds as (
    select * from coverage_months
    where area_type = 'all'
),

places as (
    select * from coverage_months
    where area_type <> 'all'
),

-- Places that were at any time another thing than their feed: all others are as it is.
differing_places as (
    select distinct
        needed_feeds.mart,
        places.area_type,
        places.area_code
    from needed_feeds
    inner join places
        on
            needed_feeds.agency = places.agency
            and needed_feeds.feed = places.feed
    inner join whole_feeds
        on
            places.agency = whole_feeds.agency
            and places.feed = whole_feeds.feed
            and places.month = whole_feeds.month
    where places.state <> whole_feeds.state
),

areas as (
    select distinct
        mart,
        'all' as area_type,
        'all' as area_code
    from needed_feeds
    union all
    select
        mart,
        area_type,
        area_code
    from differing_places
),

-- A month of a mart is as its worst feed is; a feed that says nothing of the place is as it is everywhere.
month_states as (
    select
        areas.mart,
        areas.area_type,
        areas.area_code,
        whole_feeds.month,
        coalesce(places.state, whole_feeds.state) as state
    from areas
    inner join needed_feeds
        on areas.mart = needed_feeds.mart
    inner join whole_feeds
        on
            needed_feeds.agency = whole_feeds.agency
            and needed_feeds.feed = whole_feeds.feed
    left join places
        on
            whole_feeds.agency = places.agency
            and whole_feeds.feed = places.feed
            and whole_feeds.month = places.month
            and areas.area_type = places.area_type
            and areas.area_code = places.area_code
),

months as (
    select
        mart,
        area_type,
        area_code,
        month,
        case
            when {{ justice.count_where("state = 'before_first_extract'") }} > 0 then 'before_first_extract'
            when {{ justice.count_where("state = 'provisional'") }} > 0 then 'provisional'
            when {{ justice.count_where("state = 'partial'") }} > 0 then 'partial'
            else 'complete'
        end as coverage
    from month_states
    group by mart, area_type, area_code, month
),

-- A quarter some of which lies before the first extract is partial.
quarter_states as (
    select
        mart,
        area_type,
        area_code,
        {{ justice.quarter_start('month') }} as quarter,
        count(*) as months,
        {{ justice.count_where("coverage = 'before_first_extract'") }} as months_before,
        {{ justice.count_where("coverage = 'provisional'") }} as months_provisional,
        {{ justice.count_where("coverage = 'complete'") }} as months_complete
    from months
    group by mart, area_type, area_code, {{ justice.quarter_start('month') }}
),

quarters as (
    select
        mart,
        area_type,
        area_code,
        quarter,
        case
            when months_before = months then 'before_first_extract'
            when months_provisional > 0 or months < 3 then 'provisional'
            when months_complete = 3 then 'complete'
            else 'partial'
        end as coverage
    from quarter_states
),

-- Of each quarter, it and the three before it, of those that are known of at all.
four_quarters as (
    select
        quarters.mart,
        quarters.area_type,
        quarters.area_code,
        quarters.quarter,
        count(*) as quarters,
        {{ justice.count_where("earlier.coverage = 'before_first_extract'") }} as quarters_before,
        {{ justice.count_where("earlier.coverage = 'provisional'") }} as quarters_provisional,
        {{ justice.count_where("earlier.coverage = 'complete'") }} as quarters_complete
    from quarters
    inner join quarters as earlier
        on
            quarters.mart = earlier.mart
            and quarters.area_type = earlier.area_type
            and quarters.area_code = earlier.area_code
            and quarters.quarter >= earlier.quarter
            and earlier.quarter > {{ justice.add_months('quarters.quarter', -12) }}
    group by quarters.mart, quarters.area_type, quarters.area_code, quarters.quarter
),

-- The last month that is over: what holds now was last complete then.
last_months as (
    select
        months.mart,
        max(months.month) as month
    from months
    cross join newest_extract
    where
        months.area_type = 'all'
        and months.month < {{ justice.month_start('newest_extract.data_as_of') }}
    group by months.mart
)

select
    mart,
    area_type,
    area_code,
    'month' as period_type,
    month as period_start,
    coverage
from months
union all
select
    mart,
    area_type,
    area_code,
    'quarter' as period_type,
    quarter as period_start,
    coverage
from quarters
union all
select
    mart,
    area_type,
    area_code,
    'four_quarters' as period_type,
    quarter as period_start,
    case
        when quarters_before = quarters then 'before_first_extract'
        when quarters_provisional > 0 then 'provisional'
        when quarters_complete = 4 then 'complete'
        else 'partial'
    end as coverage
from four_quarters
union all
select
    last_months.mart,
    months.area_type,
    months.area_code,
    'now' as period_type,
    last_months.month as period_start,
    months.coverage
from last_months
inner join months
    on
        last_months.mart = months.mart
        and last_months.month = months.month
        and months.area_type = 'all'
