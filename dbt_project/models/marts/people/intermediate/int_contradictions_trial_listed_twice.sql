with appearances as (
    select * from {{ ref('appearances') }}
),

trial_listings as (
    select * from {{ ref('trial_listings') }}
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
)

select
    appearances.appearance_id as subject_key,
    appearances.defendant_id,
    appearances.case_id,
    appearances.person_id,
    appearances.court_code,
    'one_trial_listing' as value_a,
    'two_hearing_ids' as value_b,
    0 as days_apart,
    appearances.hearing_date as event_date,
    horizons.court_to as observed_to
from trial_listings
inner join appearances
    on trial_listings.hearing_id = appearances.hearing_id
cross join horizons
where trial_listings.hearing_id <> trial_listings.first_hearing_id
