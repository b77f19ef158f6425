with cases as (
    select * from {{ ref('cases') }}
),

defendant_hearings as (
    select * from {{ ref('int_defendant_hearings') }}
),

courts as (
    select * from {{ ref('courts') }}
),

-- A hearing under one jurisdiction at a court of the other was entered under the building it sat in.
court_days as (
    select distinct
        case_id,
        jurisdiction_code,
        hearing_date,
        first_value(court_code) over (
            partition by case_id, jurisdiction_code, hearing_date
            order by hearing_id asc
        ) as court_code
    from defendant_hearings
    where
        hearing_date is not null
        and case_id is not null
        and coalesce(court_type, 'unknown') <> case jurisdiction_code when 'C' then 'MAGISTRATES' else 'CROWN' end
),

sittings as (
    select
        *,
        lead(hearing_date) over (
            partition by case_id, jurisdiction_code
            order by hearing_date asc
        ) as next_hearing_date,
        row_number() over (
            partition by case_id, jurisdiction_code
            order by hearing_date asc
        ) as place
    from court_days
),

-- A case that is heard and whose record never came, or was not let in, is taken to have stayed where cases begin.
known_cases as (
    select
        case_id,
        initial_court_code,
        sent_to_court_code,
        magistrates_court_code,
        coalesce(crown_received_date, sent_to_crown_date) as at_crown_date
    from cases
    union all
    select distinct
        defendant_hearings.case_id,
        cases.initial_court_code,
        cases.sent_to_court_code,
        cases.magistrates_court_code,
        cases.crown_received_date as at_crown_date
    from defendant_hearings
    left join cases
        on defendant_hearings.case_id = cases.case_id
    where
        defendant_hearings.case_id is not null
        and cases.case_id is null
),

-- M until the Crown Court receives the case, C from then on.
stays as (
    select
        case_id,
        'M' as jurisdiction_code,
        {{ justice.open_start() }} as from_date,
        coalesce(at_crown_date, {{ justice.open_end() }}) as until_date
    from known_cases
    union all
    select
        case_id,
        'C' as jurisdiction_code,
        at_crown_date as from_date,
        {{ justice.open_end() }} as until_date
    from known_cases
    where at_crown_date is not null
),

-- Where an area has one Crown Court, its magistrates send there.
only_crown_courts as (
    select
        criminal_justice_area,
        max(court_ou_code) as court_code
    from courts
    where
        court_type = 'CROWN'
        and closed_on is null
    group by criminal_justice_area
    having count(*) = 1
),

magistrates_areas as (
    select
        known_cases.case_id,
        courts.criminal_justice_area
    from known_cases
    inner join courts
        on coalesce(known_cases.magistrates_court_code, nullif(known_cases.initial_court_code, 'unknown'))
            = courts.court_ou_code
),

-- Where the case is before its first hearing of the jurisdiction.
first_courts as (
    select
        stays.case_id,
        stays.jurisdiction_code,
        coalesce(
            case stays.jurisdiction_code
                when 'C' then nullif(known_cases.sent_to_court_code, 'unknown')
                else nullif(known_cases.initial_court_code, 'unknown')
            end,
            nullif(sittings.court_code, 'unknown'),
            case when stays.jurisdiction_code = 'C' then only_crown_courts.court_code end,
            'unknown'
        ) as court_code,
        coalesce(sittings.hearing_date, {{ justice.open_end() }}) as first_hearing_date
    from stays
    inner join known_cases
        on stays.case_id = known_cases.case_id
    left join sittings
        on
            stays.case_id = sittings.case_id
            and stays.jurisdiction_code = sittings.jurisdiction_code
            and sittings.place = 1
    left join magistrates_areas
        on stays.case_id = magistrates_areas.case_id
    left join only_crown_courts
        on magistrates_areas.criminal_justice_area = only_crown_courts.criminal_justice_area
),

held as (
    select
        case_id,
        jurisdiction_code,
        court_code,
        {{ justice.open_start() }} as from_date,
        first_hearing_date as until_date
    from first_courts
    union all
    select
        case_id,
        jurisdiction_code,
        court_code,
        hearing_date as from_date,
        coalesce(next_hearing_date, {{ justice.open_end() }}) as until_date
    from sittings
)

select
    stays.case_id,
    stays.jurisdiction_code,
    held.court_code,
    greatest(stays.from_date, held.from_date) as from_date,
    least(stays.until_date, held.until_date) as until_date
from stays
inner join held
    on
        stays.case_id = held.case_id
        and stays.jurisdiction_code = held.jurisdiction_code
        and stays.from_date < held.until_date
        and stays.until_date > held.from_date
