with recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

leading_records as (
    select *
    from recorded_defendants
    where is_lead
)

select
    merged.recorded_defendant_id || '|' || merged.source_case_id as subject_key,
    merged.defendant_id,
    merged.case_id,
    merged.person_id,
    defendants.court_code,
    'two_defendants' as value_a,
    'one_person' as value_b,
    coalesce(
        abs({{ justice.days_between('leading_records.received_date', 'merged.received_date') }}), 0
    ) as days_apart,
    coalesce(merged.received_date, leading_records.received_date, horizons.court_to) as event_date,
    horizons.court_to as observed_to
from recorded_defendants as merged
inner join leading_records
    on merged.defendant_id = leading_records.defendant_id
inner join defendants
    on merged.defendant_id = defendants.defendant_id
cross join horizons
where
    not merged.is_lead
    and merged.recorded_defendant_id <> leading_records.recorded_defendant_id
