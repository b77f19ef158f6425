with daily_remand_decisions as (
    select * from {{ ref('int_daily_remand_decisions') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

custody_records as (
    select * from {{ ref('stg_police__custody_records') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

decisions as (
    select
        daily_remand_decisions.*,
        lag(daily_remand_decisions.remand_status) over (
            partition by daily_remand_decisions.defendant_id
            order by daily_remand_decisions.hearing_date asc
        ) as status_before
    from daily_remand_decisions
    cross join observation_window
    where daily_remand_decisions.hearing_date <= observation_window.data_as_of
),

changes as (
    select
        *,
        lead(remand_status) over (partition by defendant_id order by hearing_date asc) as status_after,
        lead(hearing_date) over (partition by defendant_id order by hearing_date asc) as change_date
    from decisions
    where status_before is null or status_before <> remand_status
),

-- A case that is over ends bail on the day it was completed, whatever is written at a later hearing.
ended_spells as (
    select
        changes.*,
        defendants.completion_date,
        least(changes.change_date, defendants.completion_date) as end_date
    from changes
    inner join defendants
        on changes.defendant_id = defendants.defendant_id
    where
        changes.remand_status in ('conditional_bail', 'unconditional_bail')
        and (defendants.completion_date is null or changes.hearing_date < defendants.completion_date)
),

court_bail as (
    select
        defendant_id,
        person_id,
        case_id,
        court_code,
        jurisdiction_code,
        remand_status as bail_type,
        case
            when end_date is null then 'still_on_bail'
            when end_date = completion_date then 'case_completed'
            when status_after = 'custody' then 'remanded_in_custody'
            when status_after in ('conditional_bail', 'unconditional_bail') then 'bail_changed'
            else 'bail_not_applicable'
        end as end_reason,
        hearing_date as start_date,
        end_date
    from ended_spells
),

-- One arrest has a row per offence; who is kept for court on any of them is not on bail.
bailed_to_court as (
    select {{ justice.arrest_key() }} as custody_record_id
    from custody_records
    where disposal = 'CHARGED'
    group by {{ justice.arrest_key() }}
    having
        bool_or(remanded_for_court = false)
        and not coalesce(bool_or(remanded_for_court), false)
),

first_courts as (
    select
        defendant_id,
        hearing_date,
        {{ justice.first_value_by('court_code', 'hearing_id') }} as court_code,
        {{ justice.first_value_by('jurisdiction_code', 'hearing_id') }} as jurisdiction_code
    from appearances
    group by defendant_id, hearing_date
),

-- Bail to court ends with the first hearing, or with a case that is over before there was one.
police_bail as (
    select
        defendants.defendant_id,
        defendants.person_id,
        defendants.case_id,
        first_courts.court_code,
        first_courts.jurisdiction_code,
        'police_bail' as bail_type,
        case
            when defendants.first_hearing_date <= coalesce(defendants.completion_date, defendants.first_hearing_date)
                then 'first_hearing'
            when defendants.completion_date is not null then 'case_completed'
            else 'still_on_bail'
        end as end_reason,
        defendants.first_charge_date as start_date,
        least(
            coalesce(defendants.first_hearing_date, defendants.completion_date),
            coalesce(defendants.completion_date, defendants.first_hearing_date)
        ) as end_date
    from defendants
    inner join bailed_to_court
        on defendants.custody_record_id = bailed_to_court.custody_record_id
    cross join observation_window
    left join first_courts
        on
            defendants.defendant_id = first_courts.defendant_id
            and defendants.first_hearing_date = first_courts.hearing_date
    where
        defendants.first_charge_date <= observation_window.data_as_of
        and (
            defendants.first_hearing_date is null
            or defendants.first_hearing_date >= defendants.first_charge_date
        )
),

bail_spells as (
    select * from court_bail
    union all
    select * from police_bail
)

select
    {{ justice.hash_key(['defendant_id', 'bail_type', 'start_date']) }} as bail_spell_id,
    defendant_id,
    person_id,
    case_id,
    court_code,
    jurisdiction_code,
    bail_type,
    end_reason,
    start_date,
    end_date
from bail_spells
