with quarantined_rows as (
    select * from {{ justice.files_of('gate', 'quarantined_rows') }}
)

select
    delivery_id,
    row_number,
    rule_code,
    column_name,
    message
from quarantined_rows
