{#-
    A model's schema is exactly the one its folder names (reference, staging, linkage, conformed, mart_steps, marts), without the
    target's schema as a prefix: readers and tests know where a table is whichever profile built it.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
