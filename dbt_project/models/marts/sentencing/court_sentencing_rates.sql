{%- set rates = {
    'custody': 'immediate_custody',
    'suspended': 'suspended_sentence',
    'community': 'community_sentence',
    'fine': 'fine',
} -%}
{#- 97.5th percentile of the normal distribution: 95% of it lies between minus and plus this. -#}
{%- set normal_quantile = 1.959963985 -%}

with disposals as (
    select * from {{ ref('disposals') }}
),

courts as (
    select * from {{ ref('courts') }}
),

sentenced_defendants as (
    select
        {{ justice.quarter_start('sentence_date') }} as quarter,
        {{ justice.or_unknown('court_code') }} as court_code,
        {{ justice.or_unknown('court_type') }} as court_type,
        {{ justice.or_unknown('court_region') }} as court_region,
        {{ justice.or_unknown('principal_offence_group') }} as offence_group,
        nullif(nullif(regime_at_conviction, 'unknown'), 'not_applicable') as regime,
        disposal_type,
        custody_length_months
    from disposals
    where is_sentenced
),

court_counts as (
    select
        quarter,
        court_code,
        court_type,
        court_region,
        offence_group,
        count(*) as defendants_sentenced,
        {{ justice.count_where(justice.is_immediate_custody('disposal_type')) }} as immediate_custody,
        {{ justice.count_where("disposal_type = 'suspended_sentence'") }} as suspended_sentence,
        {{ justice.count_where("disposal_type = 'community_sentence'") }} as community_sentence,
        {{ justice.count_where("disposal_type = 'fine'") }} as fine,
        count(custody_length_months) as custody_length_n,
        {{ justice.exact_mean('custody_length_months') }} as acsl_months,
        {{ justice.exact_deviation('custody_length_months') }} / sqrt(nullif(count(custody_length_months), 0))
            as acsl_standard_error,
        count(distinct regime) > 1 as spans_regime_break
    from sentenced_defendants
    group by quarter, court_code, court_type, court_region, offence_group
),

national_counts as (
    select
        quarter,
        court_type,
        offence_group,
        count(*) as defendants_sentenced,
        {{ justice.count_where(justice.is_immediate_custody('disposal_type')) }} as immediate_custody,
        {{ justice.count_where("disposal_type = 'suspended_sentence'") }} as suspended_sentence,
        {{ justice.count_where("disposal_type = 'community_sentence'") }} as community_sentence,
        {{ justice.count_where("disposal_type = 'fine'") }} as fine,
        {{ justice.exact_mean('custody_length_months') }} as acsl_months
    from sentenced_defendants
    group by quarter, court_type, offence_group
)

select
    court_counts.quarter,
    court_counts.court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    court_counts.court_type,
    court_counts.court_region,
    court_counts.offence_group,
    court_counts.defendants_sentenced,
    court_counts.immediate_custody,
    {%- for name, count in rates.items() %}
    {{ justice.rate('court_counts.' ~ count, 'court_counts.defendants_sentenced') }} as {{ name }}_rate,
    {{ justice.wilson_lower('court_counts.' ~ count, 'court_counts.defendants_sentenced') }} as {{ name }}_rate_low,
    {{ justice.wilson_upper('court_counts.' ~ count, 'court_counts.defendants_sentenced') }} as {{ name }}_rate_high,
    {{ justice.rate('national_counts.' ~ count, 'national_counts.defendants_sentenced') }} as national_{{ name }}_rate,
    {%- endfor %}
    court_counts.custody_length_n,
    court_counts.acsl_months,
    case
        when court_counts.custody_length_n > 1
            then greatest(court_counts.acsl_months - {{ normal_quantile }} * court_counts.acsl_standard_error, 0.0)
    end as acsl_months_low,
    case
        when court_counts.custody_length_n > 1
            then court_counts.acsl_months + {{ normal_quantile }} * court_counts.acsl_standard_error
    end as acsl_months_high,
    national_counts.acsl_months as national_acsl_months,
    national_counts.defendants_sentenced as national_defendants_sentenced,
    court_counts.spans_regime_break,
    {{ justice.coverage('court_counts.quarter', 'quarter', area='court_counts.court_code') }} as coverage,
    {{ justice.data_as_of() }} as data_as_of
from court_counts
inner join national_counts
    on
        court_counts.quarter = national_counts.quarter
        and court_counts.court_type = national_counts.court_type
        and court_counts.offence_group = national_counts.offence_group
left join courts
    on court_counts.court_code = courts.court_ou_code
