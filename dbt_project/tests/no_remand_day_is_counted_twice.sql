-- Within one booking, the remand days of different proceedings never overlap.
with booking_segments as (
    select
        remand_spells.booking_number,
        remand_segments.remand_episode_id,
        remand_segments.start_date,
        coalesce(remand_segments.end_date, {{ justice.open_end() }}) as end_date
    from {{ ref('remand_segments') }} as remand_segments
    inner join {{ ref('remand_spells') }} as remand_spells
        on remand_segments.custody_spell_id = remand_spells.custody_spell_id
    where remand_segments.is_of_episode
)

select
    earlier.booking_number,
    earlier.remand_episode_id,
    later.remand_episode_id as other_episode_id,
    later.start_date
from booking_segments as earlier
inner join booking_segments as later
    on
        earlier.booking_number = later.booking_number
        and earlier.remand_episode_id <> later.remand_episode_id
        and earlier.start_date <= later.start_date
        and earlier.end_date > later.start_date
