{#-
    Criminal Records Office number. Standard form NNNNNN/YYL, serial padded to 6 digits; simple-file form SFYY/NL,
    serial as written. The check letter is over the year and the serial (padded in the first form, as written in the
    second). A serial of zeros is a placeholder, although it passes the check.
-#}

{%- macro normalise_cro(cro_number) -%}
    {%- set r = justice.cro_readings(cro_number) -%}
    case
        when {{ r.placeholder }} then null
        when {{ r.standard_passes }} then {{ r.standard_serial }} || '/' || right({{ r.slashed }}, 3)
        when {{ r.simple_passes }} then {{ r.slashed }}
    end
{%- endmacro -%}

{%- macro cro_reason(cro_number) -%}
    {%- set r = justice.cro_readings(cro_number) -%}
    case
        when {{ cro_number }} is null or trim({{ cro_number }}) = '' then 'missing'
        when {{ r.placeholder }} then 'placeholder'
        when {{ r.standard_passes }} or {{ r.simple_passes }} then 'valid'
        when {{ r.standard_form }} or {{ r.simple_form }} then 'bad_check_letter'
        else 'bad_format'
    end
{%- endmacro -%}

{#- The SQL pieces of both forms, as a dictionary. -#}
{%- macro cro_readings(cro_number) -%}
    {%- set slashed = justice.identifier_with_slashes(cro_number) -%}
    {%- set letter = "right(" ~ slashed ~ ", 1)" -%}
    {%- set standard_serial = "lpad(substring(" ~ slashed ~ ", 1, length(" ~ slashed ~ ") - 4), 6, '0')" -%}
    {%- set standard_year = "substring(right(" ~ slashed ~ ", 3), 1, 2)" -%}
    {%- set simple_digits = "replace(substring(" ~ slashed ~ ", 3, length(" ~ slashed ~ ") - 3), '/', '')" -%}
    {%- set standard_form = justice.regexp_matches(slashed, '^[0-9]{1,6}/[0-9]{2}[A-Z]$') -%}
    {%- set simple_form = justice.regexp_matches(slashed, '^SF[0-9]{2}/[0-9]{1,6}[A-Z]$') -%}
    {%- set readings = {
        'slashed': slashed,
        'standard_serial': standard_serial,
        'standard_form': standard_form,
        'simple_form': simple_form,
        'placeholder': justice.regexp_matches(slashed, '^(0{1,6}/[0-9]{2}|SF[0-9]{2}/0{1,6})[A-Z]$'),
        'standard_passes': "(" ~ standard_form ~ " and "
            ~ justice.check_letter(standard_year ~ " || " ~ standard_serial) ~ " = " ~ letter ~ ")",
        'simple_passes': "(" ~ simple_form ~ " and " ~ justice.check_letter(simple_digits) ~ " = " ~ letter ~ ")",
    } -%}
    {{ return(readings) }}
{%- endmacro -%}
