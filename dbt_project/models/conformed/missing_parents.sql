{%- set references = [
    {'entity': 'defendants', 'refers_to': 'cases', 'key': 'case_id'},
    {'entity': 'charges', 'refers_to': 'defendants', 'key': 'defendant_id'},
    {'entity': 'appearances', 'refers_to': 'hearings', 'key': 'hearing_id'},
    {'entity': 'appearances', 'refers_to': 'defendants', 'key': 'defendant_id'},
    {'entity': 'results', 'refers_to': 'charges', 'key': 'charge_id'},
    {'entity': 'results', 'refers_to': 'hearings', 'key': 'hearing_id'},
] -%}

{%- for reference in references %}
select
    '{{ reference.entity }}' as entity,
    '{{ reference.refers_to }}' as refers_to,
    count(*) as records,
    {{ justice.count_where('parents.' ~ reference.key ~ ' is null') }} as records_without_parent
from {{ ref(reference.entity) }} as children
left join {{ ref(reference.refers_to) }} as parents
    on children.{{ reference.key }} = parents.{{ reference.key }}
{{ 'union all' if not loop.last }}
{%- endfor %}
