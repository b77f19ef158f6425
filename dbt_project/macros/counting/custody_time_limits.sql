{#-
    Counting rules of custody time limits, each in one place. Source: Prosecution of Offences (Custody Time Limits)
    Regulations 1987, as amended.
-#}

{#-
    Days a charge may be held untried before the trial must begin.

    In the magistrates' court: 56 for a summary offence; 70 for an offence triable either way, or 56 if the court decided
    for summary trial within 56 days; 70 for an offence triable only on indictment (until it is sent). In the Crown
    Court: 182, less the days held in the magistrates' court; 238 instead for cases sent from 28 September 2020 and
    before 28 June 2021; 112 from a committal, a voluntary bill or a transfer. Null where the offence is not in the list
    and the case is not in the Crown Court.
-#}
{%- macro custody_time_limit_days(stage, offence_category, is_allocated_in_time, sent_date, is_committed) -%}
    case
        when {{ stage }} = 'crown' and {{ is_committed }} then 112
        when
            {{ stage }} = 'crown'
            and {{ sent_date }} >= cast('2020-09-28' as date)
            and {{ sent_date }} < cast('2021-06-28' as date)
            then 238
        when {{ stage }} = 'crown' then 182
        when {{ offence_category }} in ('CS', 'CM') then 56
        when {{ offence_category }} = 'CE' and {{ is_allocated_in_time }} then 56
        when {{ offence_category }} in ('CE', 'CI') then 70
    end
{%- endmacro -%}


{#- Hearings that bring a case to the Crown Court by a way whose limit is 112 days. -#}
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
