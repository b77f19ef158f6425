with versions as (
    select * from {{ ref('stg_police__stop_search_versions') }}
)

select
    encounter_key,
    force_slug,
    force_code,
    period_month,
    {{ justice.staged_names('police', 'stop_search') | reject('equalto', 'searched_at') | join(',\n    ') }},
    searched_at,
    extract_date,
    first_extract_date
from versions
where is_current
