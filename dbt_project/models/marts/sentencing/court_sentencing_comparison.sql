{#- Fewer courts than this say too little of how much courts differ. -#}
{%- set fewest_courts = 10 -%}
{#- 97.5th percentile of the normal distribution: 95% of it lies between minus and plus this. -#}
{%- set normal_quantile = 1.959963985 -%}
{%- set group_columns = ['quarter', 'regime', 'measure', 'court_type', 'offence_group'] -%}

with expectations as (
    select * from {{ ref('int_sentencing_expectations') }}
),

courts as (
    select * from {{ ref('courts') }}
),

grouped_expectations as (
    select
        quarter,
        regime,
        measure,
        court_type,
        court_code,
        offence_group,
        n,
        outcome_total,
        expected_total,
        variance_total
    from expectations
    union all
    select
        quarter,
        regime,
        measure,
        court_type,
        court_code,
        'all' as offence_group,
        n,
        outcome_total,
        expected_total,
        variance_total
    from expectations
),

court_totals as (
    select
        quarter,
        regime,
        measure,
        court_type,
        court_code,
        offence_group,
        cast(sum(n) as bigint) as n,
        {{ justice.exact_total('outcome_total') }} as outcome_total,
        {{ justice.exact_total('expected_total', precision=28, scale=12) }} as expected_total,
        {{ justice.exact_total('variance_total', precision=28, scale=12) }} as variance_total
    from grouped_expectations
    group by quarter, regime, measure, court_type, court_code, offence_group
),

court_differences as (
    select
        *,
        outcome_total / n as observed,
        expected_total / n as expected,
        (outcome_total - expected_total) / n as difference,
        variance_total / n / n as chance_variance
    from court_totals
),

-- First pass: how much the courts differ beyond chance, by the method of moments with cases as weights.
moments as (
    select
        {{ group_columns | join(', ') }},
        cast(count(*) as double) as courts_compared,
        cast(sum(n) as double) as cases_compared,
        {{ justice.exact_total('outcome_total') }} as outcome_total,
        {{ justice.exact_total('n * difference * difference', precision=28, scale=12) }} as spread,
        {{ justice.exact_total('n * chance_variance', precision=28, scale=12) }} as chance_spread,
        {{ justice.exact_total('variance_total', precision=28, scale=12) }} as variance_total,
        cast(sum(n * n) as double) as squared_cases
    from court_differences
    group by {{ group_columns | join(', ') }}
),

between_courts as (
    select
        {{ group_columns | join(', ') }},
        courts_compared,
        outcome_total / cases_compared as national,
        greatest(
            (spread - (chance_spread - variance_total / cases_compared))
            / nullif(cases_compared - squared_cases / cases_compared, 0.0),
            0.0
        ) as between_variance
    from moments
),

compared_courts as (
    select
        court_differences.*,
        between_courts.courts_compared,
        between_courts.national,
        case when between_courts.courts_compared >= {{ fewest_courts }} then between_courts.between_variance end
            as between_variance,
        1.0 / nullif(court_differences.chance_variance + between_courts.between_variance, 0.0) as precision_weight
    from court_differences
    inner join between_courts
        on
            court_differences.quarter = between_courts.quarter
            and court_differences.regime = between_courts.regime
            and court_differences.measure = between_courts.measure
            and court_differences.court_type = between_courts.court_type
            and court_differences.offence_group = between_courts.offence_group
),

-- Second pass: the usual variance by chance, for the part of the interval that is about the pull itself.
usual_variances as (
    select
        {{ group_columns | join(', ') }},
        {{ justice.exact_total('precision_weight * chance_variance', precision=28, scale=12) }}
        / nullif({{ justice.exact_total('precision_weight', precision=28, scale=12) }}, 0.0) as usual_variance
    from compared_courts
    group by {{ group_columns | join(', ') }}
),

pulled_courts as (
    select
        compared_courts.*,
        usual_variances.usual_variance,
        case
            when compared_courts.between_variance is not null
                then
                    (compared_courts.courts_compared - 3.0) / nullif(compared_courts.courts_compared - 1.0, 0.0)
                    * coalesce(compared_courts.chance_variance * compared_courts.precision_weight, 1.0)
        end as pull
    from compared_courts
    inner join usual_variances
        on
            compared_courts.quarter = usual_variances.quarter
            and compared_courts.regime = usual_variances.regime
            and compared_courts.measure = usual_variances.measure
            and compared_courts.court_type = usual_variances.court_type
            and compared_courts.offence_group = usual_variances.offence_group
),

estimated_courts as (
    select
        *,
        (1.0 - pull) * difference as own_difference,
        sqrt(
            chance_variance * (1.0 - (courts_compared - 1.0) / courts_compared * pull)
            + 2.0 / nullif(courts_compared - 3.0, 0.0) * pull * pull * difference * difference
            * coalesce((usual_variance + between_variance) * precision_weight, 1.0)
        ) as standard_error
    from pulled_courts
),

bounded_courts as (
    select
        *,
        national + own_difference as adjusted,
        national + own_difference - {{ normal_quantile }} * standard_error as low,
        national + own_difference + {{ normal_quantile }} * standard_error as high,
        case when measure = 'custody_rate' then 1.0 end as highest_value
    from estimated_courts
)

select
    bounded_courts.quarter,
    bounded_courts.regime,
    bounded_courts.court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    bounded_courts.court_type,
    {{ justice.or_unknown('courts.region') }} as court_region,
    bounded_courts.offence_group,
    bounded_courts.measure,
    bounded_courts.n,
    bounded_courts.observed,
    bounded_courts.expected,
    bounded_courts.national,
    {%- for estimate in ['adjusted', 'low', 'high'] %}
    case
        when bounded_courts.{{ estimate }} is not null
            then greatest(least(bounded_courts.{{ estimate }}, bounded_courts.highest_value), 0.0)
    end as {{ estimate }},
    {%- endfor %}
    1.0 - bounded_courts.pull as own_weight,
    sqrt(bounded_courts.between_variance) as between_court_deviation,
    cast(bounded_courts.courts_compared as bigint) as courts_compared,
    case
        when bounded_courts.standard_error is not null
            then abs(bounded_courts.own_difference) > {{ normal_quantile }} * bounded_courts.standard_error
    end as is_different,
    {{ justice.add_months('bounded_courts.quarter', -9) }} as window_start_date,
    least({{ justice.add_days(justice.add_months('bounded_courts.quarter', 3), -1) }}, {{ justice.data_as_of() }})
        as window_end_date,
    {{ justice.coverage('bounded_courts.quarter', 'four_quarters', area='bounded_courts.court_code') }} as coverage,
    {{ justice.data_as_of() }} as data_as_of
from bounded_courts
left join courts
    on bounded_courts.court_code = courts.court_ou_code
