with custody_periods as (
    select * from {{ ref('int_court_custody_periods') }}
)

select
    defendant_id,
    sum({{ justice.days_between('from_date', 'to_date') }}) as days_court_view
from custody_periods
group by defendant_id
