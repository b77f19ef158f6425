{#-
    The condition is true of every row; a row for which it is null fails too. Returns the offending rows.
-#}
{% test every_row(model, condition) %}

select *
from {{ model }}
where not coalesce({{ condition }}, false)

{% endtest %}
