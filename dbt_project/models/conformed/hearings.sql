with recorded_hearings as (
    select * from {{ ref('stg_hmcts__hearings') }}
),

courts as (
    select * from {{ ref('courts') }}
),

judicial_key as (
    select * from {{ ref('stg_build__judicial_key') }}
)

select
    recorded_hearings.hearing_id,
    recorded_hearings.jurisdiction as jurisdiction_code,
    recorded_hearings.court_ou_code as court_code,
    {{ justice.or_unknown('courts.court_type') }} as court_type,
    {{ justice.or_unknown('courts.region') }} as court_region,
    recorded_hearings.hearing_type_code,
    recorded_hearings.trial_outcome_class,
    recorded_hearings.trial_outcome_code,
    {{ justice.hmac_token('recorded_hearings.judicial_officer_id', 'judicial_key.judicial_key') }}
        as judicial_officer_token,
    recorded_hearings.sitting_minutes,
    coalesce(recorded_hearings.listed_for_trial, false) as is_listed_for_trial,
    recorded_hearings.hearing_date
from recorded_hearings
left join courts
    on recorded_hearings.court_ou_code = courts.court_ou_code
cross join judicial_key
