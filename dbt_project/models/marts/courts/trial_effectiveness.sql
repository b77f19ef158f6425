with hearings as (
    select * from {{ ref('hearings') }}
),

trial_outcomes as (
    select * from {{ ref('trial_outcomes') }}
),

courts as (
    select * from {{ ref('courts') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

listed_cases as (
    select
        hearing_id,
        {{ justice.join_distinct('case_id') }} as case_ids
    from appearances
    group by hearing_id
),

-- A case that moved from one system to another lists its trial under two hearing ids: the same cases, court, day and
-- outcome are one listing sent again.
ranked_listings as (
    select
        hearings.*,
        case
            when listed_cases.case_ids is null then 1
            else row_number() over (
                    partition by
                        listed_cases.case_ids,
                        hearings.jurisdiction_code,
                        hearings.court_code,
                        hearings.hearing_date,
                        hearings.trial_outcome_class,
                        hearings.trial_outcome_code
                    order by hearings.hearing_id asc
                )
        end as listing_rank
    from hearings
    left join listed_cases
        on hearings.hearing_id = listed_cases.hearing_id
    where hearings.is_listed_for_trial
),

-- A trial still to come has no outcome to miss.
trial_listings as (
    select
        {{ justice.quarter_start('hearings.hearing_date') }} as quarter,
        {{ justice.or_unknown('hearings.court_code') }} as court_code,
        {{ justice.or_unknown('courts.name') }} as court_name,
        hearings.court_region,
        hearings.jurisdiction_code as jurisdiction,
        {{ justice.or_unknown('hearings.trial_outcome_class') }} as outcome_class,
        {{ justice.or_unknown('hearings.trial_outcome_code') }} as outcome_code,
        {{ justice.or_unknown('trial_outcomes.label') }} as outcome_label,
        {{ justice.or_unknown('trial_outcomes.attribution') }} as attribution,
        hearings.trial_outcome_class is not null as has_outcome_class,
        {{ justice.is_trial_in_denominator('hearings.trial_outcome_class') }} as is_in_denominator,
        observation_window.data_as_of
    from ranked_listings as hearings
    cross join observation_window
    left join courts
        on hearings.court_code = courts.court_ou_code
    left join trial_outcomes
        on
            hearings.trial_outcome_class = trial_outcomes.outcome_class
            and hearings.trial_outcome_code = trial_outcomes.outcome_code
    where
        hearings.listing_rank = 1
        and hearings.hearing_date <= observation_window.data_as_of
),

listings_by_reason as (
    select
        quarter,
        court_code,
        court_name,
        court_region,
        jurisdiction,
        outcome_class,
        outcome_code,
        outcome_label,
        attribution,
        count(*) as listings,
        {{ justice.count_where('has_outcome_class') }} as trials,
        {{ justice.count_where('is_in_denominator') }} as trials_in_denominator,
        max(data_as_of) as data_as_of
    from trial_listings
    group by
        quarter,
        court_code,
        court_name,
        court_region,
        jurisdiction,
        outcome_class,
        outcome_code,
        outcome_label,
        attribution
),

with_court_totals as (
    select
        *,
        sum(trials_in_denominator) over (partition by quarter, court_code, jurisdiction) as court_trials,
        sum(case when outcome_class = 'EFFECTIVE' then trials else 0 end)
            over (partition by quarter, court_code, jurisdiction) as court_effective,
        sum(case when outcome_class = 'CRACKED' then trials else 0 end)
            over (partition by quarter, court_code, jurisdiction) as court_cracked,
        sum(case when outcome_class = 'INEFFECTIVE' then trials else 0 end)
            over (partition by quarter, court_code, jurisdiction) as court_ineffective
    from listings_by_reason
)

select
    quarter,
    court_code,
    court_name,
    court_region,
    jurisdiction,
    outcome_class,
    outcome_code,
    outcome_label,
    attribution,
    listings,
    trials,
    trials_in_denominator,
    {{ justice.rate('trials_in_denominator', 'court_trials') }} as share_of_trials,
    {%- for class in ['effective', 'cracked', 'ineffective'] %}
    {{ justice.rate('court_' ~ class, 'court_trials') }} as {{ class }}_rate,
    {%- endfor %}
    data_as_of
from with_court_totals
