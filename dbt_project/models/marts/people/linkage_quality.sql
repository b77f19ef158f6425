with quality as (
    select * from {{ ref('linkage_accuracy') }}
)

select
    model_version,
    source,
    measure,
    breakdown,
    breakdown_value,
    unit,
    numerator,
    denominator,
    value,
    ci_low,
    ci_high,
    match_weight,
    reason,
    value_of_whole,
    points_below_whole,
    points_best_to_worst,
    is_below_whole,
    {{ justice.data_as_of() }} as data_as_of
from quality
