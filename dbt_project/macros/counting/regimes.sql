{#-
    Which law or counting practice a row falls under. The dates stand in the reference list `regimes` and nowhere else;
    each series names the event it goes by (conviction, first custody, release …), and a model hands over that date.
-#}

{#-
    Join condition: is this row of `regimes` (an alias) the one in force on the date of the trigger event, for a person
    of that age? `series` is an expression: a quoted literal, or a column that names the series of each row. The rows of
    a series neither overlap nor leave a gap, so at most one holds. None holds where the date is null, or where the
    series depends on age and the age is null: a regime is never guessed.
-#}
{%- macro regime_holds(regimes, series, trigger_date, age='null') -%}
    {{ regimes }}.series = {{ series }}
    and ({{ regimes }}.in_force_from is null or {{ trigger_date }} >= {{ regimes }}.in_force_from)
    and ({{ regimes }}.in_force_to is null or {{ trigger_date }} <= {{ regimes }}.in_force_to)
    and {{ trigger_date }} is not null
    and ({{ regimes }}.min_age is null or {{ age }} >= {{ regimes }}.min_age)
    and ({{ regimes }}.max_age is null or {{ age }} <= {{ regimes }}.max_age)
{%- endmacro -%}


{#-
    Date of conviction of a charge: the day of the guilty plea, or of the verdict if that was given first or there was
    no such plea; null where neither has a date. Not the day of sentence: the Sentencing Act 2026, sections 1 and 2, and
    the magistrates' powers (Sentencing Act 2020, Schedule 23, paragraph 14A) go by conviction.
-#}
{%- macro conviction_date(plea_code, plea_date, verdict_code, verdict_date) -%}
    least(
        case when {{ plea_code }} = 'G' then {{ plea_date }} end,
        case when {{ verdict_code }} in ('G', 'NA') then {{ verdict_date }} end
    )
{%- endmacro -%}


{#-
    Regime of a sentence as the marts name it. `not_applicable` for children (the change is of sections 264 and 277 of
    the Sentencing Code, which are about adults) and where the sentence is neither immediate custody nor suspended;
    `unknown` where the date of conviction or the age is; otherwise the regime at conviction.
-#}
{%- macro sentencing_regime(disposal_type, regime_at_conviction) -%}
    case
        when {{ disposal_type }} = 'suspended_sentence' or {{ justice.is_immediate_custody(disposal_type) }}
            then {{ regime_at_conviction }}
        else 'not_applicable'
    end
{%- endmacro -%}


{#-
    Regime of a decision about bail as the marts name it: whether bail may be refused although immediate custody is
    unlikely goes by the day of the decision (Sentencing Act 2026, section 44), and is about adults. `not_applicable` for
    children, `unknown` where the day or the age is; otherwise the regime of the day, from a join by `bail_regime_holds`.
-#}
{%- macro bail_regime(age_band, regime) -%}
    case when {{ age_band }} = '10-17' then 'not_applicable' else coalesce({{ regime }}, 'unknown') end
{%- endmacro -%}

{%- macro bail_regime_holds(regimes, decision_date, age_band) -%}
    {{ justice.regime_holds(
        regimes, "'bail_refusal'", decision_date, "case when " ~ age_band ~ " not in ('10-17', 'unknown') then 18 end"
    ) }}
{%- endmacro -%}


{#-
    Series of `regimes` that holds the release point of a determinate sentence: the share of the term served before
    release. Sexual offences are excluded from earlier release whatever the term (SI 2024/844, Schedule); so are domestic
    abuse offences and violent ones of four years or more, which an offence group does not tell. Children have a rule of
    their own; somebody of unknown age is taken for an adult, as nine in ten are.
-#}
{%- macro release_point_series(offence_group, age) -%}
    case
        when {{ age }} < 18 then 'release_point_youth'
        when {{ offence_group }} = 'sexual_offences' then 'release_point_excluded'
        else 'release_point_standard'
    end
{%- endmacro -%}
