with changes as (
    select * from {{ ref('stg_linkage__person_id_history') }}
)

select
    change_number,
    build,
    change,
    old_person_id,
    new_person_id,
    cause,
    records_moved,
    data_as_of,
    changed_at
from changes
