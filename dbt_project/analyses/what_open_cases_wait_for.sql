-- What are open cases waiting for, and how long have they been open?
-- At the last month end, by jurisdiction and the first step not yet taken. The mean and the share are of cases whose
-- age is known.
with last_month_end as (
    select max(snapshot_date) as snapshot_date
    from {{ ref('open_caseload') }}
)

select
    open_caseload.jurisdiction,
    open_caseload.open_reason,
    sum(open_caseload.cases) as cases,
    sum(open_caseload.defendants) as defendants,
    sum(case when open_caseload.remand_status = 'custody' then open_caseload.defendants else 0 end)
        as defendants_in_custody,
    sum(open_caseload.cases_with_valid_age) as cases_with_valid_age,
    round(sum(open_caseload.case_age_days_total) / nullif(sum(open_caseload.cases_with_valid_age), 0), 0)
        as mean_age_days,
    round(
        sum(
            case
                when open_caseload.age_band_weeks in ('1_to_2_years', '2_years_or_more') then open_caseload.cases
                else 0
            end
        )
        / nullif(sum(open_caseload.cases_with_valid_age), 0),
        3
    ) as share_a_year_or_more,
    max(open_caseload.coverage) as coverage
from {{ ref('open_caseload') }} as open_caseload
inner join last_month_end
    on open_caseload.snapshot_date = last_month_end.snapshot_date
group by open_caseload.jurisdiction, open_caseload.open_reason
order by open_caseload.jurisdiction asc, cases desc
