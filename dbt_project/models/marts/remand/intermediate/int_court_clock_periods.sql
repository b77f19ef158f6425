with results as (
    select * from {{ ref('results') }}
),

result_codes as (
    select * from {{ ref('result_codes') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

-- What a day's results do to the clock of a charge. A continuation does nothing: in court results it is bail as often
-- as custody, so it must not open the clock. Of a start and a stop on one day the stop counts.
clock_days as (
    select
        results.charge_id,
        results.defendant_id,
        results.result_date,
        case when bool_or(result_codes.clock_court_events = 'STOP') then 'stop' else 'start' end as action,
        bool_or(
            result_codes.clock_court_events = 'STOP'
            and coalesce(
                result_codes.clock_stop_is_custodial,
                {{ justice.is_immediate_custody('result_codes.disposal_type') }},
                false
            )
        ) as is_custodial
    from results
    inner join result_codes
        on results.cjs_result_code = result_codes.cjs_result_code
    cross join observation_window
    where
        result_codes.clock_court_events in ('START', 'STOP')
        and results.defendant_id is not null
        and results.result_date <= observation_window.custody_as_of
    group by results.charge_id, results.defendant_id, results.result_date
),

previous_actions as (
    select
        *,
        lag(action) over (partition by charge_id order by result_date asc) as previous_action
    from clock_days
),

changes as (
    select
        *,
        lead(result_date) over (partition by charge_id order by result_date asc) as stop_date,
        lead(is_custodial) over (partition by charge_id order by result_date asc) as is_stop_custodial
    from previous_actions
    where
        action <> previous_action
        or (action = 'start' and previous_action is null)
),

-- A custodial sentence counts its own day; the day of any other stop still belongs to the remand.
charge_periods as (
    select
        defendant_id,
        charge_id,
        result_date as from_date,
        not is_stop_custodial as is_last_day_counted,
        case when is_stop_custodial then {{ justice.add_days('stop_date', -1) }} else stop_date end as to_date
    from changes
    where action = 'start'
),

closed_periods as (
    select
        *,
        max(to_date) over (
            partition by defendant_id
            order by from_date asc, to_date asc, charge_id asc
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from charge_periods
    where to_date is not null
),

numbered_periods as (
    select
        *,
        sum(case when from_date <= {{ justice.add_days('covered_to', 1) }} then 0 else 1 end) over (
            partition by defendant_id
            order by from_date asc, to_date asc, charge_id asc
            rows between unbounded preceding and current row
        ) as period_number
    from closed_periods
),

ranked_ends as (
    select
        *,
        row_number() over (
            partition by defendant_id, period_number
            order by to_date desc, is_last_day_counted desc
        ) as end_rank
    from numbered_periods
),

merged_periods as (
    select
        defendant_id,
        min(from_date) as from_date,
        max(to_date) as to_date,
        bool_or(end_rank = 1 and is_last_day_counted) as is_last_day_counted
    from ranked_ends
    group by defendant_id, period_number
),

open_clocks as (
    select
        defendant_id,
        min(from_date) as from_date
    from charge_periods
    where to_date is null
    group by defendant_id
)

select
    defendant_id,
    {{ justice.days_between('from_date', 'to_date') }} + 1 as days,
    is_last_day_counted,
    false as is_open,
    from_date,
    to_date
from merged_periods
union all
select
    defendant_id,
    0 as days,
    false as is_last_day_counted,
    true as is_open,
    from_date,
    cast(null as date) as to_date
from open_clocks
