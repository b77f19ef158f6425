{#- The court and the prison may differ by this many days for each spell before they are said to disagree: reception
    follows the court's decision by up to three days. -#}
{%- set tolerated_days = 3 -%}

with remand_spells as (
    select * from {{ ref('remand_spells') }}
),

remand_segments as (
    select * from {{ ref('remand_segments') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

persons as (
    select * from {{ ref('persons') }}
),

courts as (
    select * from {{ ref('courts') }}
),

court_custody_periods as (
    select * from {{ ref('court_custody_periods') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

court_custody_days as (
    select
        defendant_id,
        sum(days) as days_court_view
    from court_custody_periods
    group by defendant_id
),

ranked_spells as (
    select
        *,
        row_number() over (
            partition by remand_episode_id
            order by
                coalesce(end_date, {{ justice.open_end() }}) desc,
                start_date desc,
                {{ justice.legal_status_stage('legal_status') }} desc,
                custody_spell_id desc
        ) as last_rank
    from remand_spells
),

episode_spells as (
    select
        remand_episode_id,
        min(person_id) as person_id,
        min(defendant_id) as defendant_id,
        min(booking_number) as booking_number,
        case min(case link_method when 'ptiurn' then 1 when 'person_and_dates' then 2 else 3 end)
            when 1 then 'ptiurn'
            when 2 then 'person_and_dates'
            else 'none'
        end as link_method,
        count(*) as spell_count,
        min(start_date) as entry_date,
        max(coalesce(end_date, start_date)) as last_known_date,
        max(case when last_rank = 1 then exit_reason end) as exit_reason,
        max(case when last_rank = 1 then court_code end) as prison_court_code,
        max(case when last_rank = 1 then booking_number end) as last_booking_number
    from ranked_spells
    group by remand_episode_id
),

episode_days as (
    select
        remand_episode_id,
        {{ justice.sum_where('days', "is_of_episode and legal_status = 'untried'") }} as days_untried,
        {{ justice.sum_where('days', "is_of_episode and legal_status = 'convicted_unsentenced'") }}
            as days_convicted_unsentenced,
        coalesce(bool_or(is_of_episode and is_open), false) as is_open,
        max(case when is_of_episode then end_date end) as last_end_date
    from remand_segments
    group by remand_episode_id
),

episodes as (
    select
        episode_spells.*,
        coalesce(episode_days.days_untried, 0) as days_untried,
        coalesce(episode_days.days_convicted_unsentenced, 0) as days_convicted_unsentenced,
        coalesce(episode_days.is_open, false) as is_open,
        case
            when coalesce(episode_days.is_open, false) then null
            else coalesce(episode_days.last_end_date, episode_spells.last_known_date)
        end as exit_date
    from episode_spells
    left join episode_days
        on episode_spells.remand_episode_id = episode_days.remand_episode_id
),

-- Days within the episode on which the person's bookings say they were held, but not on this remand.
days_held_otherwise as (
    select
        remand_segments.remand_episode_id,
        sum(remand_segments.days) as days_held_otherwise
    from remand_segments
    inner join episodes
        on
            remand_segments.remand_episode_id = episodes.remand_episode_id
            and remand_segments.start_date >= episodes.entry_date
            and (episodes.exit_date is null or remand_segments.start_date < episodes.exit_date)
    where not remand_segments.is_of_episode
    group by remand_segments.remand_episode_id
),

-- A spell that ends by a change of status ends by sentence where a sentenced spell of the booking takes over.
sentenced_on_exit as (
    select distinct episodes.remand_episode_id
    from episodes
    inner join custody_spells
        on
            episodes.last_booking_number = custody_spells.booking_number
            and episodes.exit_date = custody_spells.start_date
    where custody_spells.legal_status = 'sentenced'
)

select
    episodes.remand_episode_id,
    episodes.person_id,
    episodes.defendant_id,
    defendants.case_id,
    episodes.booking_number,
    coalesce(defendants.court_code, episodes.prison_court_code) as court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    {{ justice.or_unknown('courts.region') }} as court_region,
    {{ justice.or_unknown('defendants.most_serious_offence_group') }} as offence_group,
    {{ justice.or_unknown('persons.sex') }} as sex,
    {{ justice.or_unknown('persons.ethnicity_group') }} as ethnicity_group,
    {{ justice.age_band_on('persons.date_of_birth', 'episodes.entry_date') }} as age_band,
    case
        when episodes.is_open then null
        when episodes.exit_reason = 'status_change' and sentenced_on_exit.remand_episode_id is not null then 'sentenced'
        else {{ justice.or_unknown('episodes.exit_reason') }}
    end as exit_reason,
    {{ justice.remand_outcome(
        'defendants.final_outcome', 'disposals.disposal_type', 'disposals.principal_result_code'
    ) }} as outcome,
    episodes.link_method,
    cast(episodes.days_untried as bigint) as days_untried,
    cast(episodes.days_convicted_unsentenced as bigint) as days_convicted_unsentenced,
    cast(episodes.days_untried + episodes.days_convicted_unsentenced as bigint) as days_net,
    cast(greatest(
        {{ justice.days_between(
            'episodes.entry_date', 'coalesce(episodes.exit_date, observation_window.custody_as_of)'
        ) }}
        - episodes.days_untried
        - episodes.days_convicted_unsentenced
        - coalesce(days_held_otherwise.days_held_otherwise, 0),
        0
    ) as bigint) as days_bail_gap,
    cast(case
        when episodes.defendant_id is not null then coalesce(court_custody_days.days_court_view, 0)
    end as bigint) as days_court_view,
    episodes.spell_count,
    episodes.is_open,
    case
        when episodes.defendant_id is not null
            then
                abs(
                    episodes.days_untried
                    + episodes.days_convicted_unsentenced
                    - coalesce(court_custody_days.days_court_view, 0)
                ) <= {{ tolerated_days }} * episodes.spell_count
    end as agrees_with_court,
    coalesce(defendants.is_completed, false) as is_completed,
    coalesce(defendants.is_cps, false) as is_cps,
    episodes.entry_date,
    episodes.exit_date,
    defendants.completion_date,
    observation_window.custody_as_of as data_as_of
from episodes
left join defendants
    on episodes.defendant_id = defendants.defendant_id
left join disposals
    on episodes.defendant_id = disposals.defendant_id
left join persons
    on episodes.person_id = persons.person_id
left join courts
    on coalesce(defendants.court_code, episodes.prison_court_code) = courts.court_ou_code
left join court_custody_days
    on episodes.defendant_id = court_custody_days.defendant_id
left join days_held_otherwise
    on episodes.remand_episode_id = days_held_otherwise.remand_episode_id
left join sentenced_on_exit
    on episodes.remand_episode_id = sentenced_on_exit.remand_episode_id
cross join observation_window
