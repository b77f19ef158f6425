{#-
    Police National Computer id. Canonical form YYYY/NNNNNNNL: year, serial of 7 digits, check letter over the two last
    digits of the year and the serial (the century is not in the check).

    Read with a two- or a four-digit year. A slash settles which; without one both readings are tried, and if both pass
    the check the id is ambiguous. Two-digit years pivot on the year of the extract, never on today, so that the same
    delivery always gives the same id: years up to the extract's are 20YY, later ones 19YY.
-#}

{%- macro normalise_pnc(pnc_id, extract_date) -%}
    {%- set r = justice.pnc_readings(pnc_id) -%}
    case
        when {{ r.long_passes }} and {{ r.short_passes }} then null
        when {{ r.long_passes }} then substring({{ r.compact }}, 1, 4) || '/' || {{ r.long_serial }} || {{ r.letter }}
        when {{ r.short_passes }}
            then
                case
                    when {{ justice.try_cast_to('substring(' ~ r.compact ~ ', 1, 2)', 'integer') }}
                        <= extract(year from {{ extract_date }}) - 2000 then '20'
                    else '19'
                end
                || substring({{ r.compact }}, 1, 2) || '/' || {{ r.short_serial }} || {{ r.letter }}
    end
{%- endmacro -%}

{%- macro pnc_reason(pnc_id) -%}
    {%- set r = justice.pnc_readings(pnc_id) -%}
    case
        when {{ pnc_id }} is null or trim({{ pnc_id }}) = '' then 'missing'
        when {{ r.long_passes }} and {{ r.short_passes }} then 'ambiguous'
        when {{ r.long_passes }} or {{ r.short_passes }} then 'valid'
        when {{ r.long_form }} or {{ r.short_form }} then 'bad_check_letter'
        else 'bad_format'
    end
{%- endmacro -%}

{#- The SQL pieces of both readings, as a dictionary. -#}
{%- macro pnc_readings(pnc_id) -%}
    {%- set slashed = justice.identifier_with_slashes(pnc_id) -%}
    {%- set compact = "replace(" ~ slashed ~ ", '/', '')" -%}
    {%- set letter = "right(" ~ slashed ~ ", 1)" -%}
    {%- set long_serial = "lpad(substring(" ~ compact ~ ", 5, length(" ~ compact ~ ") - 5), 7, '0')" -%}
    {%- set short_serial = "lpad(substring(" ~ compact ~ ", 3, length(" ~ compact ~ ") - 3), 7, '0')" -%}
    {%- set long_form = justice.regexp_matches(slashed, '^(19|20)[0-9]{2}/?[0-9]{1,7}[A-Z]$') -%}
    {%- set short_form = justice.regexp_matches(slashed, '^[0-9]{2}/?[0-9]{1,7}[A-Z]$') -%}
    {%- set readings = {
        'compact': compact,
        'letter': letter,
        'long_serial': long_serial,
        'short_serial': short_serial,
        'long_form': long_form,
        'short_form': short_form,
        'long_passes': "(" ~ long_form ~ " and " ~ justice.check_letter(
            "substring(" ~ compact ~ ", 3, 2) || " ~ long_serial
        ) ~ " = " ~ letter ~ ")",
        'short_passes': "(" ~ short_form ~ " and " ~ justice.check_letter(
            "substring(" ~ compact ~ ", 1, 2) || " ~ short_serial
        ) ~ " = " ~ letter ~ ")",
    } -%}
    {{ return(readings) }}
{%- endmacro -%}
