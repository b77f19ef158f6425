{#- Every attribute a person survives with, and the value that says nothing about it. -#}
{%- set attributes = {
    'surname': none,
    'forename': none,
    'middle_names': none,
    'date_of_birth': none,
    'sex': 'unknown',
    'ethnicity_code': 'NS',
    'nationality_code': none,
    'postcode': none,
    'pnc_id': none,
    'cro_number': none,
    'noms_number': none,
} -%}

with person_records as (
    select * from {{ ref('person_records') }}
),

records_to_link as (
    select * from {{ ref('person_records_to_link') }}
),

trusted_records as (
    select
        {%- for attribute in attributes %}
        cast(records_to_link.{{ attribute }} as {{ dbt.type_string() }}) as {{ attribute }},
        {%- endfor %}
        person_records.person_id,
        person_records.first_extract_date,
        case person_records.agency
            {%- for agency in justice.agencies_by_trust() %}
            when '{{ agency }}' then {{ loop.index }}
            {%- endfor %}
            else {{ justice.agencies_by_trust() | length + 1 }}
        end as trust_rank
    from person_records
    inner join records_to_link
        on person_records.record_id = records_to_link.record_id
    where person_records.person_id is not null
),

recorded_values as (
    {%- for attribute, says_nothing in attributes.items() %}
    select
        person_id,
        '{{ attribute }}' as attribute,
        {{ attribute }} as attribute_value,
        trust_rank,
        first_extract_date
    from trusted_records
    where
        {{ attribute }} is not null
        {%- if says_nothing %}
        and {{ attribute }} not in ('{{ says_nothing }}', 'unknown')
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

weighed_values as (
    select
        person_id,
        attribute,
        attribute_value,
        count(*) as records,
        min(trust_rank) as most_trusted_rank,
        max(first_extract_date) as latest_date
    from recorded_values
    group by person_id, attribute, attribute_value
),

ranked_values as (
    select
        person_id,
        attribute,
        attribute_value,
        records,
        row_number() over (
            partition by person_id, attribute
            order by records desc, most_trusted_rank asc, latest_date desc, attribute_value asc
        ) as survivor_rank
    from weighed_values
)

select
    person_id,
    attribute,
    attribute_value,
    records
from ranked_values
where survivor_rank = 1
