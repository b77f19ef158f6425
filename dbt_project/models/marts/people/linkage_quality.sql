with quality as (
    select * from {{ ref('linkage_accuracy') }}
)

select
    {%- for column in justice.linkage_accuracy_columns() %}
    {{ column }},
    {%- endfor %}
    value_of_whole,
    points_below_whole,
    points_best_to_worst,
    is_below_whole,
    {{ justice.data_as_of() }} as data_as_of
from quality
