{#-
    Numbers and aggregates that DuckDB and Spark spell differently, or that are easily got wrong twice.

    Needs no macro, both engines agree: greatest and least skip nulls; bool_and, bool_or, count_if, min_by, max_by;
    `sum(...) filter (where ...)`; `%` for the remainder; `/` is true division.
-#}

{#- Interpolated percentile (percentile_cont) of the non-null values; p between 0 and 1. -#}
{%- macro percentile(expression, p) -%}
    {{ return(adapter.dispatch('percentile', 'justice')(expression, p)) }}
{%- endmacro -%}

{%- macro default__percentile(expression, p) -%}
    quantile_cont({{ expression }}, {{ p }})
{%- endmacro -%}

{%- macro spark__percentile(expression, p) -%}
    percentile({{ expression }}, {{ p }})
{%- endmacro -%}


{#- Number of rows of the group for which the condition is true (0, never null, when there is none). -#}
{%- macro count_where(condition) -%}
    count(case when {{ condition }} then 1 end)
{%- endmacro -%}


{#- Sum of the expression over the rows for which the condition is true (0, never null, when there is none). -#}
{%- macro sum_where(expression, condition) -%}
    coalesce(sum(case when {{ condition }} then {{ expression }} end), 0)
{%- endmacro -%}


{#- Fraction, null where the denominator is 0. -#}
{%- macro rate(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif({{ denominator }}, 0)
{%- endmacro -%}


{#- Product of non-negative values over a group; Kaplan-Meier survival is one. Neither ln(0) nor nulls break it. -#}
{%- macro product(expression) -%}
    case
        when min({{ expression }}) = 0 then 0.0
        else exp(sum(ln(nullif({{ expression }}, 0))))
    end
{%- endmacro -%}

{#- The same as a running product: `window` is the text between the brackets of over(). -#}
{%- macro running_product(expression, window) -%}
    case
        when min({{ expression }}) over ({{ window }}) = 0 then 0.0
        else exp(sum(ln(nullif({{ expression }}, 0))) over ({{ window }}))
    end
{%- endmacro -%}


{#-
    Wilson score interval of a proportion (Wilson 1927), 95% by default. Bounds are null where there are no trials.
-#}
{%- macro wilson_lower(successes, trials, z=1.959963985) -%}
    {{ justice.wilson_bound(successes, trials, z, '-') }}
{%- endmacro -%}

{%- macro wilson_upper(successes, trials, z=1.959963985) -%}
    {{ justice.wilson_bound(successes, trials, z, '+') }}
{%- endmacro -%}

{#- Rounding can leave a bound 1e-17 outside 0..1, hence greatest and least. -#}
{%- macro wilson_bound(successes, trials, z, sign) -%}
    {%- set s = 'cast(' ~ successes ~ ' as double)' -%}
    {%- set n = 'cast(' ~ trials ~ ' as double)' -%}
    case
        when {{ trials }} > 0
            then greatest(0.0, least(1.0, (
                {{ s }} + {{ z * z / 2 }}
                {{ sign }} {{ z }} * sqrt({{ s }} * ({{ n }} - {{ s }}) / {{ n }} + {{ z * z / 4 }})
            ) / ({{ n }} + {{ z * z }})))
    end
{%- endmacro -%}


{#- Days in a month where a length is turned from the one into the other: the mean of the Julian calendar, 365.25 / 12. -#}
{%- macro days_per_month() -%} 30.4375 {%- endmacro -%}

{#-
    A length in months: years x 12 + months + (weeks x 7 + days) / days in a month, the rule of the marts. A missing part
    counts 0; null if every part is missing.
-#}
{%- macro length_in_months(years='null', months='null', weeks='null', days='null') -%}
    case
        when coalesce({{ years }}, {{ months }}, {{ weeks }}, {{ days }}) is not null
            then coalesce(cast({{ years }} as double), 0) * 12 + coalesce(cast({{ months }} as double), 0)
                + (coalesce(cast({{ weeks }} as double), 0) * 7 + coalesce(cast({{ days }} as double), 0))
                / {{ justice.days_per_month() }}
    end
{%- endmacro -%}
