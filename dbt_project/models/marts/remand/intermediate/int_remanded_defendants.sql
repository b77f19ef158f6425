with remand_proceedings as (
    select * from {{ ref('remand_proceedings') }}
),

remand_decisions as (
    select * from {{ ref('remand_decisions') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

court_custody_periods as (
    select * from {{ ref('court_custody_periods') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

-- Which court remanded in custody, as recorded: the statistics of both count a defendant committed in custody.
court_remands as (
    select
        remand_decisions.defendant_id,
        min(remand_decisions.decision_date) as first_remand_date,
        bool_or(coalesce(remand_decisions.jurisdiction_code = 'M', false)) as is_remanded_by_magistrates,
        bool_or(coalesce(remand_decisions.jurisdiction_code = 'C', false)) as is_remanded_by_crown_court
    from remand_decisions
    cross join observation_window
    where
        remand_decisions.decision = 'custody'
        and remand_decisions.decision_date <= observation_window.custody_as_of
    group by remand_decisions.defendant_id
),

court_custody_days as (
    select
        defendant_id,
        sum(days) as days_court_view
    from court_custody_periods
    group by defendant_id
),

prison_remands as (
    select
        remand_proceedings.remand_episode_id,
        remand_proceedings.person_id,
        remand_proceedings.defendant_id,
        remand_proceedings.court_code,
        remand_proceedings.sex,
        remand_proceedings.ethnicity_group,
        remand_proceedings.age_band,
        remand_proceedings.days_untried,
        remand_proceedings.days_convicted_unsentenced,
        remand_proceedings.days_net,
        remand_proceedings.days_bail_gap,
        remand_proceedings.spell_count,
        remand_proceedings.is_open,
        remand_proceedings.entry_date,
        remand_proceedings.exit_date,
        case
            when remand_proceedings.defendant_id is null then 'no_proceeding'
            when court_remands.defendant_id is null then 'prison_only'
            else 'prison_and_court'
        end as evidence
    from remand_proceedings
    left join court_remands
        on remand_proceedings.defendant_id = court_remands.defendant_id
),

-- The court remanded in custody and no prison record of it is known: not entered, not delivered or not linked.
court_only_remands as (
    select
        {{ justice.hash_key(["'defendant'", 'defendants.defendant_id']) }} as remand_episode_id,
        defendants.person_id,
        defendants.defendant_id,
        defendants.court_code,
        defendants.sex,
        defendants.ethnicity_group,
        {{ justice.age_band_on('defendants.date_of_birth', 'court_remands.first_remand_date') }} as age_band,
        cast(null as bigint) as days_untried,
        cast(null as bigint) as days_convicted_unsentenced,
        cast(null as bigint) as days_net,
        cast(null as bigint) as days_bail_gap,
        cast(0 as bigint) as spell_count,
        false as is_open,
        court_remands.first_remand_date as entry_date,
        cast(null as date) as exit_date,
        'court_only' as evidence
    from court_remands
    inner join defendants
        on court_remands.defendant_id = defendants.defendant_id
    left join remand_proceedings
        on court_remands.defendant_id = remand_proceedings.defendant_id
    where remand_proceedings.defendant_id is null
),

remanded as (
    select * from prison_remands
    union all
    select * from court_only_remands
)

select
    remanded.remand_episode_id,
    remanded.person_id,
    remanded.defendant_id,
    remanded.court_code,
    remanded.sex,
    remanded.ethnicity_group,
    remanded.age_band,
    remanded.evidence,
    case
        when court_remands.is_remanded_by_magistrates and court_remands.is_remanded_by_crown_court then 'both'
        when court_remands.is_remanded_by_magistrates then 'magistrates'
        when court_remands.is_remanded_by_crown_court then 'crown'
        else 'not_recorded'
    end as remanded_by,
    remanded.days_untried,
    remanded.days_convicted_unsentenced,
    remanded.days_net,
    remanded.days_bail_gap,
    case
        when remanded.defendant_id is not null then coalesce(court_custody_days.days_court_view, 0)
    end as days_court_view,
    remanded.spell_count,
    remanded.is_open,
    remanded.entry_date,
    remanded.exit_date
from remanded
left join court_remands
    on remanded.defendant_id = court_remands.defendant_id
left join court_custody_days
    on remanded.defendant_id = court_custody_days.defendant_id
