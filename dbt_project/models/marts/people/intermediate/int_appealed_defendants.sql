with appearances as (
    select * from {{ ref('appearances') }}
),

hearing_types as (
    select * from {{ ref('hearing_types') }}
)

select
    appearances.defendant_id,
    appearances.person_id,
    min(appearances.hearing_date) as first_appeal_date
from appearances
inner join hearing_types
    on appearances.hearing_type_code = hearing_types.hearing_type_code
where hearing_types.hearing_group = 'appeal'
group by appearances.defendant_id, appearances.person_id
