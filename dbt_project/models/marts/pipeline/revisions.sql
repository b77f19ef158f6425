{#-
    Declared here, filled by the publication (`orchestration/publish/revisions.py`): which cells changed is known only
    once this build is held against the published one. In the private build it has no rows.
-#}
with newest_extract as (
    select * from {{ ref('newest_extract') }}
)

select
    cast(null as {{ dbt.type_string() }}) as mart,
    cast(null as {{ dbt.type_string() }}) as key,
    cast(null as {{ dbt.type_string() }}) as measure,
    cast(null as {{ dbt.type_string() }}) as change,
    cast(null as {{ dbt.type_string() }}) as cause,
    cast(null as {{ dbt.type_string() }}) as cause_detail,
    cast(null as {{ dbt.type_string() }}) as previous_build_id,
    cast(null as {{ dbt.type_string() }}) as build_id,
    cast(null as double) as old_value,
    cast(null as double) as new_value,
    cast(null as double) as difference,
    cast(null as boolean) as is_only_possible_cause,
    cast(null as date) as previous_data_as_of,
    {{ justice.data_as_of() }} as data_as_of
from newest_extract
where 1 = 0
