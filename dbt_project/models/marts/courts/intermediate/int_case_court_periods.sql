with appearances as (
    select * from {{ ref('appearances') }}
),

ranked_hearings as (
    select
        case_id,
        court_code,
        hearing_date,
        row_number() over (
            partition by case_id, hearing_date
            order by case when jurisdiction_code = 'C' then 0 else 1 end asc, hearing_id asc
        ) as day_rank
    from appearances
    where
        hearing_date is not null
        and case_id is not null
),

court_days as (
    select
        case_id,
        court_code,
        hearing_date,
        lead(hearing_date) over (partition by case_id order by hearing_date asc) as next_hearing_date,
        row_number() over (partition by case_id order by hearing_date asc) as place
    from ranked_hearings
    where day_rank = 1
)

select
    case_id,
    court_code,
    -- Before its first hearing a case is of the court of that hearing.
    case when place = 1 then cast('0001-01-01' as date) else hearing_date end as from_date,
    coalesce(next_hearing_date, {{ justice.open_end() }}) as until_date
from court_days
