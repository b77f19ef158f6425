{#- The mart of the same name keeps the model's name: dbt wants names to be distinct over all layers. -#}
{{ config(alias='out_of_court_disposals') }}

{#- Custody and crime systems may date one disposal this many days apart. -#}
{%- set recording_days = 7 -%}

with custody_records as (
    select * from {{ ref('stg_police__custody_records') }}
),

crime_disposals as (
    select * from {{ ref('stg_police__out_of_court_disposals') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

persons as (
    select * from {{ ref('persons') }}
),

offences as (
    select * from {{ ref('offences') }}
),

in_custody as (
    select
        custody_records.record_key,
        person_records.person_id,
        custody_records.force_code,
        case custody_records.disposal
            when 'COMMUNITY_RESOLUTION' then 'community_resolution'
            else 'caution'
        end as kind,
        custody_records.disposal = 'CONDITIONAL_CAUTION' as is_conditional_caution,
        custody_records.offence_code,
        custody_records.offence_date,
        {{ justice.london_date('coalesce(custody_records.disposal_at, custody_records.arrested_at)') }} as disposal_date
    from custody_records
    left join person_records
        on
            person_records.agency = 'police'
            and person_records.feed = 'custody_records'
            and {{ justice.arrest_key('custody_records.force_code_raw', 'custody_records.custody_number') }}
            = person_records.record_key
    where custody_records.disposal in ('CAUTION', 'CONDITIONAL_CAUTION', 'COMMUNITY_RESOLUTION')
),

in_crime_system as (
    select
        crime_disposals.record_key,
        person_records.person_id,
        crime_disposals.force_code,
        case crime_disposals.outcome_code
            when '2' then 'caution'
            when '3' then 'caution'
            when '6' then 'penalty_notice'
            when '7' then 'cannabis_warning'
            when '8' then 'community_resolution'
            when '22' then 'diversion'
            else 'unknown'
        end as kind,
        crime_disposals.outcome_code,
        crime_disposals.crime_ref,
        crime_disposals.offence_code,
        crime_disposals.offence_date,
        crime_disposals.outcome_date as disposal_date,
        crime_disposals.conditions,
        crime_disposals.completion_status,
        crime_disposals.conditions_due_date,
        crime_disposals.completed_date
    from crime_disposals
    left join person_records
        on
            person_records.agency = 'police'
            and person_records.feed = 'out_of_court_disposals'
            and crime_disposals.record_key = person_records.record_key
),

-- Two of a kind for one person, offence and day in both systems are two disposals: paired in the order of their keys.
custody_in_order as (
    select
        *,
        row_number() over (
            partition by person_id, force_code, kind, offence_code, disposal_date
            order by record_key asc
        ) as place
    from in_custody
),

crime_in_order as (
    select
        *,
        row_number() over (
            partition by person_id, force_code, kind, offence_code, disposal_date
            order by record_key asc
        ) as place
    from in_crime_system
),

exact_pairs as (
    select
        custody_in_order.record_key as custody_key,
        crime_in_order.record_key as crime_key
    from custody_in_order
    inner join crime_in_order
        on
            custody_in_order.person_id = crime_in_order.person_id
            and custody_in_order.force_code = crime_in_order.force_code
            and custody_in_order.kind = crime_in_order.kind
            and custody_in_order.offence_code = crime_in_order.offence_code
            and custody_in_order.disposal_date = crime_in_order.disposal_date
            and custody_in_order.place = crime_in_order.place
),

near_candidates as (
    select
        in_custody.record_key as custody_key,
        in_crime_system.record_key as crime_key,
        case when in_custody.offence_code = in_crime_system.offence_code then 0 else 1 end as offence_differs,
        abs({{ justice.days_between('in_custody.disposal_date', 'in_crime_system.disposal_date') }}) as days_apart
    from in_custody
    inner join in_crime_system
        on
            in_custody.person_id = in_crime_system.person_id
            and in_custody.force_code = in_crime_system.force_code
            and in_custody.kind = in_crime_system.kind
            and in_crime_system.disposal_date
            >= {{ justice.add_days('in_custody.disposal_date', -recording_days) }}
            and in_crime_system.disposal_date
            <= {{ justice.add_days('in_custody.disposal_date', recording_days) }}
    left join exact_pairs as paired_custody
        on in_custody.record_key = paired_custody.custody_key
    left join exact_pairs as paired_crime
        on in_crime_system.record_key = paired_crime.crime_key
    where
        paired_custody.custody_key is null
        and paired_crime.crime_key is null
),

ranked_near_candidates as (
    select
        custody_key,
        crime_key,
        row_number() over (
            partition by custody_key
            order by offence_differs asc, days_apart asc, crime_key asc
        ) as custody_choice,
        row_number() over (
            partition by crime_key
            order by offence_differs asc, days_apart asc, custody_key asc
        ) as crime_choice
    from near_candidates
),

pairs as (
    select
        custody_key,
        crime_key
    from exact_pairs
    union all
    select
        custody_key,
        crime_key
    from ranked_near_candidates
    where
        custody_choice = 1
        and crime_choice = 1
),

listed_disposals as (
    select
        in_crime_system.record_key as crime_key,
        pairs.custody_key,
        in_crime_system.person_id,
        in_crime_system.force_code,
        in_crime_system.kind,
        coalesce(in_custody.is_conditional_caution, in_crime_system.conditions is not null) as is_conditional,
        in_crime_system.outcome_code,
        in_crime_system.crime_ref,
        in_crime_system.offence_code,
        in_crime_system.offence_date,
        in_crime_system.disposal_date,
        in_crime_system.conditions,
        in_crime_system.completion_status,
        in_crime_system.conditions_due_date,
        in_crime_system.completed_date
    from in_crime_system
    left join pairs
        on in_crime_system.record_key = pairs.crime_key
    left join in_custody
        on pairs.custody_key = in_custody.record_key
    union all
    select
        cast(null as {{ dbt.type_string() }}) as crime_key,
        in_custody.record_key as custody_key,
        in_custody.person_id,
        in_custody.force_code,
        in_custody.kind,
        in_custody.is_conditional_caution as is_conditional,
        cast(null as {{ dbt.type_string() }}) as outcome_code,
        cast(null as {{ dbt.type_string() }}) as crime_ref,
        in_custody.offence_code,
        in_custody.offence_date,
        in_custody.disposal_date,
        cast(null as {{ dbt.type_string() }}) as conditions,
        cast(null as {{ dbt.type_string() }}) as completion_status,
        cast(null as date) as conditions_due_date,
        cast(null as date) as completed_date
    from in_custody
    left join pairs
        on in_custody.record_key = pairs.custody_key
    where pairs.custody_key is null
)

select
    {{ justice.hash_key([
        "coalesce(listed_disposals.crime_key, '')",
        "case when listed_disposals.crime_key is null then listed_disposals.custody_key else '' end",
    ]) }} as out_of_court_disposal_id,
    listed_disposals.person_id,
    listed_disposals.crime_key as disposal_record_id,
    listed_disposals.custody_key as custody_record_id,
    listed_disposals.crime_ref,
    listed_disposals.force_code,
    case
        when listed_disposals.kind = 'caution' and listed_disposals.is_conditional then 'conditional_caution'
        else listed_disposals.kind
    end as disposal_kind,
    coalesce(
        listed_disposals.outcome_code,
        case
            when listed_disposals.kind = 'community_resolution' then '8'
            when {{ justice.age_on('persons.date_of_birth', 'listed_disposals.disposal_date') }} < 18 then '2'
            else '3'
        end
    ) as outcome_code,
    listed_disposals.offence_code,
    {{ justice.or_unknown('offences.offence_group') }} as offence_group,
    {{ justice.or_unknown('persons.sex') }} as sex,
    {{ justice.age_band_on('persons.date_of_birth', 'listed_disposals.disposal_date') }} as age_band,
    {{ justice.or_unknown('persons.ethnicity_group') }} as ethnicity_group,
    listed_disposals.conditions as condition_codes,
    coalesce(lower(listed_disposals.completion_status), 'not_recorded') as completion_status,
    case
        when listed_disposals.crime_key is null then 'custody'
        when listed_disposals.custody_key is null then 'crime_system'
        else 'both'
    end as recorded_in,
    listed_disposals.conditions is not null as has_conditions,
    listed_disposals.offence_date,
    listed_disposals.disposal_date,
    listed_disposals.conditions_due_date,
    listed_disposals.completed_date
from listed_disposals
left join persons
    on listed_disposals.person_id = persons.person_id
left join offences
    on listed_disposals.offence_code = offences.cjs_offence_code
