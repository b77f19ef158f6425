with recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

-- A merger that moves a defendant from one of its cases to the other says nothing that contradicts anything.
in_their_first_case as (
    select *
    from recorded_defendants
    where case_place = 1
)

select
    further.defendant_id as subject_key,
    further.defendant_id,
    further.case_id,
    further.person_id,
    defendants.court_code,
    'one_defendant_id' as value_a,
    'two_cases' as value_b,
    coalesce(
        abs({{ justice.days_between('in_their_first_case.received_date', 'further.received_date') }}), 0
    ) as days_apart,
    coalesce(further.received_date, in_their_first_case.received_date, horizons.court_to) as event_date,
    horizons.court_to as observed_to
from recorded_defendants as further
inner join in_their_first_case
    on further.recorded_defendant_id = in_their_first_case.recorded_defendant_id
inner join defendants
    on further.defendant_id = defendants.defendant_id
cross join horizons
where
    further.case_place > 1
    and further.case_id <> in_their_first_case.case_id
