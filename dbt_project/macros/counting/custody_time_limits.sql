{#-
    Counting rules of custody time limits, each in one place. Source: Prosecution of Offences (Custody Time Limits)
    Regulations 1987, as amended.
-#}

{#-
    The series of `regimes` that holds the limit of a charge: the days it may be held untried before the trial must
    begin. In the magistrates' court a limit for summary offences, one for offences triable either way (a shorter one if
    the court decided for summary trial within 56 days), which also covers offences triable only on indictment until
    they are sent. In the Crown Court one for cases sent, less the days held in the magistrates' court, and one for
    cases that came by a committal, a voluntary bill or a transfer. Null where the offence is not in the list and the
    case is not in the Crown Court.
-#}
{%- macro custody_time_limit_series(stage, offence_category, is_allocated_in_time, is_committed) -%}
    case
        when {{ stage }} = 'crown' and {{ is_committed }} then 'custody_time_limit_committed'
        when {{ stage }} = 'crown' then 'custody_time_limit_sent'
        when {{ offence_category }} in ('CS', 'CM') then 'custody_time_limit_summary'
        when {{ offence_category }} = 'CE' and {{ is_allocated_in_time }} then 'custody_time_limit_summary_trial'
        when {{ offence_category }} in ('CE', 'CI') then 'custody_time_limit_either_way'
    end
{%- endmacro -%}


{#-
    Is this a day on which no custody time limit may expire, bank holidays apart: a Saturday or a Sunday? (1 January
    2000 was a Saturday.) Regulation 2(5) of SI 1987/299.
-#}
{%- macro is_weekend(date) -%}
    {{ justice.days_between("cast('2000-01-01' as date)", date) }} % 7 in (0, 1, -6)
{%- endmacro -%}


{#- Hearings that bring a case to the Crown Court by a way other than sending, whose limit runs anew. -#}
{%- macro is_committal_hearing(hearing_type_code) -%}
    {{ hearing_type_code }} in ('CTS61', 'CTS62', 'VBILL', 'XCERT')
{%- endmacro -%}


{#- Hearings of an application to extend a custody time limit. -#}
{%- macro is_time_limit_application(hearing_type_code) -%}
    coalesce({{ hearing_type_code }} in ('AXCTL', 'CTA'), false)
{%- endmacro -%}


{#-
    How a custody time limit stands. A limit expires at the end of its day: on that day it still runs. An extension
    counts only if it was granted before the limit ran out; then the limit is extended, also ahead of the day.
-#}
{%- macro custody_time_limit_status(is_stopped, as_of, original_expiry_date, extended_to) -%}
    case
        when {{ is_stopped }} then 'stopped'
        when {{ original_expiry_date }} is null then 'unknown'
        when {{ extended_to }} >= {{ as_of }} then 'extended'
        when {{ extended_to }} is null and {{ original_expiry_date }} >= {{ as_of }} then 'within'
        else 'lapsed'
    end
{%- endmacro -%}
