{#-
    Groups that agencies spell in words, as the marts' values. What does not belong here: codes that a reference list
    groups (they are joined from the list).
-#}

{#- Words to a lower snake_case value: 'Person and Vehicle search' is person_and_vehicle_search. Null stays null. -#}
{%- macro snake_case(text) -%}
    nullif(
        {{ justice.regexp_replace(justice.regexp_replace('lower(' ~ text ~ ')', '[^a-z0-9]+', '_'), '^_+|_+$', '') }}, ''
    )
{%- endmacro -%}


{#- A category that must never be null in a mart: missing is the explicit value unknown. -#}
{%- macro or_unknown(value) -%}
    coalesce({{ value }}, 'unknown')
{%- endmacro -%}


{#-
    In an aggregate: the value of the row with the lowest sort key that has one. Rows without a value are taken out by
    hand, because the engines' min_by treat them differently.
-#}
{%- macro first_value_by(value, sort_key) -%}
    min_by({{ value }}, case when {{ value }} is not null then {{ sort_key }} end)
{%- endmacro -%}


{#- What stands before the first dash of a wording, in lower case: 'White - Irish' gives 'white'. -#}
{%- macro words_before_dash(words) -%}
    lower(trim(split_part({{ words }}, ' - ', 1)))
{%- endmacro -%}
