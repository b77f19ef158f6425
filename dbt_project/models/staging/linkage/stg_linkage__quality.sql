with quality as (
    select * from {{ justice.files_of('linkage', 'quality') }}
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
    reason
from quality
