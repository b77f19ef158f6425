with hearings as (
    select * from {{ ref('hearings') }}
),

courts as (
    select * from {{ ref('courts') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

held as (
    select
        {{ justice.quarter_start('hearings.hearing_date') }} as quarter,
        {{ justice.or_unknown('hearings.court_code') }} as court_code,
        {{ justice.or_unknown('courts.name') }} as court_name,
        hearings.court_region,
        hearings.jurisdiction_code as jurisdiction,
        hearings.is_listed_for_trial,
        hearings.sitting_minutes,
        hearings.judicial_officer_token,
        {{ justice.coverage('hearings.hearing_date', 'quarter', area='hearings.court_code') }} as coverage,
        observation_window.data_as_of
    from hearings
    cross join observation_window
    left join courts
        on hearings.court_code = courts.court_ou_code
    where hearings.hearing_date <= observation_window.data_as_of
)

select
    quarter,
    court_code,
    court_name,
    court_region,
    jurisdiction,
    count(*) as hearings,
    {{ justice.count_where('is_listed_for_trial') }} as hearings_listed_for_trial,
    count(sitting_minutes) as hearings_with_minutes,
    cast(coalesce(sum(sitting_minutes), 0) as bigint) as sitting_minutes,
    count(distinct judicial_officer_token) as judicial_officers,
    {{ justice.count_where('judicial_officer_token is null') }} as hearings_without_officer,
    max(coverage) as coverage,
    max(data_as_of) as data_as_of
from held
group by quarter, court_code, court_name, court_region, jurisdiction
