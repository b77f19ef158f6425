with remand_spells as (
    select * from {{ ref('remand_spells') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'prisoner_no_live_case'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

-- Spells that began while the courts' records are complete, early enough for the case to have reached the court.
observed_spells as (
    select
        remand_spells.custody_spell_id,
        remand_spells.person_id,
        remand_spells.court_code,
        remand_spells.legal_status,
        remand_spells.start_date,
        remand_spells.end_date,
        {{ justice.add_days('remand_spells.start_date', 'contradiction_rule.days_allowed') }} as due_date,
        horizons.court_to
    from remand_spells
    cross join contradiction_rule
    cross join horizons
    where
        remand_spells.person_id is not null
        and {{ justice.answer_must_be_recorded('remand_spells.start_date', 'court') }}
),

-- Live on the day the spell began, or received within the days allowed.
spells_with_live_case as (
    select distinct observed_spells.custody_spell_id
    from observed_spells
    inner join defendants
        on
            observed_spells.person_id = defendants.person_id
            and observed_spells.due_date >= least(defendants.first_charge_date, defendants.first_hearing_date)
            and observed_spells.start_date <= coalesce(defendants.completion_date, {{ justice.open_end() }})
),

ended_proceedings as (
    select
        observed_spells.custody_spell_id,
        defendants.defendant_id,
        defendants.case_id,
        row_number() over (
            partition by observed_spells.custody_spell_id
            order by defendants.completion_date desc, defendants.defendant_id asc
        ) as recency_rank
    from observed_spells
    inner join defendants
        on
            observed_spells.person_id = defendants.person_id
            and observed_spells.start_date > defendants.completion_date
)

select
    observed_spells.custody_spell_id as subject_key,
    ended_proceedings.defendant_id,
    ended_proceedings.case_id,
    observed_spells.person_id,
    observed_spells.court_code,
    'held_' || observed_spells.legal_status as value_a,
    case when ended_proceedings.defendant_id is null then 'no_case' else 'all_proceedings_ended' end as value_b,
    {{ justice.days_between(
        'observed_spells.start_date',
        'least(coalesce(observed_spells.end_date, observed_spells.court_to), observed_spells.court_to)'
    ) }} as days_apart,
    observed_spells.start_date as event_date,
    observed_spells.court_to as observed_to
from observed_spells
left join spells_with_live_case
    on observed_spells.custody_spell_id = spells_with_live_case.custody_spell_id
left join ended_proceedings
    on
        observed_spells.custody_spell_id = ended_proceedings.custody_spell_id
        and ended_proceedings.recency_rank = 1
where spells_with_live_case.custody_spell_id is null
