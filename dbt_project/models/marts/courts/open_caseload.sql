with open_defendants as (
    select * from {{ ref('int_open_defendants_at_month_ends') }}
),

month_ends as (
    select * from {{ ref('int_month_ends') }}
),

error_rates as (
    select * from {{ ref('linkage_error_rates') }}
),

courts as (
    select * from {{ ref('courts') }}
),

-- A case is counted in the row of its lead defendant, everyone else in the row of their own.
counts as (
    select
        snapshot_date,
        jurisdiction_code as jurisdiction,
        court_code,
        receipt_type,
        offence_group,
        remand_status,
        age_band_weeks,
        open_reason,
        {{ justice.count_where('is_lead') }} as cases,
        count(*) as defendants,
        {{ justice.count_where('is_organisation') }} as organisations,
        count(distinct person_id) as persons,
        count(person_id) as appearances_of_persons,
        {{ justice.count_where('is_lead and case_age_days is not null') }} as cases_with_valid_age,
        {{ justice.count_where('is_lead and case_age_days is null and case_received_date is null') }}
            as cases_without_receipt_date,
        {{ justice.count_where('is_lead and case_age_days is null and case_received_date is not null') }}
            as cases_received_out_of_order,
        cast({{ justice.sum_where('case_age_days', 'is_lead') }} as bigint) as case_age_days_total
    from open_defendants
    group by
        snapshot_date,
        jurisdiction_code,
        court_code,
        receipt_type,
        offence_group,
        remand_status,
        age_band_weeks,
        open_reason
)

select
    counts.snapshot_date,
    counts.jurisdiction,
    counts.court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    {{ justice.or_unknown('courts.region') }} as court_region,
    counts.receipt_type,
    counts.offence_group,
    counts.remand_status,
    counts.age_band_weeks,
    counts.open_reason,
    counts.cases,
    counts.defendants,
    counts.organisations,
    counts.persons,
    {{ justice.persons_bounds(
        'counts.persons',
        'counts.appearances_of_persons',
        'error_rates.false_link_rate_high',
        'error_rates.missed_link_rate_high'
    ) }},
    counts.cases_with_valid_age,
    counts.cases_without_receipt_date,
    counts.cases_received_out_of_order,
    counts.case_age_days_total,
    month_ends.is_before_first_extract,
    {{ justice.coverage('counts.snapshot_date', 'month', area='counts.court_code') }} as coverage,
    month_ends.data_as_of
from counts
inner join month_ends
    on counts.snapshot_date = month_ends.snapshot_date
left join courts
    on counts.court_code = courts.court_ou_code
cross join error_rates
