{#-
    The date every mart speaks of, as an expression: the newest extract date used, never the day of the build, so that a
    rebuild is identical. Write it as the last column of a mart: `justice.data_as_of() as data_as_of`.
-#}
{%- macro data_as_of() -%}
    (select max(data_as_of) from {{ ref('newest_extract') }})
{%- endmacro -%}
