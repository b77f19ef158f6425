{#-
    Counting rules of court business, each in one place. Sources: HMCTS and CPS, effectiveness of trials; Ministry of
    Justice, Criminal court statistics guide (timeliness).
-#}

{#-
    Whether a trial counts in the denominator of the effectiveness rates: effective, cracked or ineffective. A vacated
    trial was taken out of the list before the day, so it neither went ahead nor failed to.
-#}
{%- macro is_trial_in_denominator(outcome_class) -%}
    coalesce({{ outcome_class }} in ('EFFECTIVE', 'CRACKED', 'INEFFECTIVE'), false)
{%- endmacro -%}


{#- The stages of a completed defendant that follow one another: their days add up to offence to completion. -#}
{%- macro sequential_stages() -%}
    {{ return(['offence_to_charge', 'charge_to_first_listing', 'first_listing_to_completion']) }}
{%- endmacro -%}


{#- All stages that are measured: those above, end to end, and the two that only cases sent to the Crown Court have. -#}
{%- macro measured_stages() -%}
    {{ return(justice.sequential_stages() + ['offence_to_completion', 'charge_to_sending', 'receipt_to_completion']) }}
{%- endmacro -%}


{#- When a guilty plea was entered, earliest first; unknown where the plea or the first hearing has no date. -#}
{%- macro guilty_plea_stages() -%}
    {{ return(
        ['first_hearing', 'later_magistrates', 'first_crown_hearing', 'later_crown', 'at_trial', 'unknown']
    ) }}
{%- endmacro -%}


{#-
    Whether a defendant was represented at a hearing, in three values. NONE is unrepresented. Nothing recorded is not
    the same: it is represented where a legal aid order was in force that day, else unknown, never unrepresented.
-#}
{%- macro representation_status(representation_code, is_under_an_order) -%}
    case
        when {{ representation_code }} = 'NONE' then 'unrepresented'
        when {{ representation_code }} is not null then 'represented'
        when {{ is_under_an_order }} then 'represented'
        else 'unknown'
    end
{%- endmacro -%}
