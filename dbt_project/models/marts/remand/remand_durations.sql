{%- set breakdowns = ['offence_group', 'sex', 'age_band', 'ethnicity_group', 'outcome', 'legal_status'] -%}
{%- set cell = 'measure, quarter, geography_level, geography_code, breakdown, breakdown_value' -%}

with remand_proceedings as (
    select * from {{ ref('remand_proceedings') }}
),

remand_spells as (
    select * from {{ ref('remand_spells') }}
),

remand_segments as (
    select * from {{ ref('remand_segments') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

courts as (
    select * from {{ ref('courts') }}
),

numbers as (
    {{ justice.number_series(399) }}
),

-- The stock begins with the first remand the prisons know of, whatever the courts have sent.
first_remand as (
    select min(start_date) as start_date
    from remand_segments
),

quarters as (
    select
        {{ justice.add_months(justice.quarter_start('first_remand.start_date'), '3 * numbers.number') }} as quarter,
        {{ justice.add_days(
            justice.add_months(justice.quarter_start('first_remand.start_date'), '3 * numbers.number + 3'), -1
        ) }} as quarter_end,
        observation_window.custody_as_of
    from first_remand
    cross join observation_window
    cross join numbers
),

stock_elapsed as (
    select
        'stock_elapsed' as measure,
        quarters.quarter,
        remand_segments.remand_episode_id,
        remand_segments.legal_status,
        {{ justice.days_between('remand_proceedings.entry_date', 'quarters.quarter_end') }} as days,
        false as has_left
    from quarters
    inner join remand_segments
        on
            quarters.quarter_end >= remand_segments.start_date
            and (remand_segments.end_date is null or quarters.quarter_end < remand_segments.end_date)
    inner join remand_proceedings
        on remand_segments.remand_episode_id = remand_proceedings.remand_episode_id
    where
        remand_segments.is_of_episode
        and quarters.quarter_end <= quarters.custody_as_of
),

completed_spell as (
    select
        'completed_spell' as measure,
        {{ justice.quarter_start('remand_spells.end_date') }} as quarter,
        remand_spells.remand_episode_id,
        remand_spells.legal_status,
        {{ justice.days_between('remand_spells.start_date', 'remand_spells.end_date') }} as days,
        true as has_left
    from remand_spells
    cross join observation_window
    where remand_spells.end_date <= observation_window.custody_as_of
),

net_proceeding as (
    select
        'net_proceeding' as measure,
        {{ justice.quarter_start('completion_date') }} as quarter,
        remand_episode_id,
        cast(null as {{ dbt.type_string() }}) as legal_status,
        days_net as days,
        true as has_left
    from remand_proceedings
    where
        is_completed
        and not is_open
),

ranked_first_spells as (
    select
        remand_episode_id,
        legal_status,
        row_number() over (
            partition by remand_episode_id
            order by start_date asc, {{ justice.legal_status_stage('legal_status') }} asc, custody_spell_id asc
        ) as spell_rank
    from remand_spells
),

-- Who came before the first extract is known only if still held then: with them a cohort would look long-lasting.
entry_cohort as (
    select
        'entry_cohort_km' as measure,
        {{ justice.quarter_start('remand_proceedings.entry_date') }} as quarter,
        remand_proceedings.remand_episode_id,
        ranked_first_spells.legal_status,
        remand_proceedings.days_net as days,
        not remand_proceedings.is_open as has_left
    from remand_proceedings
    inner join ranked_first_spells
        on
            remand_proceedings.remand_episode_id = ranked_first_spells.remand_episode_id
            and ranked_first_spells.spell_rank = 1
    cross join observation_window
    where
        observation_window.custody_observed_from is null
        or remand_proceedings.entry_date >= observation_window.custody_observed_from
),

observations as (
    select * from stock_elapsed
    union all
    select * from completed_spell
    union all
    select * from net_proceeding
    union all
    select * from entry_cohort
),

described_observations as (
    select
        observations.measure,
        observations.quarter,
        observations.days,
        observations.has_left,
        observations.legal_status,
        {{ justice.or_unknown('remand_proceedings.court_code') }} as court_code,
        remand_proceedings.court_region,
        remand_proceedings.offence_group,
        remand_proceedings.sex,
        remand_proceedings.age_band,
        remand_proceedings.ethnicity_group,
        remand_proceedings.outcome
    from observations
    inner join remand_proceedings
        on observations.remand_episode_id = remand_proceedings.remand_episode_id
),

located_observations as (
    select
        'national' as geography_level,
        'england_and_wales' as geography_code,
        described_observations.*
    from described_observations
    union all
    select
        'region' as geography_level,
        court_region as geography_code,
        described_observations.*
    from described_observations
    union all
    select
        'court' as geography_level,
        court_code as geography_code,
        described_observations.*
    from described_observations
),

broken_down_observations as (
    select
        measure,
        quarter,
        geography_level,
        geography_code,
        'all' as breakdown,
        'all' as breakdown_value,
        days,
        has_left
    from located_observations
    {%- for breakdown in breakdowns %}
    union all
    select
        measure,
        quarter,
        geography_level,
        geography_code,
        '{{ breakdown }}' as breakdown,
        {{ breakdown }} as breakdown_value,
        days,
        has_left
    from located_observations
    where {{ breakdown }} is not null
    {%- endfor %}
),

complete_durations as (
    select
        {{ cell }},
        round(avg(days), 6) as mean_days,
        round(cast({{ justice.percentile('days', 0.5) }} as double), 6) as median_days,
        round(cast({{ justice.percentile('days', 0.1) }} as double), 6) as p10_days,
        round(cast({{ justice.percentile('days', 0.9) }} as double), 6) as p90_days,
        {%- for threshold in justice.remand_thresholds() %}
        round({{ justice.rate(justice.count_where('days > ' ~ threshold), 'count(*)') }}, 6)
            as share_over_{{ threshold }},
        {%- endfor %}
        count(*) as n
    from broken_down_observations
    where measure <> 'entry_cohort_km'
    group by {{ cell }}
),

cohort_observations as (
    select * from broken_down_observations
    where measure = 'entry_cohort_km'
),

survival as (
    {{ justice.kaplan_meier('cohort_observations', cell, 'days', 'has_left') }}
),

cohort_durations as (
    select
        {{ cell }},
        cast(null as double) as mean_days,
        {{ justice.days_until_survival(0.5) }} as median_days,
        {{ justice.days_until_survival(0.9) }} as p10_days,
        {{ justice.days_until_survival(0.1) }} as p90_days,
        {%- for threshold in justice.remand_thresholds() %}
        {{ justice.survival_after(threshold) }} as share_over_{{ threshold }},
        {%- endfor %}
        cast(sum(observed) as bigint) as n
    from survival
    group by {{ cell }}
),

durations as (
    select * from complete_durations
    union all
    select * from cohort_durations
)

select
    durations.measure,
    durations.quarter,
    durations.geography_level,
    durations.geography_code,
    case durations.geography_level
        when 'national' then 'England and Wales'
        when 'court' then {{ justice.or_unknown('courts.name') }}
        else durations.geography_code
    end as geography_name,
    durations.breakdown,
    durations.breakdown_value,
    durations.n,
    durations.mean_days,
    durations.median_days,
    durations.p10_days,
    durations.p90_days,
    {%- for threshold in justice.remand_thresholds() %}
    durations.share_over_{{ threshold }},
    {%- endfor %}
    {{ justice.add_days(justice.add_months('durations.quarter', 3), -1) }} <= observation_window.custody_as_of
        as is_complete_quarter,
    {{ justice.coverage('durations.quarter', 'quarter') }} as coverage,
    observation_window.custody_as_of as data_as_of
from durations
left join courts
    on durations.geography_code = courts.court_ou_code
cross join observation_window
