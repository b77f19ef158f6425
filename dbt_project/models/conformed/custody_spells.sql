with recorded_spells as (
    select * from {{ ref('stg_prison__custody_spells') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

prison_persons as (
    select
        record_key as noms_number,
        person_id
    from person_records
    where
        agency = 'prison'
        and feed = 'prisoners'
),

-- An end that the prison has recorded ahead of its newest extract has not come yet: the person is still held.
spells_so_far as (
    select
        recorded_spells.*,
        case when recorded_spells.status_to <= observation_window.custody_as_of then recorded_spells.status_to end
            as ended_date
    from recorded_spells
    cross join observation_window
),

dated_spells as (
    select
        booking_number,
        spell_sequence,
        noms_number,
        lower(legal_status) as legal_status,
        status_from as start_date,
        coalesce(ended_date, {{ justice.open_end() }}) as end_date,
        establishment_code,
        lower(entry_reason) as entry_reason,
        lower(exit_reason) as exit_reason,
        court_ou_code as court_code,
        ptiurn,
        row_number() over (
            partition by booking_number, legal_status
            order by status_from asc, coalesce(ended_date, {{ justice.open_end() }}) asc, spell_sequence asc
        ) as spell_order
    from spells_so_far
),

earlier_spells as (
    select
        *,
        max(end_date) over (
            partition by booking_number, legal_status
            order by spell_order asc
            rows between unbounded preceding and 1 preceding
        ) as ends_before,
        lag(ptiurn) over (
            partition by booking_number, legal_status
            order by spell_order asc
        ) as ptiurn_before
    from dated_spells
),

-- A new period begins after a gap; and where one spell ends on the day the next begins for another case.
begun_periods as (
    select
        *,
        case
            when ends_before is null then 1
            when start_date > ends_before then 1
            when start_date = ends_before and ptiurn <> ptiurn_before then 1
            else 0
        end as begins_period
    from earlier_spells
),

numbered_periods as (
    select
        *,
        sum(begins_period) over (
            partition by booking_number, legal_status
            order by spell_order asc
            rows between unbounded preceding and current row
        ) as period_number
    from begun_periods
),

ranked_periods as (
    select
        *,
        row_number() over (
            partition by booking_number, legal_status, period_number
            order by end_date desc, spell_order desc
        ) as last_rank
    from numbered_periods
),

merged_periods as (
    select
        booking_number,
        legal_status,
        period_number,
        min(noms_number) as noms_number,
        min(start_date) as start_date,
        max(end_date) as end_date,
        count(*) as source_spell_count,
        min(spell_sequence) as first_spell_sequence,
        {{ justice.first_value_by('establishment_code', 'spell_order') }} as establishment_code,
        {{ justice.first_value_by('entry_reason', 'spell_order') }} as entry_reason,
        max(case when last_rank = 1 then exit_reason end) as exit_reason,
        {{ justice.first_value_by('court_code', 'spell_order') }} as court_code,
        {{ justice.first_value_by('ptiurn', 'spell_order') }} as ptiurn
    from ranked_periods
    group by booking_number, legal_status, period_number
),

-- A period that was never closed ends where a later one of the same booking begins with another status.
superseded_periods as (
    select
        open_periods.booking_number,
        open_periods.legal_status,
        open_periods.period_number,
        min(later_periods.start_date) as superseded_date
    from merged_periods as open_periods
    inner join merged_periods as later_periods
        on
            open_periods.booking_number = later_periods.booking_number
            and open_periods.legal_status <> later_periods.legal_status
            and open_periods.start_date < later_periods.start_date
    where open_periods.end_date = {{ justice.open_end() }}
    group by open_periods.booking_number, open_periods.legal_status, open_periods.period_number
),

ended_periods as (
    select
        merged_periods.*,
        superseded_periods.superseded_date is not null as is_end_inferred,
        coalesce(superseded_periods.superseded_date, nullif(merged_periods.end_date, {{ justice.open_end() }}))
            as known_end_date
    from merged_periods
    left join superseded_periods
        on
            merged_periods.booking_number = superseded_periods.booking_number
            and merged_periods.legal_status = superseded_periods.legal_status
            and merged_periods.period_number = superseded_periods.period_number
)

select
    {{ justice.hash_key(['ended_periods.booking_number', 'ended_periods.first_spell_sequence']) }} as custody_spell_id,
    ended_periods.booking_number,
    ended_periods.noms_number,
    prison_persons.person_id,
    ended_periods.legal_status,
    ended_periods.establishment_code,
    ended_periods.entry_reason,
    case
        when ended_periods.is_end_inferred then 'status_change'
        when ended_periods.known_end_date is not null then ended_periods.exit_reason
    end as exit_reason,
    ended_periods.court_code,
    ended_periods.ptiurn,
    ended_periods.source_spell_count,
    ended_periods.known_end_date is null as is_open,
    ended_periods.is_end_inferred,
    ended_periods.start_date,
    ended_periods.known_end_date as end_date
from ended_periods
left join prison_persons
    on ended_periods.noms_number = prison_persons.noms_number
