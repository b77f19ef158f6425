{%- set counted = "quality.source = 'reference_world' and quality.breakdown_value = 'hmcts/defendants'" -%}

with quality as (
    select * from {{ ref('linkage_accuracy') }}
),

-- Without grouping there is one row, also where the model was never measured.
measured as (
    select
        max(quality.model_version) as model_version,
        {%- for measure, hits, total in [
            ('false_link_rate', 'false_links', 'links'), ('missed_link_rate', 'missed_links', 'true_links')
        ] %}
        max(case when quality.measure = '{{ measure }}' and {{ counted }} then quality.numerator end) as {{ hits }},
        max(case when quality.measure = '{{ measure }}' and {{ counted }} then quality.denominator end) as {{ total }},
        {%- endfor %}
        max(case when quality.measure = 'false_link_rate' and {{ counted }} then quality.source end) as source
    from quality
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
