{#-
    Text: regular expressions, hashes, tolerant casts. What belongs here: text functions that DuckDB and Spark spell
    differently. What does not: rules about what a text means (macros/identifiers, macros/codes).

    Patterns must be readable by RE2 and by Java: no look-around, no back-references, and no backslash (Spark would
    want it doubled): write [0-9], not \d.
-#}

{%- macro regexp_matches(text, pattern) -%}
    {{ return(adapter.dispatch('regexp_matches', 'justice')(text, pattern)) }}
{%- endmacro -%}

{%- macro default__regexp_matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro -%}

{%- macro spark__regexp_matches(text, pattern) -%}
    ({{ text }} rlike '{{ pattern }}')
{%- endmacro -%}


{%- macro regexp_extract(text, pattern, group=1) -%}
    {{ return(adapter.dispatch('regexp_extract', 'justice')(text, pattern, group)) }}
{%- endmacro -%}

{%- macro default__regexp_extract(text, pattern, group) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro -%}


{%- macro regexp_replace(text, pattern, replacement='') -%}
    {{ return(adapter.dispatch('regexp_replace', 'justice')(text, pattern, replacement)) }}
{%- endmacro -%}

{#- DuckDB replaces the first match unless told 'g'; Spark replaces all. -#}
{%- macro default__regexp_replace(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro -%}

{%- macro spark__regexp_replace(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro -%}


{#- dbt.safe_cast is a plain cast on Spark, which raises in ANSI mode: both engines know try_cast. -#}
{%- macro try_cast_to(expression, data_type) -%}
    try_cast({{ expression }} as {{ data_type }})
{%- endmacro -%}


{%- macro sha256_hex(text) -%}
    {{ return(adapter.dispatch('sha256_hex', 'justice')(text)) }}
{%- endmacro -%}

{%- macro default__sha256_hex(text) -%}
    sha256({{ text }})
{%- endmacro -%}

{%- macro spark__sha256_hex(text) -%}
    sha2({{ text }}, 256)
{%- endmacro -%}


{#-
    Keyed hash of a text, 64 hex characters; null stays null. Nested over two keys derived from one secret (the NMAC
    construction that HMAC instantiates), because neither engine has HMAC and a single keyed SHA-256 can be extended.
-#}
{%- macro hmac_token(text, key) -%}
    {%- set inner = justice.sha256_hex("'inner:' || " ~ key ~ " || ':' || cast(" ~ text ~ " as " ~ dbt.type_string() ~ ")") -%}
    {{ justice.sha256_hex("'outer:' || " ~ key ~ " || ':' || " ~ inner) }}
{%- endmacro -%}


{#- First `length` characters of the SHA-256 of key parts joined with '|': surrogate keys. A null part makes it null. -#}
{%- macro hash_key(parts, length=32) -%}
    {%- set pieces = [] -%}
    {%- for part in parts -%}
        {%- do pieces.append("cast(" ~ part ~ " as " ~ dbt.type_string() ~ ")") -%}
    {%- endfor -%}
    substring({{ justice.sha256_hex(pieces | join(" || '|' || ")) }}, 1, {{ length }})
{%- endmacro -%}
