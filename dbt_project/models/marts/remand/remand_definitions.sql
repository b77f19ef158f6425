{#- Prison and court may differ by this many days for each spell: reception follows a decision by up to three days. -#}
{%- set tolerated_days = 3 -%}

with remanded as (
    select * from {{ ref('int_remanded_defendants') }}
),

clock_periods as (
    select * from {{ ref('int_court_clock_periods') }}
),

sentenced_admissions as (
    select * from {{ ref('int_sentenced_admissions') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

clocks as (
    select
        defendant_id,
        sum(case when not is_open then days end) as days_court_clock,
        {{ justice.count_where('not is_open') }} as clock_period_count,
        {{ justice.count_where('is_last_day_counted') }} as last_days_counted,
        bool_or(is_open) as is_clock_open
    from clock_periods
    group by defendant_id
),

side_by_side as (
    select
        remanded.*,
        defendants.case_id,
        defendants.completion_date,
        {{ justice.remand_outcome(
            'defendants.final_outcome', 'disposals.disposal_type', 'disposals.principal_result_code'
        ) }} as outcome,
        disposals.sentence_date,
        clocks.defendant_id is not null as is_clock_started,
        coalesce(clocks.is_clock_open, false) as is_clock_open,
        coalesce(clocks.clock_period_count, 0) as clock_period_count,
        coalesce(clocks.last_days_counted, 0) as last_days_counted,
        clocks.days_court_clock,
        clocks.days_court_clock - clocks.last_days_counted as days_court_clock_to_last_night,
        sentenced_admissions.days_to_sentence as days_parliamentary,
        sentenced_admissions.first_movement_date,
        sentenced_admissions.days_to_sentence
        - sentenced_admissions.days_on_remand
        - sentenced_admissions.days_held_otherwise as days_bail_counted,
        sentenced_admissions.days_held_otherwise as days_other_custody_counted,
        remanded.days_net - sentenced_admissions.days_on_remand as days_outside_admission
    from remanded
    left join clocks
        on remanded.defendant_id = clocks.defendant_id
    left join sentenced_admissions
        on remanded.defendant_id = sentenced_admissions.defendant_id
    left join defendants
        on remanded.defendant_id = defendants.defendant_id
    left join disposals
        on remanded.defendant_id = disposals.defendant_id
),

first_reasons as (
    select
        *,
        case
            when defendant_id is null then 'no_proceeding'
            when days_net is null then 'no_prison_record'
            when not is_clock_started then 'clock_never_started'
            when is_clock_open then 'clock_not_stopped'
            when days_net = days_court_clock then 'same'
            when days_net = days_court_clock_to_last_night then 'last_day_counted'
            when is_open and completion_date is not null then 'held_after_completion'
            when abs(days_net - days_court_clock_to_last_night) <= {{ tolerated_days }} * spell_count
                then 'reception_delay'
            when abs(days_net - days_court_view) <= {{ tolerated_days }} * spell_count then 'result_not_recorded'
            else 'unexplained'
        end as legal_status_against_court_clock,
        case
            when defendant_id is null then 'no_proceeding'
            when outcome = 'pending' then 'not_sentenced_yet'
            when outcome in ('acquitted', 'non_custodial') then 'not_sentenced_to_custody'
            when outcome = 'unknown' then 'outcome_unknown'
            when days_net is null then 'no_prison_record'
            when days_parliamentary is null and sentence_date <= exit_date then 'released_at_sentence'
            when days_parliamentary is null then 'no_sentenced_admission'
            when days_parliamentary = days_net then 'same'
            when days_other_custody_counted = 0 and days_outside_admission = 0 then 'bail_counted'
            when days_bail_counted = 0 and days_outside_admission = 0 then 'other_custody_counted'
            when days_bail_counted = 0 and days_other_custody_counted = 0 then 'remand_outside_admission'
            when days_parliamentary - days_net
                = days_bail_counted + days_other_custody_counted - days_outside_admission
                then 'several_reasons'
            else 'unexplained'
        end as legal_status_against_parliamentary
    from side_by_side
),

second_reasons as (
    select
        *,
        case
            when
                legal_status_against_parliamentary in (
                    'no_proceeding', 'not_sentenced_yet', 'not_sentenced_to_custody', 'outcome_unknown',
                    'no_prison_record', 'released_at_sentence', 'no_sentenced_admission'
                )
                then legal_status_against_parliamentary
            when legal_status_against_court_clock in ('clock_never_started', 'clock_not_stopped')
                then legal_status_against_court_clock
            when days_court_clock = days_parliamentary then 'same'
            when days_court_clock_to_last_night = days_parliamentary then 'last_day_counted'
            when legal_status_against_court_clock = 'unexplained' then 'unexplained'
            when legal_status_against_parliamentary = 'same' then legal_status_against_court_clock
            when legal_status_against_court_clock in ('same', 'last_day_counted')
                then legal_status_against_parliamentary
            when legal_status_against_parliamentary = 'unexplained' then 'unexplained'
            else 'several_reasons'
        end as court_clock_against_parliamentary
    from first_reasons
)

select
    second_reasons.remand_episode_id,
    second_reasons.person_id,
    second_reasons.defendant_id,
    second_reasons.case_id,
    second_reasons.evidence,
    second_reasons.outcome,
    cast(second_reasons.days_net as bigint) as days_legal_status,
    cast(second_reasons.days_court_clock as bigint) as days_court_clock,
    cast(second_reasons.days_parliamentary as bigint) as days_parliamentary,
    second_reasons.legal_status_against_court_clock,
    second_reasons.legal_status_against_parliamentary,
    second_reasons.court_clock_against_parliamentary,
    cast(second_reasons.clock_period_count as bigint) as clock_period_count,
    cast(second_reasons.last_days_counted as bigint) as last_days_counted,
    cast(second_reasons.days_bail_counted as bigint) as days_bail_counted,
    cast(second_reasons.days_other_custody_counted as bigint) as days_other_custody_counted,
    cast(second_reasons.days_outside_admission as bigint) as days_outside_admission,
    second_reasons.is_open,
    second_reasons.is_clock_open,
    second_reasons.entry_date,
    second_reasons.exit_date,
    second_reasons.first_movement_date,
    second_reasons.sentence_date,
    {{ justice.coverage('second_reasons.exit_date', 'month', or_now=true) }} as coverage,
    observation_window.custody_as_of as data_as_of
from second_reasons
cross join observation_window
