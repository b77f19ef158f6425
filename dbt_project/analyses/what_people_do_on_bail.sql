-- How often do people on bail offend or fail to appear, by type of bail?
-- Spells that are over; an offence counts as charged, and as proven once convicted. Rates per year on bail beside
-- shares of spells, because spells of one type are longer.
select
    bail_type,
    count(*) as bail_spells,
    round(avg(days_on_bail), 1) as mean_days_on_bail,
    round(avg(case when has_offence_on_bail then 1.0 else 0.0 end), 3) as share_with_offence_charged,
    round(avg(case when has_proven_offence_on_bail then 1.0 else 0.0 end), 3) as share_with_offence_proven,
    round(avg(case when has_failure_to_appear then 1.0 else 0.0 end), 3) as share_with_failure_to_appear,
    round(365.25 * sum(offences_charged) / nullif(sum(days_on_bail), 0), 3) as offences_charged_per_year_on_bail,
    round(
        365.25 * count(case when has_failure_to_appear then 1 end) / nullif(sum(days_on_bail), 0), 3
    ) as failures_per_year_on_bail
from {{ ref('bail_spells') }}
where
    not is_open
    and person_id is not null
group by bail_type
order by bail_type asc
