with proceedings as (
    select * from {{ ref('int_proceedings_at_month_ends') }}
),

month_ends as (
    select * from {{ ref('int_month_ends') }}
),

error_rates as (
    select * from {{ ref('linkage_error_rates') }}
),

courts as (
    select * from {{ ref('courts') }}
),

live_proceedings as (
    select
        snapshot_date,
        defendant_id,
        case_id,
        person_id,
        is_organisation,
        jurisdiction_code as jurisdiction,
        court_code
    from proceedings
    where is_live
),

counted_proceedings as (
    {{ justice.with_totals(
        'live_proceedings', ['snapshot_date', 'defendant_id', 'case_id', 'person_id', 'is_organisation']
    ) }}
),

-- Each step of the bridge is counted by itself, so that the identity is found, not assumed.
defendant_counts as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        count(*) as defendants,
        {{ justice.count_where('is_organisation') }} as organisations
    from counted_proceedings
    group by snapshot_date, jurisdiction, court_code
),

case_sizes as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        case_id,
        count(*) as defendants
    from counted_proceedings
    group by snapshot_date, jurisdiction, court_code, case_id
),

case_counts as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        count(case_id) as cases,
        sum(defendants - 1) as extra_defendants
    from case_sizes
    group by snapshot_date, jurisdiction, court_code
),

person_appearances as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        person_id,
        count(*) as appearances
    from counted_proceedings
    where person_id is not null
    group by snapshot_date, jurisdiction, court_code, person_id
),

person_counts as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        count(person_id) as persons,
        sum(appearances - 1) as further_appearances
    from person_appearances
    group by snapshot_date, jurisdiction, court_code
),

-- A month end without live proceedings is a count of none, not a gap.
places as (
    select
        snapshot_date,
        jurisdiction,
        court_code
    from defendant_counts
    {%- for jurisdiction in ['M', 'C', 'ALL'] %}
    union distinct
    select
        snapshot_date,
        '{{ jurisdiction }}' as jurisdiction,
        'ALL' as court_code
    from month_ends
    {%- endfor %}
),

counts as (
    select
        places.snapshot_date,
        places.jurisdiction,
        places.court_code,
        cast(coalesce(case_counts.cases, 0) as bigint) as cases,
        cast(coalesce(case_counts.extra_defendants, 0) as bigint) as extra_defendants,
        cast(coalesce(defendant_counts.defendants, 0) as bigint) as defendants,
        cast(coalesce(defendant_counts.organisations, 0) as bigint) as organisations,
        cast(coalesce(person_counts.further_appearances, 0) as bigint) as further_appearances,
        cast(coalesce(person_counts.persons, 0) as bigint) as persons
    from places
    left join defendant_counts
        on
            places.snapshot_date = defendant_counts.snapshot_date
            and places.jurisdiction = defendant_counts.jurisdiction
            and places.court_code = defendant_counts.court_code
    left join case_counts
        on
            places.snapshot_date = case_counts.snapshot_date
            and places.jurisdiction = case_counts.jurisdiction
            and places.court_code = case_counts.court_code
    left join person_counts
        on
            places.snapshot_date = person_counts.snapshot_date
            and places.jurisdiction = person_counts.jurisdiction
            and places.court_code = person_counts.court_code
)

select
    counts.snapshot_date,
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
    counts.cases,
    counts.extra_defendants,
    counts.defendants,
    counts.organisations + counts.further_appearances as repeat_appearances,
    counts.further_appearances as repeat_appearances_of_persons,
    counts.organisations,
    counts.persons,
    {{ justice.persons_bounds(
        'counts.persons',
        '(counts.persons + counts.further_appearances)',
        'error_rates.false_link_rate_high',
        'error_rates.missed_link_rate_high'
    ) }},
    abs(counts.cases + counts.extra_defendants - counts.defendants)
    + abs(counts.persons + counts.organisations + counts.further_appearances - counts.defendants) as residual,
    month_ends.is_before_first_extract,
    {{ justice.coverage('counts.snapshot_date', 'month', area='counts.court_code') }} as coverage,
    month_ends.data_as_of
from counts
inner join month_ends
    on counts.snapshot_date = month_ends.snapshot_date
left join courts
    on counts.court_code = courts.court_ou_code
cross join error_rates
