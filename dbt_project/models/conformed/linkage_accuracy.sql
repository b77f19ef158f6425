with quality as (
    select * from {{ ref('stg_linkage__quality') }}
),

-- Accuracy of the whole population, which that of each part is held against.
whole as (
    select
        source,
        measure,
        unit,
        value
    from quality
    where
        breakdown = 'all'
        and measure in ('precision', 'recall', 'f1')
),

compared as (
    select
        {%- for column in justice.linkage_accuracy_columns() %}
        quality.{{ column }},
        {%- endfor %}
        whole.value as value_of_whole,
        -- Rounded, so that exactly 2 points are 2 points.
        round((whole.value - quality.value) * 100, 6) as points_below_whole
    from quality
    left join whole
        on
            quality.source = whole.source
            and quality.measure = whole.measure
            and quality.unit = whole.unit
            and quality.breakdown not in ('all', 'threshold')
)

select
    {%- for column in justice.linkage_accuracy_columns() %}
    {{ column }},
    {%- endfor %}
    value_of_whole,
    points_below_whole,
    coalesce(points_below_whole > 2, false) as is_below_whole,
    round(
        (
            max(value) over (partition by source, measure, unit, breakdown)
            - min(value) over (partition by source, measure, unit, breakdown)
        ) * case when value_of_whole is not null then 100 end,
        6
    ) as points_best_to_worst
from compared
