with measured as (
    select * from {{ ref('stg_linkage__error_rates') }}
)

select
    model_version,
    source,
    links,
    false_links,
    true_links,
    missed_links,
    {{ justice.rate('false_links', 'links') }} as false_link_rate,
    {{ justice.wilson_upper('false_links', 'links') }} as false_link_rate_high,
    {{ justice.rate('missed_links', 'true_links') }} as missed_link_rate,
    {{ justice.wilson_upper('missed_links', 'true_links') }} as missed_link_rate_high
from measured
