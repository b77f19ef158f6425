{#-
    None of the columns is ever null. One query for any number of columns. Returns the offending rows.
-#}
{% test values_present(model, columns) %}

select {{ columns | join(', ') }}
from {{ model }}
where {{ columns | join(' is null or ') }} is null

{% endtest %}
