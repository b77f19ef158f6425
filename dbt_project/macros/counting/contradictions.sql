{#-
    When an absence counts: extracts differ in date, so what another agency has no record of may only not have come yet.
    Used in the steps of `cross_agency_contradictions`, which join `contradiction_rule` (the days allowed) and `horizons`
    (from when and to when each agency's records are complete).
-#}

{#- Was the answer to an event due, the days allowed over, by the last day to which the records looked into go? -#}
{%- macro answer_was_due(event_date, records_to) -%}
    {{ justice.add_days(event_date, 'contradiction_rule.days_allowed') }} <= {{ records_to }}
{%- endmacro -%}


{#-
    Must an agency's records hold the answer to an event? They must be complete from its day on: what happened before the
    first extract may have been closed by then. `agency` as in the columns of `int_agency_horizons`.
-#}
{%- macro answer_must_be_recorded(event_date, agency) -%}
    {{ event_date }} >= horizons.{{ agency }}_from
    and {{ justice.answer_was_due(event_date, 'horizons.' ~ agency ~ '_to') }}
{%- endmacro -%}
