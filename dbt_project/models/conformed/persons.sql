{%- set attributes = [
    'surname', 'forename', 'middle_names', 'date_of_birth', 'sex', 'ethnicity_code', 'nationality_code', 'postcode',
    'pnc_id', 'cro_number', 'noms_number',
] -%}

with person_records as (
    select * from {{ ref('person_records') }}
),

survivors as (
    select * from {{ ref('int_person_attribute_values') }}
),

ethnicities as (
    select * from {{ ref('ethnicities') }}
),

counted as (
    select
        person_id,
        count(*) as record_count,
        count(distinct agency) as agency_count,
        min(first_extract_date) as first_seen_date
    from person_records
    where person_id is not null
    group by person_id
),

described as (
    select
        {%- for attribute in attributes %}
        max(case when attribute = '{{ attribute }}' then attribute_value end) as {{ attribute }},
        {%- endfor %}
        person_id
    from survivors
    group by person_id
)

select
    counted.person_id,
    described.surname,
    described.forename,
    described.middle_names,
    cast(described.date_of_birth as date) as date_of_birth,
    {{ justice.or_unknown('described.sex') }} as sex,
    described.ethnicity_code,
    {{ justice.or_unknown('ethnicities.group_5') }} as ethnicity_group,
    described.nationality_code,
    described.postcode,
    described.pnc_id,
    described.cro_number,
    described.noms_number,
    counted.record_count,
    counted.agency_count,
    counted.first_seen_date
from counted
left join described
    on counted.person_id = described.person_id
left join ethnicities
    on described.ethnicity_code = ethnicities.ethnicity_code
