{#-
    Every non-null value of the column is a value of `field` in `to`. Returns each value that is not, and its rows.
    As dbt's own relationships test, but it names how many rows each missing value touches.
-#}
{% test reference_holds(model, column, to, field) %}

select
    child.{{ column }},
    count(*) as occurrences
from {{ model }} as child
left join {{ to }} as parent
    on child.{{ column }} = parent.{{ field }}
where
    child.{{ column }} is not null
    and parent.{{ field }} is null
group by child.{{ column }}

{% endtest %}
