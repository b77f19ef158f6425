{#-
    Counting rules of remand, each in one place: what is custody, what is a remand status, when a spell ends.
-#}

{#- The beginning of time, of what holds from before anything is known; never stored in a finished table. -#}
{%- macro open_start() -%}
    cast('0001-01-01' as date)
{%- endmacro -%}


{#- Stands for "not ended yet" where intervals are compared; never stored in a finished table. -#}
{%- macro open_end() -%}
    cast('9999-12-31' as date)
{%- endmacro -%}


{#-
    Remand status out of a hearing from the Common Platform bail status. Bail was refused, hence custody, for C
    (custody), S (youth detention accommodation) and L (local authority accommodation), as in the Crown Court extract,
    where custody and care count together. P is conditional bail with pre-release conditions in the CJS data standard
    (the police's own table calls it custody; the standard is followed). R, re-arrested, says nothing about bail.
-#}
{%- macro remand_status(bail_status) -%}
    case {{ bail_status }}
        when 'C' then 'custody'
        when 'S' then 'custody'
        when 'L' then 'custody'
        when 'B' then 'conditional_bail'
        when 'P' then 'conditional_bail'
        when 'U' then 'unconditional_bail'
        when 'A' then 'not_applicable'
        else 'unknown'
    end
{%- endmacro -%}


{#-
    Does a spell that ended so end custody, in freedom or in death? Null and the other reasons go on in custody under
    another status, in another prison, or nobody says how.
-#}
{%- macro ends_custody(exit_reason) -%}
    coalesce({{ exit_reason }} in ('bail', 'acquitted', 'released', 'court_discharge', 'died'), false)
{%- endmacro -%}


{#- The two legal statuses that are remand: untried, and convicted but not yet sentenced. -#}
{%- macro is_remand_status(legal_status) -%}
    {{ legal_status }} in ('untried', 'convicted_unsentenced')
{%- endmacro -%}


{#-
    Which of two legal statuses that started on one day is in force: the later stage of the proceeding.
-#}
{%- macro legal_status_stage(legal_status) -%}
    case {{ legal_status }}
        when 'untried' then 1
        when 'convicted_unsentenced' then 2
        else 3
    end
{%- endmacro -%}


{#- The points, in days, at which the share still held is published: the four custody time limits and a year. -#}
{%- macro remand_thresholds() -%}
    {{ return([56, 70, 112, 182, 365]) }}
{%- endmacro -%}


{#-
    What happened in the end to somebody remanded: by the final outcome over both courts, and of the convicted by the
    heaviest penalty. A final result whose code is not in the list is unknown, not non-custodial; so is a case closed
    without an outcome. A death is no acquittal.
-#}
{%- macro remand_outcome(final_outcome, disposal_type, principal_result_code) -%}
    case
        when {{ final_outcome }} in ('acquitted', 'pending', 'died') then {{ final_outcome }}
        when {{ justice.is_immediate_custody(disposal_type) }} then 'immediate_custody'
        when {{ principal_result_code }} = 'unknown' then 'unknown'
        when {{ disposal_type }} is not null then 'non_custodial'
        else 'unknown'
    end
{%- endmacro -%}


{#-
    The points, in days, at which the share still released by the police before charge is published: four weeks; three,
    six and nine months, at which pre-charge bail ends unless it is extended (PCSC Act 2022, Schedule 4); a year.
-#}
{%- macro pre_charge_thresholds() -%}
    {{ return([28, 91, 182, 274, 365]) }}
{%- endmacro -%}
