{%- set stages = justice.guilty_plea_stages() -%}

with pleas as (
    select * from {{ ref('int_defendant_pleas') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

courts as (
    select * from {{ ref('courts') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

counted_pleas as (
    select
        {{ justice.quarter_start('pleas.completion_date') }} as quarter,
        {{ justice.or_unknown('pleas.court_code') }} as court_code,
        {{ justice.or_unknown('pleas.jurisdiction_code') }} as jurisdiction,
        {{ justice.or_unknown('defendants.most_serious_offence_group') }} as offence_group,
        defendants.sex,
        {{ justice.age_band_on('defendants.date_of_birth', 'pleas.completion_date') }} as age_band,
        defendants.ethnicity_group,
        pleas.plea,
        pleas.guilty_plea_stage,
        case when pleas.days_to_guilty_plea >= 0 then pleas.days_to_guilty_plea end as days_to_guilty_plea,
        not defendants.is_single_justice as is_counted,
        defendants.is_single_justice,
        defendants.is_organisation,
        not defendants.is_cps as is_other_prosecutor
    from pleas
    inner join defendants
        on pleas.defendant_id = defendants.defendant_id
    cross join observation_window
    where pleas.completion_date <= observation_window.data_as_of
),

cells as (
    select
        quarter,
        court_code,
        jurisdiction,
        offence_group,
        sex,
        age_band,
        ethnicity_group,
        {{ justice.count_where('is_counted') }} as defendants,
        {{ justice.count_where("is_counted and plea <> 'no_plea'") }} as entered_plea,
        {{ justice.count_where("is_counted and plea = 'guilty'") }} as guilty_plea,
        {{ justice.count_where("is_counted and plea = 'mixed'") }} as mixed_plea,
        {{ justice.count_where("is_counted and plea = 'not_guilty'") }} as not_guilty_plea,
        {{ justice.count_where("is_counted and plea = 'no_plea'") }} as no_plea,
        {%- for stage in stages %}
        {{ justice.count_where("is_counted and plea = 'guilty' and guilty_plea_stage = '" ~ stage ~ "'") }}
            as guilty_{{ stage }},
        {%- endfor %}
        cast({{ justice.sum_where('days_to_guilty_plea', "is_counted and plea = 'guilty'") }} as bigint)
            as days_to_guilty_plea_total,
        {{ justice.count_where("is_counted and plea = 'guilty' and days_to_guilty_plea is not null") }}
            as days_to_guilty_plea_n,
        {{ justice.count_where('is_counted and is_organisation') }} as organisations,
        {{ justice.count_where('is_counted and is_other_prosecutor') }} as other_prosecutor_defendants,
        {{ justice.count_where('is_single_justice') }} as single_justice_defendants
    from counted_pleas
    group by quarter, court_code, jurisdiction, offence_group, sex, age_band, ethnicity_group
)

select
    cells.quarter,
    cells.court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    {{ justice.or_unknown('courts.region') }} as court_region,
    cells.jurisdiction,
    cells.offence_group,
    cells.sex,
    cells.age_band,
    cells.ethnicity_group,
    cells.defendants,
    cells.entered_plea,
    cells.guilty_plea,
    cells.mixed_plea,
    cells.not_guilty_plea,
    cells.no_plea,
    {{ justice.rate('cells.guilty_plea', 'cells.entered_plea') }} as guilty_plea_rate,
    {%- for stage in stages %}
    cells.guilty_{{ stage }},
    {%- endfor %}
    cells.days_to_guilty_plea_total,
    cells.days_to_guilty_plea_n,
    cells.organisations,
    cells.other_prosecutor_defendants,
    cells.single_justice_defendants,
    {{ justice.coverage('cells.quarter', 'quarter', area='cells.court_code') }} as coverage,
    {{ justice.data_as_of() }} as data_as_of
from cells
left join courts
    on cells.court_code = courts.court_ou_code
