with stages as (
    select * from {{ ref('int_defendant_stages') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
)

select
    stages.defendant_id,
    stages.case_id,
    stages.person_id,
    {{ justice.quarter_start('stages.completion_date') }} as quarter,
    {{ justice.or_unknown('stages.court_code') }} as court_code,
    stages.court_type,
    stages.court_region,
    {{ justice.or_unknown('stages.jurisdiction_code') }} as jurisdiction,
    stages.longest_offence_group as offence_group,
    stages.sex,
    stages.age_band,
    stages.ethnicity_group,
    stages.final_outcome,
    {%- for stage in justice.measured_stages() %}
    case
        when stages.recorded_days_{{ stage }} >= 0 then cast(stages.recorded_days_{{ stage }} as bigint)
    end as days_{{ stage }},
    {%- endfor %}
    cast(
        {%- for stage in justice.measured_stages() %}
        case when stages.recorded_days_{{ stage }} < 0 then 1 else 0 end {{- ' +' if not loop.last }}
        {%- endfor %}
        as bigint
    ) as negative_stages,
    cast(stages.hearings as bigint) as hearings,
    cast(stages.crown_hearings as bigint) as crown_hearings,
    case
        when stages.recorded_days_sending_to_main_hearing >= 0
            then cast(stages.recorded_days_sending_to_main_hearing as double) / 7
    end as weeks_waiting,
    stages.is_crown_case,
    stages.is_organisation,
    stages.is_single_justice,
    stages.is_cps,
    stages.completion_date,
    {{ justice.coverage('stages.completion_date', 'quarter', area='stages.court_code') }} as coverage,
    observation_window.data_as_of
from stages
cross join observation_window
