{#- A stratum needs this many cases for its own mean; those of smaller ones are compared within the next wider kind. -#}
{%- set smallest_stratum = 30 -%}
{#- Kinds of strata from the narrowest to the widest, all within one court type. -#}
{%- set strata = [
    ['offence_group', 'offence_code', 'plea_group', 'age_group', 'offences_band'],
    ['offence_group', 'maximum_sentence_band', 'plea_group', 'age_group', 'offences_band'],
    ['offence_group', 'maximum_sentence_band', 'plea_group'],
    ['offence_group'],
] -%}
{%- set case_columns = [
    'quarter', 'regime', 'measure', 'court_type', 'court_code', 'offence_group', 'offence_code',
    'maximum_sentence_band', 'plea_group', 'age_group', 'offences_band', 'outcome_value',
] -%}

with case_mix as (
    select * from {{ ref('int_sentencing_case_mix') }}
),

windows as (
    select distinct quarter
    from case_mix
),

measured_cases as (
    select
        case_mix.*,
        'custody_rate' as measure,
        case when case_mix.is_immediate_custody then 1.0 else 0.0 end as outcome_value
    from case_mix
    union all
    select
        case_mix.*,
        'acsl_months' as measure,
        case_mix.custody_length_months as outcome_value
    from case_mix
    where case_mix.custody_length_months is not null
),

-- Each case is in the four windows of twelve months that hold its quarter.
assigned_0 as (
    select
        windows.quarter,
        {%- for column in case_columns[1:] %}
        measured_cases.{{ column }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as stratum
    from measured_cases
    inner join windows
        on
            measured_cases.quarter <= windows.quarter
            and {{ justice.add_months('measured_cases.quarter', 9) }} >= windows.quarter
),

{% for kind in strata -%}
alike_{{ loop.index }} as (
    select
        *,
        count(*) over (
            partition by
                quarter,
                regime,
                measure,
                court_type,
                {%- for column in kind %}
                {{ column }},
                {%- endfor %}
                case when stratum is null then 1 else 0 end
        ) as cases_alike
    from assigned_{{ loop.index0 }}
),

assigned_{{ loop.index }} as (
    select
        {%- for column in case_columns %}
        {{ column }},
        {%- endfor %}
        coalesce(
            stratum,
            case
                when cases_alike >= {{ 1 if loop.last else smallest_stratum }}
                    then '{{ loop.index }}|' || {{ kind | join(" || '|' || ") }}
            end
        ) as stratum
    from alike_{{ loop.index }}
),

{% endfor -%}

court_strata as (
    select
        quarter,
        regime,
        measure,
        court_type,
        court_code,
        offence_group,
        stratum,
        count(*) as n,
        {{ justice.exact_total('outcome_value') }} as outcome_total,
        {{ justice.exact_total('outcome_value * outcome_value') }} as square_total
    from assigned_{{ strata | length }}
    group by quarter, regime, measure, court_type, court_code, offence_group, stratum
),

stratum_totals as (
    select
        quarter,
        regime,
        measure,
        court_type,
        offence_group,
        stratum,
        cast(sum(n) as double) as stratum_n,
        {{ justice.exact_total('outcome_total') }} as stratum_total,
        {{ justice.exact_total('square_total') }} as stratum_square_total
    from court_strata
    group by quarter, regime, measure, court_type, offence_group, stratum
),

scattered_strata as (
    select
        *,
        greatest(stratum_square_total - stratum_total * stratum_total / stratum_n, 0.0) as scatter
    from stratum_totals
),

group_scatter as (
    select
        quarter,
        regime,
        measure,
        court_type,
        offence_group,
        {{ justice.exact_total('scatter') }} as scatter,
        sum(stratum_n) - count(*) as degrees_of_freedom
    from scattered_strata
    group by quarter, regime, measure, court_type, offence_group
),

-- How much lengths vary among alike cases of the offence group. Where it has too few to tell, its own variance or that
-- of all groups together, whichever is larger.
group_variances as (
    select
        quarter,
        regime,
        measure,
        court_type,
        offence_group,
        case
            when degrees_of_freedom >= {{ smallest_stratum }} then scatter / degrees_of_freedom
            else
                greatest(
                    scatter / nullif(degrees_of_freedom, 0.0),
                    cast(
                        sum(cast(scatter as decimal(28, 6))) over (partition by quarter, regime, measure, court_type)
                        as double
                    )
                    / nullif(
                        sum(degrees_of_freedom) over (partition by quarter, regime, measure, court_type), 0.0
                    )
                )
        end as length_variance
    from group_scatter
),

expected_strata as (
    select
        stratum_totals.quarter,
        stratum_totals.regime,
        stratum_totals.measure,
        stratum_totals.court_type,
        stratum_totals.stratum,
        stratum_totals.stratum_n,
        stratum_totals.stratum_total / stratum_totals.stratum_n as expected_value,
        case
            -- Half a case of either kind is added, so that no share of 0 or 1 is taken for certain.
            when stratum_totals.measure = 'custody_rate'
                then
                    (stratum_totals.stratum_total + 0.5)
                    * (stratum_totals.stratum_n - stratum_totals.stratum_total + 0.5)
                    / ((stratum_totals.stratum_n + 1.0) * (stratum_totals.stratum_n + 1.0))
            else coalesce(group_variances.length_variance, 0.0)
        end as case_variance
    from stratum_totals
    inner join group_variances
        on
            stratum_totals.quarter = group_variances.quarter
            and stratum_totals.regime = group_variances.regime
            and stratum_totals.measure = group_variances.measure
            and stratum_totals.court_type = group_variances.court_type
            and stratum_totals.offence_group = group_variances.offence_group
)

select
    court_strata.quarter,
    court_strata.regime,
    court_strata.measure,
    court_strata.court_type,
    court_strata.court_code,
    court_strata.offence_group,
    court_strata.stratum,
    cast(expected_strata.stratum_n as bigint) as stratum_n,
    court_strata.n,
    court_strata.outcome_total,
    court_strata.n * expected_strata.expected_value as expected_total,
    court_strata.n * expected_strata.case_variance as variance_total
from court_strata
inner join expected_strata
    on
        court_strata.quarter = expected_strata.quarter
        and court_strata.regime = expected_strata.regime
        and court_strata.measure = expected_strata.measure
        and court_strata.court_type = expected_strata.court_type
        and court_strata.stratum = expected_strata.stratum
