-- How long is time on remand under each of three published definitions, and why do they differ?
with pairs as (
    select
        '1 legal status and court clock' as compared,
        legal_status_against_court_clock as reason,
        days_legal_status as first_days,
        days_court_clock as second_days
    from {{ ref('remand_definitions') }}
    union all
    select
        '2 legal status and parliamentary rule' as compared,
        legal_status_against_parliamentary as reason,
        days_legal_status as first_days,
        days_parliamentary as second_days
    from {{ ref('remand_definitions') }}
    union all
    select
        '3 court clock and parliamentary rule' as compared,
        court_clock_against_parliamentary as reason,
        days_court_clock as first_days,
        days_parliamentary as second_days
    from {{ ref('remand_definitions') }}
)

select
    compared,
    reason,
    count(*) as defendants,
    count(first_days) as counted_by_first,
    count(second_days) as counted_by_second,
    median(first_days) as median_days_of_first,
    median(second_days) as median_days_of_second,
    median(second_days - first_days) as median_difference
from pairs
group by compared, reason
order by compared asc, defendants desc, reason asc
