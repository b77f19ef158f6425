with stages as (
    select * from {{ ref('int_defendant_stages') }}
),

courts as (
    select * from {{ ref('courts') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

stage_days as (
    {%- for stage in justice.sequential_stages() %}
    select
        {{ justice.quarter_start('completion_date') }} as quarter,
        {{ justice.or_unknown('court_code') }} as court_code,
        {{ justice.or_unknown('jurisdiction_code') }} as jurisdiction,
        '{{ stage }}' as stage,
        recorded_days_{{ stage }} as days
    from stages
    where
        recorded_days_{{ stage }} >= 0
        and not is_single_justice
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

national_medians as (
    select
        quarter,
        jurisdiction,
        stage,
        count(*) as national_n,
        cast({{ justice.percentile('days', 0.5) }} as double) as national_median_days
    from stage_days
    group by quarter, jurisdiction, stage
),

court_medians as (
    select
        quarter,
        court_code,
        jurisdiction,
        stage,
        count(*) as n,
        cast({{ justice.percentile('days', 0.5) }} as double) as median_days
    from stage_days
    group by quarter, court_code, jurisdiction, stage
),

compared as (
    select
        court_medians.quarter,
        court_medians.court_code,
        {{ justice.or_unknown('courts.name') }} as court_name,
        {{ justice.or_unknown('courts.region') }} as court_region,
        court_medians.jurisdiction,
        court_medians.stage,
        court_medians.n,
        court_medians.median_days,
        national_medians.national_n,
        national_medians.national_median_days,
        court_medians.median_days - national_medians.national_median_days as days_over_national_median
    from court_medians
    inner join national_medians
        on
            court_medians.quarter = national_medians.quarter
            and court_medians.jurisdiction = national_medians.jurisdiction
            and court_medians.stage = national_medians.stage
    left join courts
        on court_medians.court_code = courts.court_ou_code
)

select
    compared.quarter,
    compared.court_code,
    compared.court_name,
    compared.court_region,
    compared.jurisdiction,
    compared.stage,
    compared.n,
    compared.median_days,
    compared.national_n,
    compared.national_median_days,
    compared.days_over_national_median,
    compared.n * compared.days_over_national_median as defendant_days_over_national_median,
    rank() over (
        partition by compared.quarter, compared.court_code, compared.jurisdiction
        order by compared.days_over_national_median desc
    ) as rank_in_court,
    rank() over (
        partition by compared.quarter, compared.jurisdiction
        order by compared.n * compared.days_over_national_median desc
    ) as rank_in_country,
    {{ justice.coverage('compared.quarter', 'quarter', area='compared.court_code') }} as coverage,
    observation_window.data_as_of
from compared
cross join observation_window
