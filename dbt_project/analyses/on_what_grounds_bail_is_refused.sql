-- On what grounds is bail refused?
-- Share of refusals citing each ground over the whole period, by jurisdiction. Several may be cited: the shares add up
-- to more than 1. What was not stated has a row of its own.
with periods as (
    select
        jurisdiction,
        sum(refusals) as refusals,
        sum(new_refusals) as new_refusals
    from {{ ref('bail_refusal_grounds') }}
    where
        court_code = 'ALL'
        and exception_code = 'NOT_STATED'
    group by jurisdiction
)

select
    grounds.jurisdiction,
    grounds.exception_code,
    grounds.exception_label,
    sum(grounds.refusals_citing) as refusals_citing,
    max(periods.refusals) as refusals,
    round(sum(grounds.refusals_citing) / max(periods.refusals), 3) as share_of_refusals,
    round(sum(grounds.new_refusals_citing) / max(periods.new_refusals), 3) as share_of_new_refusals
from {{ ref('bail_refusal_grounds') }} as grounds
inner join periods
    on grounds.jurisdiction = periods.jurisdiction
where grounds.court_code = 'ALL'
group by
    grounds.jurisdiction,
    grounds.exception_code,
    grounds.exception_label
order by
    grounds.jurisdiction asc,
    refusals_citing desc,
    grounds.exception_code asc
