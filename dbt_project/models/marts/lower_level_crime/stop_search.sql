with encounters as (
    select * from {{ ref('encounters') }}
),

police_forces as (
    select * from {{ ref('police_forces') }}
),

searches as (
    select
        encounters.month,
        encounters.force_code,
        encounters.force_slug,
        {{ justice.or_unknown('encounters.search_type') }} as search_type,
        encounters.self_defined_group,
        encounters.officer_defined_group,
        encounters.gender,
        encounters.age_range,
        {{ justice.or_unknown('encounters.object_of_search') }} as object_of_search,
        {{ justice.or_unknown('encounters.legislation') }} as legislation,
        encounters.outcome is not null as has_outcome,
        encounters.outcome is not null and not encounters.is_no_further_action as is_outcome_found,
        encounters.is_arrest,
        encounters.is_no_further_action,
        coalesce(encounters.is_linked_outcome, false) as is_linked_outcome,
        {{ justice.coverage('encounters.month', 'month', area='encounters.force_code', area_type='force') }} as coverage
    from encounters
    where encounters.encounter_type = 'search'
)

select
    searches.month,
    searches.force_code as force,
    police_forces.name as force_name,
    searches.force_slug,
    searches.search_type as type,
    searches.self_defined_group,
    searches.officer_defined_group,
    searches.gender,
    searches.age_range,
    searches.object_of_search as object,
    searches.legislation,
    count(*) as searches,
    {{ justice.count_where('searches.is_arrest') }} as arrests,
    {{ justice.count_where('searches.is_outcome_found') }} as outcomes_found,
    {{ justice.count_where('searches.is_outcome_found and searches.is_linked_outcome') }} as linked_outcomes,
    {{ justice.count_where('searches.is_no_further_action') }} as nfa,
    {{ justice.count_where('not searches.has_outcome') }} as outcomes_not_recorded,
    max(searches.coverage) as coverage,
    {{ justice.data_as_of() }} as data_as_of
from searches
left join police_forces
    on searches.force_code = police_forces.force_code
group by
    searches.month,
    searches.force_code,
    police_forces.name,
    searches.force_slug,
    searches.search_type,
    searches.self_defined_group,
    searches.officer_defined_group,
    searches.gender,
    searches.age_range,
    searches.object_of_search,
    searches.legislation
