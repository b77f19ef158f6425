{#-
    Groups that several models share: age bands and sex. What does not belong here: groups that a reference list
    carries (ethnicity, offence group, court type), which are joined from the list.
-#}

{#- Age band of the marts from an age in completed years; under 10 (below the age of responsibility) is unknown. -#}
{%- macro age_band(age) -%}
    case
        when {{ age }} between 10 and 17 then '10-17'
        when {{ age }} between 18 and 20 then '18-20'
        when {{ age }} between 21 and 24 then '21-24'
        when {{ age }} between 25 and 29 then '25-29'
        when {{ age }} between 30 and 39 then '30-39'
        when {{ age }} between 40 and 49 then '40-49'
        when {{ age }} between 50 and 59 then '50-59'
        when {{ age }} between 60 and 120 then '60+'
        else 'unknown'
    end
{%- endmacro -%}


{#- Age band on a date, from a date of birth. -#}
{%- macro age_band_on(date_of_birth, on_date) -%}
    {{ justice.age_band('(' ~ justice.age_on(date_of_birth, on_date) ~ ')') }}
{%- endmacro -%}


{#-
    Sex as male, female or unknown from any agency's code: M/F/U, MALE/FEMALE/NOT KNOWN, Male/Female/Other, and the
    0/1/2/9 of the courts (0 not known, 1 male, 2 female, 9 not specified).
-#}
{%- macro sex_from_code(code) -%}
    case
        when upper({{ code }}) in ('M', 'MALE', '1') then 'male'
        when upper({{ code }}) in ('F', 'FEMALE', '2') then 'female'
        else 'unknown'
    end
{%- endmacro -%}


{#-
    Gender of somebody stopped, as the public stop-and-search files word it: male, female, other, or unknown.
-#}
{%- macro gender_from_text(text) -%}
    case
        when lower({{ text }}) in ('male', 'female', 'other') then lower({{ text }})
        else 'unknown'
    end
{%- endmacro -%}


{#- First of several forenames, and the rest of them (null if there is none). -#}
{%- macro first_forename(forenames) -%}
    split_part({{ justice.without_title(forenames) }}, ' ', 1)
{%- endmacro -%}

{%- macro later_forenames(forenames) -%}
    nullif(trim(substring(
        {{ justice.without_title(forenames) }}, length({{ justice.first_forename(forenames) }}) + 1
    )), '')
{%- endmacro -%}

{#- Forenames without a title typed in front of them ('MR JOHN'); a title that stands alone is kept: it may be a name. -#}
{%- macro without_title(forenames) -%}
    trim({{ justice.regexp_replace(
        'trim(' ~ forenames ~ ')', '(?i)^(mr|mrs|ms|miss|mx|dr|sir|dame|lady|lord|rev|revd|reverend|prof|professor)[.]? +', ''
    ) }})
{%- endmacro -%}


{#-
    The code where the reference list has it, unknown where it has not, null where none was delivered. `listed_code`
    is the list's key after a left join on it.
-#}
{%- macro known_code(code, listed_code) -%}
    case when {{ code }} is not null then coalesce({{ listed_code }}, 'unknown') end
{%- endmacro -%}


{#-
    A code without the qualifier that may follow it, as its reference list holds it. `qualified` is what the list's codes
    look like with one (QUALIFIED_CODES in orchestration/contracts/model.py); none where the list has no qualifiers.
-#}
{%- macro without_qualifier(code, qualified) -%}
    {%- if qualified -%}
    case
        when {{ justice.regexp_matches(code, qualified.pattern) }} then substring({{ code }}, 1, {{ qualified.length }})
        else {{ code }}
    end
    {%- else -%}
    {{ code }}
    {%- endif -%}
{%- endmacro -%}


{#- The qualifier a code was delivered with, as its letter; null where there was none or the code is not in the list. -#}
{%- macro code_qualifier(delivered_code, listed_code) -%}
    case
        when {{ listed_code }} <> 'unknown' and {{ delivered_code }} <> {{ listed_code }}
            then substring({{ delivered_code }}, length({{ listed_code }}) + 1)
    end
{%- endmacro -%}


{#-
    Is a surname the name of a company or another body (Companies Act 2006, sections 58 and 59, and their Welsh forms),
    typed where a person's name belongs? Its ending stands after another word; Ltd alone may be somebody's name. False for
    null.
-#}
{%- macro is_organisation_name(surname) -%}
    {%- set endings = [
        'LIMITED', 'LTD', 'PLC', 'LLP', 'CIC', 'UNLIMITED', 'INCORPORATED', 'CYFYNGEDIG', 'CYF', 'CCC', 'CBC'
    ] -%}
    coalesce(
        {{ justice.regexp_matches('upper(' ~ surname ~ ')', '[ .,&](' ~ endings | join('|') ~ ')[.]?$') }}, false
    )
{%- endmacro -%}
