{#-
    How long something lasts where some of it is not over: Kaplan and Meier (1958), "Nonparametric Estimation from
    Incomplete Observations", Journal of the American Statistical Association 53 (282), 457-481.
-#}

{#-
    Query: one row per group and observed length, with the rows `observed` at this length and `survival`, the share that
    lasts longer. What is not over is censored, not dropped: at its own length it is still at risk, as in the source.
    Rounded, because the product is added up in logarithms, and a half might come out as 0.5000000001.
-#}
{%- macro kaplan_meier(relation, group_columns, days, has_ended) -%}
    {%- set window =
        'partition by ' ~ group_columns ~ ' order by days asc rows between unbounded preceding and current row' -%}
    with lengths as (
        select
            {{ group_columns }},
            {{ days }} as days,
            count(*) as observed,
            {{ justice.count_where(has_ended) }} as ended
        from {{ relation }}
        group by {{ group_columns }}, {{ days }}
    ),

    at_risk as (
        select
            {{ group_columns }},
            days,
            observed,
            ended,
            sum(observed) over (
                partition by {{ group_columns }}
                order by days desc
                rows between unbounded preceding and current row
            ) as lasting_so_long
        from lengths
    ),

    staying as (
        select
            {{ group_columns }},
            days,
            observed,
            1.0 - cast(ended as double) / lasting_so_long as staying_share
        from at_risk
    )

    select
        {{ group_columns }},
        days,
        observed,
        round({{ justice.running_product('staying_share', window) }}, 6) as survival
    from staying
{%- endmacro -%}


{#-
    Of a group of kaplan_meier: the share that lasts longer than so many days, null beyond what has been observed.
-#}
{%- macro survival_after(threshold) -%}
    case
        when max(days) >= {{ threshold }} or min(survival) = 0
            then coalesce(min(case when days <= {{ threshold }} then survival end), 1.0)
    end
{%- endmacro -%}


{#- Of a group of kaplan_meier: the first length after which no more than this share is left; null if not reached. -#}
{%- macro days_until_survival(share) -%}
    cast(min(case when survival <= {{ share }} then days end) as double)
{%- endmacro -%}
