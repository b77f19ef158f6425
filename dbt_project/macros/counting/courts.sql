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


{#- Stages that only a defendant has whose case the Crown Court received. -#}
{%- macro crown_stages() -%}
    {{ return(
        [
            'receipt_to_completion', 'crown_charge_to_completion', 'sending_to_main_hearing',
            'main_hearing_to_completion',
        ]
    ) }}
{%- endmacro -%}


{#- All stages that are measured: those in sequence, end to end, and those of cases sent to the Crown Court. -#}
{%- macro measured_stages() -%}
    {{ return(
        justice.sequential_stages() + ['offence_to_completion', 'charge_to_sending'] + justice.crown_stages()
    ) }}
{%- endmacro -%}


{#-
    Whether a hearing in the Crown Court is a main hearing, with which waiting ends: the first day of an effective trial,
    the day a guilty plea is entered, and any hearing of a case committed for sentence or on appeal, where there is
    nothing else to wait for (Criminal court statistics guide, waiting time and hearing time).
-#}
{%- macro is_main_hearing(trial_outcome_class, is_plea_day, receipt_type) -%}
    (
        coalesce({{ trial_outcome_class }} = 'EFFECTIVE', false)
        or {{ is_plea_day }}
        or coalesce({{ receipt_type }} in ('COMMITTED_FOR_SENTENCE', 'APPEAL'), false)
    )
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
