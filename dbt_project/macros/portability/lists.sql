{#-
    Lists. Staging keeps a delivered list as one text, its values joined with ';'. These macros take it apart and put
    lists together the same way on both engines.
-#}

{#-
    In a select list: one row per value of a ';' list, blanks around values removed. A null list yields no row. Use once per select.
-#}
{%- macro explode_list(list_text) -%}
    {{ return(adapter.dispatch('explode_list', 'justice')(list_text)) }}
{%- endmacro -%}

{%- macro default__explode_list(list_text) -%}
    trim(unnest(string_split({{ list_text }}, ';')))
{%- endmacro -%}

{#- Spark allows a generator only at the top of a select list, so blanks around ';' go before the split. -#}
{%- macro spark__explode_list(list_text) -%}
    explode(split(regexp_replace(trim({{ list_text }}), ' *; *', ';'), ';'))
{%- endmacro -%}


{#- Distinct non-null values of a group, in ascending order, joined with a separator; null if there is none. -#}
{%- macro join_distinct(expression, separator=';') -%}
    {{ return(adapter.dispatch('join_distinct', 'justice')(expression, separator)) }}
{%- endmacro -%}

{%- macro default__join_distinct(expression, separator) -%}
    string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro -%}

{%- macro spark__join_distinct(expression, separator) -%}
    nullif(array_join(array_sort(collect_set({{ expression }})), '{{ separator }}'), '')
{%- endmacro -%}


{#- One row per whole number from 0 to `last` (a literal), in column `number`: calendars and histograms. -#}
{%- macro number_series(last) -%}
    {{ return(adapter.dispatch('number_series', 'justice')(last)) }}
{%- endmacro -%}

{%- macro default__number_series(last) -%}
    select cast(range as integer) as number from range(0, {{ last }} + 1)
{%- endmacro -%}

{%- macro spark__number_series(last) -%}
    select cast(id as integer) as number from range(0, {{ last }} + 1)
{%- endmacro -%}
