with person_links as (
    select * from {{ justice.files_of('linkage', 'person_links') }}
)

select
    record_id,
    person_id,
    join_method,
    model_version,
    match_probability
from person_links
