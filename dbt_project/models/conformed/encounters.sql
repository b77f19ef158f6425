with searches as (
    select * from {{ ref('stg_police__stop_search') }}
),

accounts as (
    select * from {{ ref('stg_police__stop_account') }}
),

police_forces as (
    select * from {{ ref('police_forces') }}
),

ethnicities as (
    select * from {{ ref('ethnicities') }}
),

officer_ethnicities as (
    select * from {{ ref('officer_ethnicities') }}
),

search_ethnicity_wordings as (
    select * from {{ ref('search_ethnicity_wordings') }}
),

search_outcomes as (
    select * from {{ ref('search_outcomes') }}
),

whole_wordings as (
    select
        wording,
        ethnicity_group
    from search_ethnicity_wordings
    where match = 'exact'
),

-- The group stands before the dash, whatever the list (16+1, 18+1) says after it.
group_wordings as (
    select
        wording,
        ethnicity_group
    from search_ethnicity_wordings
    where match = 'prefix'
),

-- Forces write one outcome in capitals and in small letters: what reads alike counts alike.
outcome_wordings as (
    select
        {{ justice.snake_case('outcome') }} as wording,
        bool_or(is_arrest) as is_arrest,
        bool_or(is_no_further_action) as is_no_further_action
    from search_outcomes
    group by {{ justice.snake_case('outcome') }}
),

search_encounters as (
    select
        searches.encounter_key as encounter_id,
        'search' as encounter_type,
        searches.force_code,
        searches.force_slug,
        searches.searched_at as encounter_at,
        {{ justice.snake_case('searches.search_type') }} as search_type,
        searches.gender,
        searches.age_range,
        searches.self_defined_ethnicity,
        coalesce(whole_wordings.ethnicity_group, group_wordings.ethnicity_group) as self_defined_group,
        officer_wordings.ethnicity_group as officer_defined_group,
        {{ justice.snake_case('searches.object_of_search') }} as object_of_search,
        {{ justice.snake_case('searches.legislation') }} as legislation,
        cast(null as {{ dbt.type_string() }}) as reason_code,
        nullif({{ justice.snake_case('searches.outcome') }}, 'false') as outcome,
        coalesce(outcome_wordings.is_arrest, false) as is_arrest,
        coalesce(outcome_wordings.is_no_further_action, false) as is_no_further_action,
        searches.outcome_linked_to_object_of_search as is_linked_outcome,
        searches.part_of_a_policing_operation as is_part_of_operation,
        searches.removal_of_more_than_just_outer_clothing as is_more_than_outer_clothing_removed,
        cast(null as boolean) as is_receipt_offered,
        searches.period_month as file_month
    from searches
    left join whole_wordings
        on lower(trim(searches.self_defined_ethnicity)) = whole_wordings.wording
    left join group_wordings
        on {{ justice.words_before_dash('searches.self_defined_ethnicity') }} = group_wordings.wording
    left join group_wordings as officer_wordings
        on {{ justice.words_before_dash('searches.officer_defined_ethnicity') }} = officer_wordings.wording
    left join outcome_wordings
        on {{ justice.snake_case('searches.outcome') }} = outcome_wordings.wording
),

account_encounters as (
    select
        'account|' || accounts.record_key as encounter_id,
        'account' as encounter_type,
        accounts.force_code,
        police_forces.slug as force_slug,
        accounts.encounter_at,
        cast(null as {{ dbt.type_string() }}) as search_type,
        accounts.gender,
        accounts.age_range,
        accounts.self_defined_ethnicity,
        ethnicities.group_5 as self_defined_group,
        officer_ethnicities.group_5 as officer_defined_group,
        cast(null as {{ dbt.type_string() }}) as object_of_search,
        cast(null as {{ dbt.type_string() }}) as legislation,
        accounts.reason_code,
        cast(null as {{ dbt.type_string() }}) as outcome,
        false as is_arrest,
        false as is_no_further_action,
        cast(null as boolean) as is_linked_outcome,
        cast(null as boolean) as is_part_of_operation,
        cast(null as boolean) as is_more_than_outer_clothing_removed,
        accounts.receipt_offered as is_receipt_offered,
        cast(null as date) as file_month
    from accounts
    left join police_forces
        on accounts.force_code = police_forces.force_code
    left join ethnicities
        on accounts.self_defined_ethnicity = ethnicities.ethnicity_code
    left join officer_ethnicities
        on accounts.officer_defined_ethnicity = officer_ethnicities.officer_ethnicity_code
),

all_encounters as (
    select * from search_encounters
    union all
    select * from account_encounters
)

select
    encounter_id,
    encounter_type,
    force_code,
    force_slug,
    search_type,
    {{ justice.or_unknown('gender') }} as gender,
    {{ justice.or_unknown("replace(lower(age_range), ' ', '_')") }} as age_range,
    self_defined_ethnicity,
    {{ justice.or_unknown('self_defined_group') }} as self_defined_group,
    {{ justice.or_unknown('officer_defined_group') }} as officer_defined_group,
    object_of_search,
    legislation,
    reason_code,
    outcome,
    is_arrest,
    is_no_further_action,
    is_linked_outcome,
    is_part_of_operation,
    is_more_than_outer_clothing_removed,
    is_receipt_offered,
    encounter_at,
    {{ justice.london_date('encounter_at') }} as encounter_local_date,
    -- A search without a date belongs to the month whose file it stands in.
    coalesce({{ justice.london_month('encounter_at') }}, file_month) as month,
    file_month
from all_encounters
