with error_rates as (
    select * from {{ justice.files_of('linkage', 'error_rates') }}
)

select
    model_version,
    source,
    links,
    false_links,
    true_links,
    missed_links
from error_rates
