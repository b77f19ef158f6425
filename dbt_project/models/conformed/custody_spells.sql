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
known_spells as (
    select
        recorded_spells.booking_number,
        recorded_spells.spell_sequence,
        recorded_spells.noms_number,
        lower(recorded_spells.legal_status) as legal_status,
        recorded_spells.status_from as start_date,
        case
            when recorded_spells.status_to <= observation_window.custody_as_of then recorded_spells.status_to
        end as end_date,
        recorded_spells.establishment_code,
        lower(recorded_spells.entry_reason) as entry_reason,
        lower(recorded_spells.exit_reason) as exit_reason,
        recorded_spells.court_ou_code as court_code,
        recorded_spells.ptiurn,
        min(recorded_spells.status_from) over (partition by recorded_spells.booking_number) as booked_date
    from recorded_spells
    cross join observation_window
),

-- What proves that a spell without an end is over: a later record of the same status, or of another that is open, ended
-- in freedom or death, or is a later stage of the same proceeding (nobody is untried once convicted). Any other
-- finished record, such as a recall that is over, may lie inside it, and proves nothing.
later_spells as (
    select
        open_spells.booking_number,
        open_spells.spell_sequence,
        min(later.start_date) as end_date
    from known_spells as open_spells
    inner join known_spells as later
        on
            open_spells.booking_number = later.booking_number
            and open_spells.start_date < later.start_date
    where
        open_spells.end_date is null
        and (
            open_spells.legal_status = later.legal_status
            or later.end_date is null
            or {{ justice.ends_custody('later.exit_reason') }}
            or (
                {{ justice.is_remand_status('open_spells.legal_status') }}
                and later.legal_status in ('convicted_unsentenced', 'sentenced')
                and coalesce(open_spells.ptiurn = later.ptiurn, true)
            )
        )
    group by open_spells.booking_number, open_spells.spell_sequence
),

-- Nobody is held under a booking after the next one has begun, nor after they have died.
later_bookings as (
    select
        open_spells.booking_number,
        open_spells.spell_sequence,
        min(case
            when other.booked_date > open_spells.start_date and other.booking_number <> open_spells.booking_number
                then other.booked_date
            when other.exit_reason = 'died' and other.end_date >= open_spells.start_date
                then other.end_date
        end) as end_date
    from known_spells as open_spells
    inner join known_spells as other
        on open_spells.noms_number = other.noms_number
    where open_spells.end_date is null
    group by open_spells.booking_number, open_spells.spell_sequence
),

ended_spells as (
    select
        known_spells.*,
        coalesce(known_spells.end_date, least(later_spells.end_date, later_bookings.end_date)) as known_end_date,
        known_spells.end_date is null
        and coalesce(later_spells.end_date, later_bookings.end_date) is not null as is_end_inferred
    from known_spells
    left join later_spells
        on
            known_spells.booking_number = later_spells.booking_number
            and known_spells.spell_sequence = later_spells.spell_sequence
    left join later_bookings
        on
            known_spells.booking_number = later_bookings.booking_number
            and known_spells.spell_sequence = later_bookings.spell_sequence
),

followed_spells as (
    select
        *,
        lead(start_date) over (
            partition by booking_number
            order by start_date asc, coalesce(known_end_date, {{ justice.open_end() }}) asc, spell_sequence asc
        ) as next_start_date,
        lead(entry_reason) over (
            partition by booking_number
            order by start_date asc, coalesce(known_end_date, {{ justice.open_end() }}) asc, spell_sequence asc
        ) as next_entry_reason
    from ended_spells
),

-- Some prisons write the last day of a spell as its end: one that goes on the next day by a transfer or a change of
-- status had no night outside.
dated_spells as (
    select
        booking_number,
        spell_sequence,
        noms_number,
        legal_status,
        start_date,
        case
            when
                next_start_date = {{ justice.add_days('known_end_date', 1) }}
                and next_entry_reason in ('transfer', 'status_change')
                and not {{ justice.ends_custody('exit_reason') }}
                then next_start_date
            else coalesce(known_end_date, {{ justice.open_end() }})
        end as end_date,
        establishment_code,
        entry_reason,
        exit_reason,
        court_code,
        ptiurn,
        is_end_inferred,
        row_number() over (
            partition by booking_number, legal_status
            order by start_date asc, coalesce(known_end_date, {{ justice.open_end() }}) asc, spell_sequence asc
        ) as spell_order
    from followed_spells
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

periods as (
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
        bool_or(last_rank = 1 and is_end_inferred) as is_end_inferred,
        {{ justice.first_value_by('court_code', 'spell_order') }} as court_code,
        {{ justice.first_value_by('ptiurn', 'spell_order') }} as ptiurn
    from ranked_periods
    group by booking_number, legal_status, period_number
)

select
    {{ justice.hash_key(['periods.booking_number', 'periods.first_spell_sequence']) }} as custody_spell_id,
    periods.booking_number,
    periods.noms_number,
    prison_persons.person_id,
    periods.legal_status,
    periods.establishment_code,
    periods.entry_reason,
    case
        when periods.is_end_inferred then 'status_change'
        when periods.end_date < {{ justice.open_end() }} then periods.exit_reason
    end as exit_reason,
    periods.court_code,
    periods.ptiurn,
    periods.source_spell_count,
    periods.end_date = {{ justice.open_end() }} as is_open,
    periods.is_end_inferred,
    periods.start_date,
    nullif(periods.end_date, {{ justice.open_end() }}) as end_date
from periods
left join prison_persons
    on periods.noms_number = prison_persons.noms_number
