-- How many defendants are unrepresented in magistrates' courts, and who are they?
-- At first hearings since courts and the legal aid agency began to send, single justice cases and organisations
-- left out. Nothing recorded is unknown, not unrepresented.
with first_hearings as (
    select
        imprisonable,
        sex,
        age_band,
        sum(defendants) as defendants,
        sum(unrepresented) as unrepresented,
        sum(unknown) as unknown
    from {{ ref('representation') }}
    where
        jurisdiction = 'M'
        and stage = 'first_hearing'
        and coverage <> 'before_first_extract'
    group by imprisonable, sex, age_band
)

select
    imprisonable,
    sex,
    age_band,
    defendants,
    unrepresented,
    round(unrepresented / nullif(defendants, 0), 3) as unrepresented_rate,
    unknown,
    round(unknown / nullif(defendants, 0), 3) as unknown_rate
from first_hearings
where defendants > 0
order by imprisonable asc, unrepresented desc, sex asc, age_band asc
