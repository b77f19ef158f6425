with custody_spells as (
    select * from {{ ref('custody_spells') }}
),

remand_spells as (
    select * from {{ ref('remand_spells') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

episode_bookings as (
    select distinct
        remand_episode_id,
        booking_number
    from remand_spells
),

-- Everything the person's bookings say of the time: the episode's own spells, and, so that a day is counted where the
-- person's status that day belongs, the other spells of the same bookings.
spells_in_view as (
    select
        remand_episode_id,
        custody_spell_id,
        legal_status,
        start_date,
        coalesce(end_date, {{ justice.open_end() }}) as end_date,
        true as is_of_episode
    from remand_spells
    union all
    select
        episode_bookings.remand_episode_id,
        custody_spells.custody_spell_id,
        custody_spells.legal_status,
        custody_spells.start_date,
        coalesce(custody_spells.end_date, {{ justice.open_end() }}) as end_date,
        false as is_of_episode
    from episode_bookings
    inner join custody_spells
        on episode_bookings.booking_number = custody_spells.booking_number
    left join remand_spells
        on
            custody_spells.custody_spell_id = remand_spells.custody_spell_id
            and episode_bookings.remand_episode_id = remand_spells.remand_episode_id
    where remand_spells.custody_spell_id is null
),

boundaries as (
    select
        remand_episode_id,
        start_date as boundary_date
    from spells_in_view
    union distinct
    select
        remand_episode_id,
        end_date as boundary_date
    from spells_in_view
),

stretches as (
    select
        remand_episode_id,
        boundary_date as from_date,
        lead(boundary_date) over (partition by remand_episode_id order by boundary_date asc) as to_date
    from boundaries
),

-- Within a stretch nothing changes. Of the spells that cover it the one that began last is in force.
covering_spells as (
    select
        stretches.remand_episode_id,
        stretches.from_date,
        stretches.to_date,
        spells_in_view.custody_spell_id,
        spells_in_view.legal_status,
        spells_in_view.is_of_episode,
        row_number() over (
            partition by stretches.remand_episode_id, stretches.from_date
            order by
                spells_in_view.start_date desc,
                {{ justice.legal_status_stage('spells_in_view.legal_status') }} desc,
                spells_in_view.custody_spell_id desc
        ) as covering_rank
    from stretches
    inner join spells_in_view
        on
            stretches.remand_episode_id = spells_in_view.remand_episode_id
            and stretches.from_date >= spells_in_view.start_date
            and stretches.to_date <= spells_in_view.end_date
    where stretches.to_date is not null
)

select
    covering_spells.remand_episode_id,
    covering_spells.custody_spell_id,
    covering_spells.legal_status,
    greatest(
        {{ justice.days_between(
            'covering_spells.from_date', 'least(covering_spells.to_date, observation_window.custody_as_of)'
        ) }},
        0
    ) as days,
    covering_spells.is_of_episode,
    covering_spells.to_date = {{ justice.open_end() }} as is_open,
    covering_spells.from_date as start_date,
    nullif(covering_spells.to_date, {{ justice.open_end() }}) as end_date
from covering_spells
cross join observation_window
where covering_spells.covering_rank = 1
