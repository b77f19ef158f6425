{#-
    Identifiers of the justice system, normalised in one place. Each macro takes the delivered text and gives the
    canonical form, or null where the text is malformed, fails its check letter, is ambiguous, or is a placeholder;
    the delivered text stays in raw. `<identifier>_reason` says which of these it was: valid, missing, bad_format,
    bad_check_letter, ambiguous, placeholder, dummy.

    All check letters share one alphabet (CJS Data Standards Catalogue): the number modulo 23, 1 = A, 2 = B … 0 = Z;
    I, O and S are not used.
-#}
{%- macro check_letter(digits) -%}
    {#- try_cast: an engine may evaluate this for texts that the format test beside it rules out. -#}
    substring('ZABCDEFGHJKLMNPQRTUVWXY', cast({{ justice.try_cast_to(digits, 'bigint') }} % 23 as integer) + 1, 1)
{%- endmacro -%}

{#- Upper case, with slashes, backslashes, hyphens and runs of blanks written as one slash. -#}
{%- macro identifier_with_slashes(text) -%}
    {{ justice.regexp_replace("replace(upper(trim(" ~ text ~ ")), chr(92), '/')", '[/ -]+', '/') }}
{%- endmacro -%}

{#- Upper case, without slashes, backslashes, hyphens and blanks. -#}
{%- macro identifier_compact(text) -%}
    {{ justice.regexp_replace("replace(upper(" ~ text ~ "), chr(92), '')", '[/ -]+', '') }}
{%- endmacro -%}
