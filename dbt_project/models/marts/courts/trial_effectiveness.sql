{%- set classes = ['effective', 'cracked', 'ineffective'] -%}

with hearings as (
    select * from {{ ref('hearings') }}
),

trial_outcomes as (
    select * from {{ ref('trial_outcomes') }}
),

courts as (
    select * from {{ ref('courts') }}
),

recorded_listings as (
    select * from {{ ref('trial_listings') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
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
        recorded_listings.is_initial,
        observation_window.data_as_of
    from recorded_listings
    inner join hearings
        on recorded_listings.hearing_id = hearings.hearing_id
    cross join observation_window
    left join courts
        on hearings.court_code = courts.court_ou_code
    left join trial_outcomes
        on
            hearings.trial_outcome_class = trial_outcomes.outcome_class
            and hearings.trial_outcome_code = trial_outcomes.outcome_code
    where
        recorded_listings.hearing_id = recorded_listings.first_hearing_id
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
        {{ justice.count_where('has_outcome_class and is_initial') }} as initial_trials,
        {{ justice.count_where('is_in_denominator and is_initial') }} as initial_trials_in_denominator,
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
        {%- for class in classes %}
        sum(case when outcome_class = '{{ class | upper }}' then trials else 0 end)
            over (partition by quarter, court_code, jurisdiction) as court_{{ class }},
        sum(case when outcome_class = '{{ class | upper }}' then initial_trials else 0 end)
            over (partition by quarter, court_code, jurisdiction) as court_initial_{{ class }},
        {%- endfor %}
        sum(trials_in_denominator) over (partition by quarter, court_code, jurisdiction) as court_trials,
        sum(initial_trials_in_denominator) over (partition by quarter, court_code, jurisdiction) as court_initial_trials
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
    {%- for class in classes %}
    {{ justice.rate('court_' ~ class, 'court_trials') }} as {{ class }}_rate,
    {%- endfor %}
    initial_trials,
    initial_trials_in_denominator,
    {%- for class in classes %}
    {{ justice.rate('court_initial_' ~ class, 'court_initial_trials') }} as initial_{{ class }}_rate,
    {%- endfor %}
    {{ justice.coverage('with_court_totals.quarter', 'quarter', area='with_court_totals.court_code') }} as coverage,
    data_as_of
from with_court_totals
