{#- By hand, because searches have no key: identical rows are distinct searches; a file replaces its whole month. -#}
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
    {{ justice.typed_rows('police', 'stop_search') }}
)

select
    {{ justice.record_key([
        'typed.force_slug', 'substring(cast(typed.period_month as ' ~ dbt.type_string() ~ '), 1, 7)', 'typed.row_number'
    ]) }} as encounter_key,
    typed.force_slug,
    {{ justice.known_code('typed.force_slug', 'forces_by_slug.force_code') }} as force_code,
    typed.period_month,
    {{ justice.staged_columns('police', 'stop_search', but='searched_at') }},
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
