with defendant_hearings as (
    select * from {{ ref('int_defendant_hearings') }}
),

conclusions as (
    select * from {{ ref('int_defendant_conclusions') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

dated_hearings as (
    select
        defendant_hearings.defendant_id,
        defendant_hearings.hearing_id,
        defendant_hearings.court_code,
        defendant_hearings.court_type,
        defendant_hearings.court_region,
        defendant_hearings.jurisdiction_code,
        defendant_hearings.has_attended,
        defendant_hearings.hearing_date,
        {{ justice.days_between(
            'defendant_hearings.hearing_date',
            'coalesce(conclusions.completion_date, observation_window.data_as_of)'
        ) }} as days_before
    from defendant_hearings
    left join conclusions
        on defendant_hearings.defendant_id = conclusions.defendant_id
    cross join observation_window
),

ranked_hearings as (
    select
        *,
        row_number() over (
            partition by defendant_id
            order by
                case when days_before >= 0 then 0 else 1 end asc,
                abs(days_before) asc,
                case when jurisdiction_code = 'C' then 0 else 1 end asc,
                hearing_id asc
        ) as court_rank,
        min(hearing_date) over (partition by defendant_id) as first_hearing_date
    from dated_hearings
)

select
    defendant_id,
    court_code,
    court_type,
    court_region,
    jurisdiction_code,
    first_hearing_date
from ranked_hearings
where court_rank = 1
