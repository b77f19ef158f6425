with quality as (
    select * from {{ justice.files_of('linkage', 'quality') }}
)

select
    {{ justice.linkage_accuracy_columns() | join(',\n    ') }}
from quality
