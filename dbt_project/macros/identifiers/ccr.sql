{#-
    Reference of a court case on the Police National Computer: YY/CCCC/NNNNNNL, that is year, court (4 digits), serial
    padded to 6 digits, check letter. The display form drops the serial's leading zeros. The check letter is over year,
    court and padded serial (CJS Data Standards Catalogue, whose own example, 05/9876/123456R, fails it).

    The slashes, or what is written for them, are needed: without them nobody can tell where a short serial begins.
-#}

{%- macro normalise_ccr(ccr) -%}
    {%- set r = justice.ccr_readings(ccr) -%}
    case when {{ r.passes }} then substring({{ r.slashed }}, 1, 8) || {{ r.serial }} || right({{ r.slashed }}, 1) end
{%- endmacro -%}

{%- macro ccr_reason(ccr) -%}
    {%- set r = justice.ccr_readings(ccr) -%}
    case
        when {{ ccr }} is null or trim({{ ccr }}) = '' then 'missing'
        when {{ r.passes }} then 'valid'
        when {{ r.form }} then 'bad_check_letter'
        else 'bad_format'
    end
{%- endmacro -%}

{#- The SQL pieces, as a dictionary. -#}
{%- macro ccr_readings(ccr) -%}
    {%- set slashed = justice.identifier_with_slashes(ccr) -%}
    {%- set serial = "lpad(substring(" ~ slashed ~ ", 9, length(" ~ slashed ~ ") - 9), 6, '0')" -%}
    {%- set form = justice.regexp_matches(slashed, '^[0-9]{2}/[0-9]{4}/[0-9]{1,6}[A-HJ-NP-RT-Z]$') -%}
    {%- set readings = {
        'slashed': slashed,
        'serial': serial,
        'form': form,
        'passes': "(" ~ form ~ " and " ~ justice.check_letter(
            "substring(" ~ slashed ~ ", 1, 2) || substring(" ~ slashed ~ ", 4, 4) || " ~ serial
        ) ~ " = right(" ~ slashed ~ ", 1))",
    } -%}
    {{ return(readings) }}
{%- endmacro -%}
