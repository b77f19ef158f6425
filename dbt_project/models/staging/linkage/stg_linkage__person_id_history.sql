with person_id_history as (
    select * from {{ justice.files_of('linkage', 'person_id_history') }}
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
from person_id_history
