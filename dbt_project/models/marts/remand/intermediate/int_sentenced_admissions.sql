{#- Reception follows the sentence by up to this many days. -#}
{%- set reception_days = 3 -%}

with disposals as (
    select * from {{ ref('disposals') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

remand_spells as (
    select * from {{ ref('remand_spells') }}
),

remand_segments as (
    select * from {{ ref('remand_segments') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

episode_bookings as (
    select distinct
        defendant_id,
        booking_number
    from remand_spells
    where defendant_id is not null
),

-- The booking that holds the sentence: one of the remand's own before any other of the person.
candidate_bookings as (
    select
        disposals.defendant_id,
        disposals.sentence_date,
        custody_spells.booking_number,
        row_number() over (
            partition by disposals.defendant_id
            order by
                case when episode_bookings.booking_number is null then 1 else 0 end asc,
                custody_spells.start_date asc,
                custody_spells.booking_number asc
        ) as booking_rank
    from disposals
    cross join observation_window
    inner join custody_spells
        on
            disposals.person_id = custody_spells.person_id
            and disposals.sentence_date <= custody_spells.start_date
            and {{ justice.add_days('disposals.sentence_date', reception_days) }} >= custody_spells.start_date
            and custody_spells.legal_status = 'sentenced'
    left join episode_bookings
        on
            disposals.defendant_id = episode_bookings.defendant_id
            and custody_spells.booking_number = episode_bookings.booking_number
    where
        {{ justice.is_immediate_custody('disposals.disposal_type') }}
        and disposals.sentence_date <= observation_window.custody_as_of
),

first_movements as (
    select
        candidate_bookings.defendant_id,
        candidate_bookings.booking_number,
        candidate_bookings.sentence_date,
        min(custody_spells.start_date) as first_movement_date
    from candidate_bookings
    inner join custody_spells
        on candidate_bookings.booking_number = custody_spells.booking_number
    where candidate_bookings.booking_rank = 1
    group by candidate_bookings.defendant_id, candidate_bookings.booking_number, candidate_bookings.sentence_date
),

episodes as (
    select distinct
        defendant_id,
        remand_episode_id
    from remand_spells
    where defendant_id is not null
),

-- Of the days from first movement to sentence: those of this remand, and those held otherwise in its bookings.
segments_in_time as (
    select
        first_movements.defendant_id,
        remand_segments.is_of_episode,
        greatest(remand_segments.start_date, first_movements.first_movement_date) as from_date,
        least(coalesce(remand_segments.end_date, first_movements.sentence_date), first_movements.sentence_date)
            as to_date
    from first_movements
    inner join episodes
        on first_movements.defendant_id = episodes.defendant_id
    inner join remand_segments
        on episodes.remand_episode_id = remand_segments.remand_episode_id
),

days_in_time as (
    select
        defendant_id,
        {{ justice.sum_where(
            'greatest(' ~ justice.days_between('from_date', 'to_date') ~ ', 0)', 'is_of_episode'
        ) }} as days_on_remand,
        {{ justice.sum_where(
            'greatest(' ~ justice.days_between('from_date', 'to_date') ~ ', 0)', 'not is_of_episode'
        ) }} as days_held_otherwise
    from segments_in_time
    group by defendant_id
)

select
    first_movements.defendant_id,
    first_movements.booking_number,
    greatest({{ justice.days_between('first_movements.first_movement_date', 'first_movements.sentence_date') }}, 0)
        as days_to_sentence,
    coalesce(days_in_time.days_on_remand, 0) as days_on_remand,
    coalesce(days_in_time.days_held_otherwise, 0) as days_held_otherwise,
    first_movements.first_movement_date,
    first_movements.sentence_date
from first_movements
left join days_in_time
    on first_movements.defendant_id = days_in_time.defendant_id
