{#-
    Identifiers without a check letter, and postcodes: upper case, separators as the pattern wants them, null where the
    pattern fails.
-#}

{#-
    NOMS number: letter, 4 digits, 2 letters. One per person in prison. A key of another system, which only a mapping
    writes (`JAIL:10234`), is kept with the system's name in front: it can never be taken for a NOMS number.
-#}
{%- macro normalise_noms(noms_number) -%}
    {%- set key = 'upper(trim(' ~ noms_number ~ '))' -%}
    case
        when {{ justice.regexp_matches(key, '^[A-Z][A-Z0-9]{1,11}:[A-Z0-9_.-]{1,40}$') }} then {{ key }}
        else {{ justice.null_unless_matches(justice.identifier_compact(noms_number), '^[A-Z][0-9]{4}[A-Z]{2}$') }}
    end
{%- endmacro -%}

{#- Probation case reference number: one or two letters and 6 digits. -#}
{%- macro normalise_crn(crn) -%}
    {{ justice.null_unless_matches(justice.identifier_compact(crn), '^[A-Z]{1,2}[0-9]{6}$') }}
{%- endmacro -%}

{#-
    Case unique reference number (PTI-URN): force and unit (4), then 3 to 7 digits of sequence and year; a suffix
    letter marks a split or merged case and is kept, because those are different cases.
-#}
{%- macro normalise_ptiurn(ptiurn) -%}
    {{ justice.null_unless_matches(justice.identifier_compact(ptiurn), '^[A-Z0-9]{4}[0-9]{3,7}[A-Z]?$') }}
{%- endmacro -%}

{#- Postcode with one blank before the inward code; the codes that stand for no fixed abode are null. -#}
{%- macro normalise_postcode(postcode) -%}
    {%- set compact = justice.identifier_compact(postcode) -%}
    case
        when {{ compact }} in ('NF11NF', 'NF11FA') then null
        when {{ justice.regexp_matches(compact, '^([A-Z][A-HJ-Y]?[0-9][A-Z0-9]?[0-9][A-Z]{2}|GIR0A{2})$') }}
            then substring({{ compact }}, 1, length({{ compact }}) - 3) || ' ' || right({{ compact }}, 3)
    end
{%- endmacro -%}

{%- macro null_unless_matches(text, pattern) -%}
    case when {{ justice.regexp_matches(text, pattern) }} then {{ text }} end
{%- endmacro -%}

{#- The canonical form where there is one, else the delivered text in capitals: keys must never be lost to a typo. -#}
{%- macro key_text(canonical, delivered) -%}
    coalesce({{ canonical }}, upper(trim({{ delivered }})))
{%- endmacro -%}

{#- A case reference without its suffix letter; null where it has none. -#}
{%- macro ptiurn_without_suffix(ptiurn) -%}
    case
        when {{ justice.regexp_matches(ptiurn, '^[A-Z0-9]{4}[0-9]{3,7}[A-Z]$') }}
            then substring({{ ptiurn }}, 1, length({{ ptiurn }}) - 1)
    end
{%- endmacro -%}
