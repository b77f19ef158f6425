with defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
),

defendant_hearings as (
    select * from {{ ref('int_defendant_hearings') }}
),

conclusions as (
    select * from {{ ref('int_defendant_conclusions') }}
),

court_periods as (
    select * from {{ ref('case_court_periods') }}
),

courts as (
    select * from {{ ref('courts') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

dated_defendants as (
    select
        defendant_cases.defendant_id,
        defendant_cases.case_id,
        conclusions.completion_date,
        coalesce(conclusions.completion_date, observation_window.data_as_of) as counted_date
    from defendant_cases
    left join conclusions
        on defendant_cases.defendant_id = conclusions.defendant_id
    cross join observation_window
),

dated_hearings as (
    select
        defendant_hearings.defendant_id,
        defendant_hearings.hearing_id,
        defendant_hearings.court_code,
        defendant_hearings.jurisdiction_code,
        defendant_hearings.hearing_date,
        {{ justice.days_between('defendant_hearings.hearing_date', 'dated_defendants.counted_date') }} as days_before
    from defendant_hearings
    inner join dated_defendants
        on defendant_hearings.defendant_id = dated_defendants.defendant_id
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
),

-- Completed, of the defendant's own last hearing; else of the case.
placed as (
    select
        dated_defendants.defendant_id,
        ranked_hearings.first_hearing_date,
        coalesce(dated_defendants.completion_date is not null and ranked_hearings.days_before >= 0, false)
        or court_periods.case_id is null as is_by_own_hearing,
        ranked_hearings.court_code as heard_court_code,
        ranked_hearings.jurisdiction_code as heard_jurisdiction_code,
        nullif(court_periods.court_code, 'unknown') as case_court_code,
        court_periods.jurisdiction_code as case_jurisdiction_code
    from dated_defendants
    left join ranked_hearings
        on
            dated_defendants.defendant_id = ranked_hearings.defendant_id
            and ranked_hearings.court_rank = 1
    left join court_periods
        on
            dated_defendants.case_id = court_periods.case_id
            and dated_defendants.counted_date >= court_periods.from_date
            and dated_defendants.counted_date < court_periods.until_date
),

with_court as (
    select
        defendant_id,
        first_hearing_date,
        case when is_by_own_hearing then heard_court_code else case_court_code end as court_code,
        case when is_by_own_hearing then heard_jurisdiction_code else case_jurisdiction_code end as jurisdiction_code
    from placed
)

select
    with_court.defendant_id,
    with_court.court_code,
    courts.court_type,
    courts.region as court_region,
    with_court.jurisdiction_code,
    with_court.first_hearing_date
from with_court
left join courts
    on with_court.court_code = courts.court_ou_code
where with_court.jurisdiction_code is not null
