{#- Reception follows the court's decision by up to this many days. -#}
{%- set reception_days = 3 -%}

with custody_spells as (
    select * from {{ ref('custody_spells') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

case_references as (
    select * from {{ ref('int_case_references') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

held_on_remand as (
    select
        *,
        coalesce(end_date, {{ justice.open_end() }}) as end_or_open
    from custody_spells
    where {{ justice.is_remand_status('legal_status') }}
),

-- A proceeding is live from its charge, or its first hearing where that came earlier, until it is completed.
proceedings as (
    select
        defendant_id,
        case_id,
        person_id,
        least(first_charge_date, first_hearing_date) as live_from,
        coalesce(completion_date, {{ justice.open_end() }}) as live_to
    from defendants
    where person_id is not null
),

custody_decisions as (
    select distinct
        defendant_id,
        hearing_date
    from appearances
    where remand_status = 'custody'
),

court_views as (
    select
        defendant_id,
        bool_or(remand_status = 'custody') as was_ever_remanded,
        bool_or(remand_status <> 'unknown') as is_remand_known
    from appearances
    group by defendant_id
),

reference_matches as (
    select
        held_on_remand.custody_spell_id,
        proceedings.defendant_id
    from held_on_remand
    inner join case_references
        on held_on_remand.ptiurn = case_references.ptiurn
    inner join proceedings
        on
            case_references.case_id = proceedings.case_id
            and held_on_remand.person_id = proceedings.person_id
),

reference_bookings as (
    select distinct
        held_on_remand.booking_number,
        reference_matches.defendant_id
    from reference_matches
    inner join held_on_remand
        on reference_matches.custody_spell_id = held_on_remand.custody_spell_id
),

date_matches as (
    select
        held_on_remand.custody_spell_id,
        proceedings.defendant_id
    from held_on_remand
    inner join proceedings
        on
            held_on_remand.person_id = proceedings.person_id
            and held_on_remand.start_date <= proceedings.live_to
            and held_on_remand.end_or_open >= proceedings.live_from
    left join reference_matches
        on held_on_remand.custody_spell_id = reference_matches.custody_spell_id
    where reference_matches.custody_spell_id is null
),

candidates as (
    select
        custody_spell_id,
        defendant_id,
        'ptiurn' as link_method
    from reference_matches
    union all
    select
        custody_spell_id,
        defendant_id,
        'person_and_dates' as link_method
    from date_matches
),

candidate_hearings as (
    select distinct
        candidates.custody_spell_id,
        candidates.defendant_id
    from candidates
    inner join held_on_remand
        on candidates.custody_spell_id = held_on_remand.custody_spell_id
    inner join appearances
        on
            candidates.defendant_id = appearances.defendant_id
            and held_on_remand.start_date >= appearances.hearing_date
            and held_on_remand.start_date <= {{ justice.add_days('appearances.hearing_date', reception_days) }}
),

weighed_candidates as (
    select
        candidates.custody_spell_id,
        candidates.defendant_id,
        candidates.link_method,
        proceedings.live_from,
        custody_decisions.defendant_id is not null as is_remanded_on_start,
        reference_bookings.defendant_id is not null as is_of_same_booking,
        candidate_hearings.defendant_id is not null as has_hearing_at_start,
        coalesce(court_views.is_remand_known and not court_views.was_ever_remanded, false) as was_never_remanded,
        {{ justice.days_between(
            'greatest(held_on_remand.start_date, proceedings.live_from)',
            'least(held_on_remand.end_or_open, proceedings.live_to)'
        ) }} as overlap_days
    from candidates
    inner join held_on_remand
        on candidates.custody_spell_id = held_on_remand.custody_spell_id
    inner join proceedings
        on candidates.defendant_id = proceedings.defendant_id
    left join custody_decisions
        on
            candidates.defendant_id = custody_decisions.defendant_id
            and held_on_remand.start_date = custody_decisions.hearing_date
    left join reference_bookings
        on
            candidates.defendant_id = reference_bookings.defendant_id
            and held_on_remand.booking_number = reference_bookings.booking_number
    left join candidate_hearings
        on
            candidates.custody_spell_id = candidate_hearings.custody_spell_id
            and candidates.defendant_id = candidate_hearings.defendant_id
    left join court_views
        on candidates.defendant_id = court_views.defendant_id
),

ranked_candidates as (
    select
        *,
        row_number() over (
            partition by custody_spell_id
            order by
                case when is_remanded_on_start then 0 else 1 end asc,
                case when is_of_same_booking then 0 else 1 end asc,
                case when has_hearing_at_start then 0 else 1 end asc,
                coalesce(overlap_days, -1) desc,
                live_from asc,
                defendant_id asc
        ) as candidate_rank
    from weighed_candidates
    -- Dates alone do not put a spell into a proceeding whose court never remanded in custody.
    where
        link_method = 'ptiurn'
        or not was_never_remanded
        or is_of_same_booking
        or has_hearing_at_start
)

select
    held_on_remand.custody_spell_id,
    case
        when ranked_candidates.defendant_id is null
            then {{ justice.hash_key(["'booking'", 'held_on_remand.booking_number']) }}
        else {{ justice.hash_key(["'defendant'", 'ranked_candidates.defendant_id']) }}
    end as remand_episode_id,
    held_on_remand.person_id,
    ranked_candidates.defendant_id,
    held_on_remand.booking_number,
    held_on_remand.legal_status,
    held_on_remand.court_code,
    held_on_remand.exit_reason,
    coalesce(ranked_candidates.link_method, 'none') as link_method,
    held_on_remand.is_open,
    held_on_remand.start_date,
    held_on_remand.end_date
from held_on_remand
left join ranked_candidates
    on
        held_on_remand.custody_spell_id = ranked_candidates.custody_spell_id
        and ranked_candidates.candidate_rank = 1
