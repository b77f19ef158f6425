with disposals as (
    select * from {{ ref('disposals') }}
),

courts as (
    select * from {{ ref('courts') }}
),

sentenced_defendants as (
    select
        {{ justice.quarter_start('disposals.sentence_date') }} as quarter,
        {{ justice.or_unknown('disposals.court_code') }} as court_code,
        {{ justice.or_unknown('courts.name') }} as court_name,
        disposals.court_type,
        disposals.court_region,
        {{ justice.or_unknown('disposals.principal_offence_group') }} as offence_group,
        disposals.sex,
        disposals.age_band,
        disposals.ethnicity_group,
        disposals.plea_group,
        disposals.regime,
        disposals.disposal_type,
        disposals.custody_length_months,
        disposals.effective_length_months,
        disposals.is_organisation,
        disposals.is_single_justice,
        disposals.is_cps,
        {{ justice.coverage('disposals.sentence_date', 'quarter', area='disposals.court_code') }} as coverage
    from disposals
    left join courts
        on disposals.court_code = courts.court_ou_code
    where disposals.is_sentenced
)

select
    quarter,
    court_code,
    court_name,
    court_type,
    court_region,
    offence_group,
    sex,
    age_band,
    ethnicity_group,
    plea_group,
    regime,
    count(*) as defendants_sentenced,
    {%- for type in justice.disposal_types() %}
    {{ justice.count_where("disposal_type = '" ~ type ~ "'") }} as {{ type }},
    {%- endfor %}
    {{ justice.count_where(justice.is_immediate_custody('disposal_type')) }} as immediate_custody,
    {{ justice.exact_total('custody_length_months') }} as custody_length_months_total,
    count(custody_length_months) as custody_length_n,
    {{ justice.exact_total('effective_length_months') }} as effective_length_months_total,
    count(effective_length_months) as effective_length_n,
    {{ justice.count_where('is_organisation') }} as organisations,
    {{ justice.count_where('is_single_justice') }} as single_justice_defendants,
    {{ justice.count_where('not is_cps') }} as other_prosecutor_defendants,
    max(coverage) as coverage,
    {{ justice.data_as_of() }} as data_as_of
from sentenced_defendants
group by
    quarter,
    court_code,
    court_name,
    court_type,
    court_region,
    offence_group,
    sex,
    age_band,
    ethnicity_group,
    plea_group,
    regime
