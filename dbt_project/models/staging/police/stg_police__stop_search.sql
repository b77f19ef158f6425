with versions as (
    select * from {{ ref('stg_police__stop_search_versions') }}
)

select
    encounter_key,
    force_slug,
    force_code,
    period_month,
    search_type,
    part_of_a_policing_operation,
    policing_operation,
    latitude,
    longitude,
    gender,
    age_range,
    self_defined_ethnicity,
    officer_defined_ethnicity,
    legislation,
    object_of_search,
    outcome,
    outcome_linked_to_object_of_search,
    removal_of_more_than_just_outer_clothing,
    searched_at,
    extract_date,
    first_extract_date
from versions
where is_current
