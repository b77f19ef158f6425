{%- set cell = 'quarter, force_code, release_type' -%}
{%- set survival_window =
    'partition by ' ~ cell ~ ' order by days asc rows between unbounded preceding and current row' -%}

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

-- Kaplan-Meier: at each length at which a release ended, the share of those released so long for which it did not.
lengths as (
    select
        {{ cell }},
        days,
        count(*) as reached,
        {{ justice.count_where('not is_open') }} as ended
    from observed_spells
    where days >= 0
    group by {{ cell }}, days
),

at_risk as (
    select
        {{ cell }},
        days,
        ended,
        sum(reached) over (
            partition by {{ cell }}
            order by days desc
            rows between unbounded preceding and current row
        ) as released_so_long
    from lengths
),

staying as (
    select
        {{ cell }},
        days,
        1.0 - cast(ended as double) / released_so_long as staying_share
    from at_risk
),

survival as (
    select
        {{ cell }},
        days,
        round({{ justice.running_product('staying_share', survival_window) }}, 6) as still_released_share
    from staying
),

durations as (
    select
        {{ cell }},
        {%- for threshold in justice.pre_charge_thresholds() %}
        case
            when max(days) >= {{ threshold }} or min(still_released_share) = 0
                then coalesce(min(case when days <= {{ threshold }} then still_released_share end), 1.0)
        end as share_over_{{ threshold }},
        {%- endfor %}
        cast(min(case when still_released_share <= 0.5 then days end) as double) as median_days
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
