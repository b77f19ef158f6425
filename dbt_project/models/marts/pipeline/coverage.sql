with coverage_months as (
    select * from {{ ref('coverage_months') }}
)

select
    agency,
    feed,
    area_type,
    area_code,
    state,
    cast(share_expected as double) as share_expected,
    month,
    {{ justice.data_as_of() }} as data_as_of
from coverage_months
