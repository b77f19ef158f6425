{%- set cell = 'quarter, force_code, release_type' -%}

with release_spells as (
    select * from {{ ref('police_release_spells') }}
),

police_forces as (
    select * from {{ ref('police_forces') }}
),

spells as (
    select
        {{ justice.quarter_start('start_date') }} as quarter,
        force_code,
        release_type,
        outcome,
        is_open,
        {{ justice.days_between('start_date', 'coalesce(end_date, observed_to_date)') }} as days
    from release_spells
    where start_date <= observed_to_date
),

spells_by_force as (
    select * from spells
    union all
    select
        quarter,
        'ALL' as force_code,
        release_type,
        outcome,
        is_open,
        days
    from spells
),

observed_spells as (
    select * from spells_by_force
    union all
    select
        quarter,
        force_code,
        'all' as release_type,
        outcome,
        is_open,
        days
    from spells_by_force
),

counts as (
    select
        {{ cell }},
        count(*) as spells,
        {{ justice.count_where('is_open') }} as still_released,
        {{ justice.count_where("outcome = 'charged'") }} as charged,
        {{ justice.count_where("outcome = 'out_of_court_disposal'") }} as out_of_court_disposals,
        {{ justice.count_where("outcome = 'other_release'") }} as other_releases,
        {{ justice.count_where("outcome = 'no_further_action'") }} as no_further_action,
        {{ justice.count_where('days < 0') }} as negative_n,
        cast({{ justice.sum_where('days', 'days >= 0 and not is_open') }} as bigint) as ended_days_total,
        {{ justice.count_where('days >= 0 and not is_open') }} as ended_n
    from observed_spells
    group by {{ cell }}
),

spells_with_length as (
    select * from observed_spells
    where days >= 0
),

survival as (
    {{ justice.kaplan_meier('spells_with_length', cell, 'days', 'not is_open') }}
),

durations as (
    select
        {{ cell }},
        {%- for threshold in justice.pre_charge_thresholds() %}
        {{ justice.survival_after(threshold) }} as share_over_{{ threshold }},
        {%- endfor %}
        {{ justice.days_until_survival(0.5) }} as median_days
    from survival
    group by {{ cell }}
),

observed_to as (
    select max(observed_to_date) as observed_to_date
    from release_spells
)

select
    counts.quarter,
    counts.force_code,
    case when counts.force_code = 'ALL' then 'All forces' else {{ justice.or_unknown('police_forces.name') }} end
        as force_name,
    counts.release_type,
    counts.spells,
    counts.still_released,
    counts.charged,
    counts.out_of_court_disposals,
    counts.other_releases,
    counts.no_further_action,
    counts.negative_n,
    counts.ended_n,
    {{ justice.rate('counts.ended_days_total', 'counts.ended_n') }} as ended_mean_days,
    durations.median_days,
    {%- for threshold in justice.pre_charge_thresholds() %}
    durations.share_over_{{ threshold }},
    {%- endfor %}
    {{ justice.coverage('counts.quarter', 'quarter', area='counts.force_code', area_type='force') }} as coverage,
    observed_to.observed_to_date as data_as_of
from counts
cross join observed_to
left join durations
    on
        counts.quarter = durations.quarter
        and counts.force_code = durations.force_code
        and counts.release_type = durations.release_type
left join police_forces
    on counts.force_code = police_forces.force_code
