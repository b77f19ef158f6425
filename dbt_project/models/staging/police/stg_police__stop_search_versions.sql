with forces_by_slug as (
    select
        slug,
        min(force_code) as force_code
    from {{ ref('police_forces') }}
    group by slug
),

delivered as (
    {{ justice.accepted_rows('police', 'stop_search') }}
),

typed as (
    select
        {{ justice.typed('police', 'stop_search', 'type') }} as search_type,
        {{ justice.typed('police', 'stop_search', 'part_of_a_policing_operation') }} as part_of_a_policing_operation,
        {{ justice.typed('police', 'stop_search', 'policing_operation') }} as policing_operation,
        {{ justice.typed('police', 'stop_search', 'latitude') }} as latitude,
        {{ justice.typed('police', 'stop_search', 'longitude') }} as longitude,
        {{ justice.typed('police', 'stop_search', 'gender') }} as gender,
        {{ justice.typed('police', 'stop_search', 'age_range') }} as age_range,
        {{ justice.typed('police', 'stop_search', 'self_defined_ethnicity') }} as self_defined_ethnicity,
        {{ justice.typed('police', 'stop_search', 'officer_defined_ethnicity') }} as officer_defined_ethnicity,
        {{ justice.typed('police', 'stop_search', 'legislation') }} as legislation,
        {{ justice.typed('police', 'stop_search', 'object_of_search') }} as object_of_search,
        {{ justice.typed('police', 'stop_search', 'outcome') }} as outcome,
        {{ justice.typed('police', 'stop_search', 'outcome_linked_to_object_of_search') }}
            as outcome_linked_to_object_of_search,
        {{ justice.typed('police', 'stop_search', 'removal_of_more_than_just_outer_clothing') }}
            as removal_of_more_than_just_outer_clothing,
        {{ justice.typed('police', 'stop_search', 'date') }} as searched_at,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _force_slug as force_slug,
        _period_month as period_month,
        _file_sequence as file_sequence,
        _is_newest_delivery as is_newest_delivery
    from delivered
)

select
    {{ justice.record_key([
        'typed.force_slug', 'substring(cast(typed.period_month as ' ~ dbt.type_string() ~ '), 1, 7)', 'typed.row_number'
    ]) }} as encounter_key,
    typed.force_slug,
    {{ justice.known_code('typed.force_slug', 'forces_by_slug.force_code') }} as force_code,
    typed.period_month,
    typed.search_type,
    typed.part_of_a_policing_operation,
    typed.policing_operation,
    typed.latitude,
    typed.longitude,
    {{ justice.gender_from_text('typed.gender') }} as gender,
    typed.age_range,
    typed.self_defined_ethnicity,
    typed.officer_defined_ethnicity,
    typed.legislation,
    typed.object_of_search,
    typed.outcome,
    typed.outcome_linked_to_object_of_search,
    typed.removal_of_more_than_just_outer_clothing,
    typed.searched_at,
    dense_rank() over (
        partition by typed.force_slug, typed.period_month
        order by typed.extract_date, typed.file_sequence, typed.delivery_id
    ) as version_number,
    typed.delivery_id,
    typed.row_number,
    typed.is_newest_delivery as is_current,
    typed.extract_date,
    min(typed.extract_date) over (partition by typed.force_slug, typed.period_month) as first_extract_date
from typed
left join forces_by_slug
    on typed.force_slug = forces_by_slug.slug
