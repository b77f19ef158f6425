with observation_window as (
    select * from {{ ref('observation_window') }}
),

numbers as (
    {{ justice.number_series(1199) }}
),

month_ends as (
    select
        {{ justice.add_days(
            justice.add_months(justice.month_start('observation_window.first_receipt_date'), 'numbers.number + 1'), -1
        ) }} as snapshot_date,
        observation_window.data_as_of,
        observation_window.court_observed_from
    from observation_window
    cross join numbers
)

select
    snapshot_date,
    data_as_of,
    coalesce(snapshot_date < court_observed_from, true) as is_before_first_extract
from month_ends
where snapshot_date <= data_as_of
