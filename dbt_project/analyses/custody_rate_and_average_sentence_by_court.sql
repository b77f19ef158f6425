-- What are the custody rate and the average sentence at each court for one offence group (theft), against the country?
-- All quarters of the regime from 22 March 2026 together; a suspended sentence is not custody.
select
    court_sentencing.court_name,
    court_sentencing.court_type,
    sum(court_sentencing.defendants_sentenced) as defendants_sentenced,
    sum(court_sentencing.immediate_custody) as immediate_custody,
    round(sum(court_sentencing.immediate_custody) / sum(court_sentencing.defendants_sentenced), 3) as custody_rate,
    round(
        sum(sum(court_sentencing.immediate_custody)) over (partition by court_sentencing.court_type)
        / sum(sum(court_sentencing.defendants_sentenced)) over (partition by court_sentencing.court_type),
        3
    ) as national_custody_rate,
    round(
        sum(court_sentencing.custody_length_months_total) / nullif(sum(court_sentencing.custody_length_n), 0), 1
    ) as average_custodial_sentence_months
from {{ ref('court_sentencing') }} as court_sentencing
where
    court_sentencing.offence_group = 'theft_offences'
    and court_sentencing.regime = 'from_2026_03_22'
group by
    court_sentencing.court_name,
    court_sentencing.court_type
order by
    defendants_sentenced desc,
    court_sentencing.court_name asc
limit 20
