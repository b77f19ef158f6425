{#-
    Arrest/summons number. Canonical form is the long one: YY, force (2), unit (2), system (2), sequence of 11 digits,
    check letter: 20 characters, or 21 where a top-level organisation letter follows the year. The display form
    YY/FFUU/SS/N/L is padded to it.

    The check letter is over force, system, year and sequence; force and system count only where they are digits; the
    unit and the top-level letter never count. Numbers that systems make up for arrests that have none are dummies:
    evidence of nothing.
-#}

{%- macro normalise_asn(asn) -%}
    {%- set r = justice.asn_readings(asn) -%}
    case when {{ r.passes }} and not {{ r.dummy }} then {{ r.long }} end
{%- endmacro -%}

{%- macro asn_reason(asn) -%}
    {%- set r = justice.asn_readings(asn) -%}
    case
        when {{ asn }} is null or trim({{ asn }}) = '' then 'missing'
        when not {{ r.form }} then 'bad_format'
        when {{ r.dummy }} then 'dummy'
        when {{ r.passes }} then 'valid'
        else 'bad_check_letter'
    end
{%- endmacro -%}

{#- The SQL pieces, as a dictionary. `at` is where the force begins: one later in the 21-character form. -#}
{%- macro asn_readings(asn) -%}
    {%- set compact = justice.identifier_compact(asn) -%}
    {%- set at = "case when length(" ~ compact ~ ") = 21 then 4 else 3 end" -%}
    {%- set prefix = "substring(" ~ compact ~ ", 1, " ~ at ~ " + 5)" -%}
    {%- set sequence = "lpad(substring(" ~ compact ~ ", " ~ at ~ " + 6, length(" ~ compact ~ ") - " ~ at ~ " - 6), 11, '0')" -%}
    {%- set force = justice.regexp_replace("substring(" ~ compact ~ ", " ~ at ~ ", 2)", '.*[A-Z].*') -%}
    {%- set system = justice.regexp_replace("substring(" ~ compact ~ ", " ~ at ~ " + 4, 2)", '.*[A-Z].*') -%}
    {%- set long = prefix ~ " || " ~ sequence ~ " || right(" ~ compact ~ ", 1)" -%}
    {%- set form = justice.regexp_matches(
        compact, '^[0-9]{2}([A-Z0-9]{6}[0-9]{1,11}|[A-Z0-9]{7}[0-9]{11})[A-HJ-NP-RT-Z]$'
    ) -%}
    {%- set dummies = [
        '0800[NP]P01[0-9]{11}',
        '[0-9]{4}NRPR[0-9A-Z]{12}',
        '[0-9]{2}12LN00[0-9]{11}',
        '[0-9]{2}00NP00[0-9]{11}',
        '[0-9]{2}6300[0-9]{13}',
        '[0-9]{2}06SS[0-9A-Z]{2}[0-9]{11}',
        '[0-9]{2}00XX[0-9A-Z]{2}[0-9]{11}',
        '[0-9]{2}50(11|12|21|41|42|43|OF|SJ)[0-9A-Z]{2}[0-9]{11}',
    ] -%}
    {%- set readings = {
        'long': long,
        'form': form,
        'dummy': justice.regexp_matches(long, '^(' ~ dummies | join('|') ~ ')'),
        'passes': "(" ~ form ~ " and " ~ justice.check_letter(
            force ~ " || " ~ system ~ " || substring(" ~ compact ~ ", 1, 2) || " ~ sequence
        ) ~ " = right(" ~ compact ~ ", 1))",
    } -%}
    {{ return(readings) }}
{%- endmacro -%}
