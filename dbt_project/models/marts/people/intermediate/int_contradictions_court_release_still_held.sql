with court_days as (
    select * from {{ ref('int_court_days') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

remand_spells as (
    select * from {{ ref('remand_spells') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'court_release_still_held'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

court_releases as (
    select
        defendant_id,
        court_code,
        'bailed' as court_says,
        2 as precedence,
        hearing_date as event_date
    from court_days
    where is_released
    union all
    select
        defendant_id,
        court_code,
        case when is_sentenced then 'non_custodial_sentence' else 'not_convicted' end as court_says,
        1 as precedence,
        completion_date as event_date
    from disposals
    where not coalesce({{ justice.is_immediate_custody('disposal_type') }}, false)
),

released_spells as (
    select
        remand_spells.custody_spell_id,
        remand_spells.person_id,
        remand_spells.defendant_id,
        court_releases.court_code,
        court_releases.court_says,
        court_releases.precedence,
        court_releases.event_date,
        {{ justice.add_days('court_releases.event_date', 'contradiction_rule.days_allowed') }} as due_date,
        remand_spells.end_date
    from remand_spells
    inner join court_releases
        on
            remand_spells.defendant_id = court_releases.defendant_id
            and remand_spells.start_date < court_releases.event_date
    cross join contradiction_rule
    where
        coalesce(remand_spells.end_date, {{ justice.open_end() }})
        > {{ justice.add_days('court_releases.event_date', 'contradiction_rule.days_allowed') }}
),

-- Held for something else: another status, custody decided elsewhere, or decided again within the days allowed.
held_for_other_reason as (
    select distinct
        released_spells.custody_spell_id,
        released_spells.event_date
    from released_spells
    inner join custody_spells
        on
            released_spells.person_id = custody_spells.person_id
            and released_spells.due_date >= custody_spells.start_date
            and released_spells.event_date < coalesce(custody_spells.end_date, {{ justice.open_end() }})
    where not {{ justice.is_remand_status('custody_spells.legal_status') }}
    union distinct
    select distinct
        released_spells.custody_spell_id,
        released_spells.event_date
    from released_spells
    inner join court_days
        on
            released_spells.person_id = court_days.person_id
            and released_spells.due_date >= court_days.hearing_date
            and released_spells.event_date < coalesce(court_days.next_hearing_date, {{ justice.open_end() }})
    inner join defendants
        on court_days.defendant_id = defendants.defendant_id
    where
        court_days.is_any_custody
        and (
            (
                released_spells.defendant_id <> court_days.defendant_id
                and coalesce(defendants.completion_date, {{ justice.open_end() }}) > released_spells.event_date
            )
            or (
                released_spells.defendant_id = court_days.defendant_id
                and released_spells.event_date < court_days.hearing_date
            )
        )
),

ranked_releases as (
    select
        released_spells.*,
        row_number() over (
            partition by released_spells.custody_spell_id
            order by released_spells.event_date asc, released_spells.precedence asc
        ) as release_rank
    from released_spells
    left join held_for_other_reason
        on
            released_spells.custody_spell_id = held_for_other_reason.custody_spell_id
            and released_spells.event_date = held_for_other_reason.event_date
    where held_for_other_reason.custody_spell_id is null
)

select
    ranked_releases.custody_spell_id as subject_key,
    ranked_releases.defendant_id,
    defendants.case_id,
    ranked_releases.person_id,
    ranked_releases.court_code,
    ranked_releases.court_says as value_a,
    case when ranked_releases.end_date is null then 'still_held' else 'released_later' end as value_b,
    {{ justice.days_between(
        'ranked_releases.event_date', 'coalesce(ranked_releases.end_date, horizons.prison_to)'
    ) }} as days_apart,
    ranked_releases.event_date,
    horizons.prison_to as observed_to
from ranked_releases
inner join defendants
    on ranked_releases.defendant_id = defendants.defendant_id
cross join horizons
where
    ranked_releases.release_rank = 1
    and ranked_releases.due_date <= horizons.prison_to
