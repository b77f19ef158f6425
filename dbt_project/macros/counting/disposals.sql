{#-
    Counting rules of disposals and sentences, each in one place. Sources: Ministry of Justice, Guide to criminal
    justice statistics (principal offence, custody rate, average custodial sentence length).
-#}

{#- The disposal types, most severe first: the position in this list is the severity rank (1 = most severe). -#}
{%- macro disposal_types() -%}
    {{ return([
        'life_or_indeterminate', 'extended_or_special', 'determinate_custody', 'suspended_sentence',
        'community_sentence', 'fine', 'compensation', 'conditional_discharge', 'absolute_discharge', 'other', 'none'
    ]) }}
{%- endmacro -%}


{#- Severity rank of a disposal type, 1 = most severe; an unknown or missing type ranks below all. -#}
{%- macro disposal_severity(disposal_type) -%}
    case {{ disposal_type }}
        {%- for type in justice.disposal_types() %}
        when '{{ type }}' then {{ loop.index }}
        {%- endfor %}
        else {{ justice.disposal_types() | length + 1 }}
    end
{%- endmacro -%}


{#- Immediate custody: life, extended and determinate. A suspended sentence is not custody. -#}
{%- macro is_immediate_custody(disposal_type) -%}
    {{ disposal_type }} in ('life_or_indeterminate', 'extended_or_special', 'determinate_custody')
{%- endmacro -%}


{#-
    Length of a result in months from its value and unit (years x 12, months, weeks x 7 and days over 30.4375).
    Null for life (L), for hours of unpaid work (H), where the value or unit is missing, and where the value is nought or
    negative: nobody is sentenced to no months, so nought is a field left at its default.
-#}
{%- macro result_length_months(duration_value, duration_unit) -%}
    case case when {{ duration_value }} > 0 then {{ duration_unit }} end
        when 'Y' then {{ justice.length_in_months(years=duration_value) }}
        when 'M' then {{ justice.length_in_months(months=duration_value) }}
        when 'W' then {{ justice.length_in_months(weeks=duration_value) }}
        when 'D' then {{ justice.length_in_months(days=duration_value) }}
    end
{%- endmacro -%}


{#- Plea group of a charge's latest plea. Only G and NG are pleas to a charge: ADM, DEN and CON answer applications. -#}
{%- macro plea_group(plea_code) -%}
    case {{ plea_code }}
        when 'G' then 'guilty_plea'
        when 'NG' then 'not_guilty_plea'
        else 'no_plea'
    end
{%- endmacro -%}


{#-
    Disposal type of a result from its code's own type and its unit: custody for life (L) is life whatever the code,
    because 1002, 1007 and 1024 are given for terms and for life alike.
-#}
{%- macro result_disposal_type(disposal_type, duration_unit) -%}
    case
        when {{ duration_unit }} = 'L' and {{ justice.is_immediate_custody(disposal_type) }} then 'life_or_indeterminate'
        else coalesce({{ disposal_type }}, 'none')
    end
{%- endmacro -%}


{#-
    How the charge stands by its own records: convicted, acquitted, withdrawn, died or pending. A charge is concluded by
    a final result or by a verdict of not guilty or no conviction; a guilty verdict or plea alone leaves it pending until
    sentence, and so does a verdict of guilty of an alternative, whose conviction may stand in another count (`charges`
    decides that). The effect of a final result is a property of its code (reference list result_codes); a final result
    whose code is not in the list is a conviction only where the plea or verdict says so.
-#}
{%- macro charge_outcome(has_final_result, outcome_effect, verdict_code, plea_code) -%}
    case
        when not {{ has_final_result }} and {{ verdict_code }} in ('NG', 'NC') then 'acquitted'
        when not {{ has_final_result }} then 'pending'
        when {{ outcome_effect }} = 'CONVICTED_SENTENCE' then 'convicted'
        when {{ outcome_effect }} = 'ACQUITTED' then 'acquitted'
        when {{ outcome_effect }} = 'WITHDRAWN' then 'withdrawn'
        when {{ outcome_effect }} = 'DIED' then 'died'
        when {{ verdict_code }} in ('NG', 'NC') then 'acquitted'
        when {{ verdict_code }} in ('G', 'NA') or {{ plea_code }} = 'G' then 'convicted'
        else 'withdrawn'
    end
{%- endmacro -%}


{#- Rank of an offence category: indictable only before either way before summary; unknown last. -#}
{%- macro offence_category_rank(category) -%}
    case {{ category }}
        when 'CI' then 1
        when 'CE' then 2
        when 'CS' then 3
        when 'CM' then 3
        else 4
    end
{%- endmacro -%}


{#-
    Total of a length over a group, 0 if there is none. Added as decimals: a sum of binary fractions depends on the order
    of the rows, and the same deliveries must give the same total to the last digit. Each part is kept to `precision`
    digits, `scale` of them decimals; products and reciprocals want more than lengths do.
-#}
{%- macro exact_total(expression, precision=18, scale=6) -%}
    cast(coalesce(sum(cast({{ expression }} as decimal({{ precision }}, {{ scale }}))), 0) as double)
{%- endmacro -%}


{#- Mean of the non-null lengths of a group, from the exact total; null if there is none. -#}
{%- macro exact_mean(expression) -%}
    case when count({{ expression }}) > 0 then {{ justice.exact_total(expression) }} / count({{ expression }}) end
{%- endmacro -%}


{#- Sample standard deviation of a group, from exact totals; null for fewer than two values. -#}
{%- macro exact_deviation(expression) -%}
    case
        when count({{ expression }}) > 1
            then sqrt(greatest(
                {{ justice.exact_total('cast(' ~ expression ~ ' as double) * ' ~ expression) }}
                - {{ justice.exact_total(expression) }} * {{ justice.exact_total(expression) }} / count({{ expression }}),
                0.0
            ) / (count({{ expression }}) - 1))
    end
{%- endmacro -%}


{#- A length in months as text with two decimals, the same on every engine. -#}
{%- macro months_text(months) -%}
    cast(cast({{ months }} as decimal(10, 2)) as {{ dbt.type_string() }}) || ' months'
{%- endmacro -%}
