{#-
    The columns are the primary key: no part is missing and no two rows agree in all of them. One query for both
    checks and for any number of columns. Returns the offending keys and how often each occurs.
-#}
{% test primary_key(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as occurrences
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or {{ columns | join(' is null or ') }} is null

{% endtest %}
