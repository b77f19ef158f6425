with hearings as (
    select * from {{ ref('hearings') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

listed_cases as (
    select
        hearing_id,
        {{ justice.join_distinct('case_id') }} as case_ids
    from appearances
    group by hearing_id
),

case_listings as (
    select distinct
        appearances.case_id,
        hearings.jurisdiction_code,
        hearings.hearing_id,
        hearings.hearing_date
    from appearances
    inner join hearings
        on appearances.hearing_id = hearings.hearing_id
    where
        hearings.is_listed_for_trial
        and hearings.hearing_date is not null
        and appearances.case_id is not null
),

ranked_case_listings as (
    select
        hearing_id,
        row_number() over (
            partition by case_id, jurisdiction_code
            order by hearing_date asc, hearing_id asc
        ) as listing_number
    from case_listings
),

initial_listings as (
    select
        hearing_id,
        max(listing_number) = 1 as is_initial
    from ranked_case_listings
    group by hearing_id
),

-- Of a hearing nobody is known to appear at, nothing says that it is another one again.
matched_listings as (
    select
        hearings.hearing_id,
        coalesce(listed_cases.case_ids, hearings.hearing_id) as listed,
        hearings.jurisdiction_code,
        hearings.court_code,
        hearings.trial_outcome_class,
        hearings.trial_outcome_code,
        hearings.hearing_date
    from hearings
    left join listed_cases
        on hearings.hearing_id = listed_cases.hearing_id
    where hearings.is_listed_for_trial
)

select
    matched_listings.hearing_id,
    min(matched_listings.hearing_id) over (
        partition by
            matched_listings.listed,
            matched_listings.jurisdiction_code,
            matched_listings.court_code,
            matched_listings.hearing_date,
            matched_listings.trial_outcome_class,
            matched_listings.trial_outcome_code
    ) as first_hearing_id,
    coalesce(initial_listings.is_initial, true) as is_initial
from matched_listings
left join initial_listings
    on matched_listings.hearing_id = initial_listings.hearing_id
