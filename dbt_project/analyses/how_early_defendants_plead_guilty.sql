-- How many defendants plead guilty, and how early, by offence group?
-- Single justice cases left out. A rate is of those who entered a plea; the stages are shares of guilty pleas.
select
    jurisdiction,
    offence_group,
    sum(entered_plea) as entered_plea,
    sum(guilty_plea) as guilty_plea,
    round(sum(guilty_plea) / nullif(sum(entered_plea), 0), 3) as guilty_plea_rate,
    round(sum(guilty_first_hearing) / nullif(sum(guilty_plea), 0), 3) as share_at_first_hearing,
    round(sum(guilty_first_crown_hearing) / nullif(sum(guilty_plea), 0), 3) as share_at_first_crown_hearing,
    round(sum(guilty_at_trial) / nullif(sum(guilty_plea), 0), 3) as share_at_trial
from {{ ref('guilty_pleas') }}
where jurisdiction <> 'unknown'
group by jurisdiction, offence_group
order by jurisdiction asc, entered_plea desc, offence_group asc
