with source_rows as (
    select * from {source}
),

observation_window as (
    select * from {period}
)

select
    {columns},
    max(observation_window.data_as_of) as {last}
from source_rows
cross join observation_window
where {day} <= observation_window.data_as_of
group by
    {groups}
