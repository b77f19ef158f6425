{#- Share of a suspended term that would have been served: half (Criminal Justice Act 2003, section 244). -#}
{%- set share_served = 0.5 -%}

with remand_proceedings as (
    select * from {{ ref('remand_proceedings') }}
),

remand_decisions as (
    select * from {{ ref('remand_decisions') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

charges as (
    select * from {{ ref('charges') }}
),

court_custody_days as (
    select * from {{ ref('int_court_custody_days') }}
),

courts as (
    select * from {{ ref('courts') }}
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
        remand_proceedings.is_open,
        remand_proceedings.entry_date,
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
        false as is_open,
        court_remands.first_remand_date as entry_date,
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
),

acquittals as (
    select
        defendant_id,
        bool_or(outcome = 'acquitted') as has_acquittal
    from charges
    group by defendant_id
),

concluded as (
    select
        remanded.*,
        defendants.case_id,
        defendants.most_serious_offence_group,
        defendants.completion_date,
        case
            when court_remands.is_remanded_by_magistrates and court_remands.is_remanded_by_crown_court then 'both'
            when court_remands.is_remanded_by_magistrates then 'magistrates'
            when court_remands.is_remanded_by_crown_court then 'crown'
            else 'not_recorded'
        end as remanded_by,
        {{ justice.remand_outcome(
            'defendants.final_outcome', 'disposals.disposal_type', 'disposals.principal_result_code'
        ) }} as outcome,
        disposals.disposal_type,
        acquittals.has_acquittal,
        case
            when disposals.disposal_type = 'suspended_sentence'
                then cast(ceil(charges.final_length_months * 30.4375 * {{ share_served }}) as bigint)
        end as custodial_equivalent_days,
        case
            when remanded.defendant_id is not null then coalesce(court_custody_days.days_court_view, 0)
        end as days_court_view
    from remanded
    left join defendants
        on remanded.defendant_id = defendants.defendant_id
    left join court_remands
        on remanded.defendant_id = court_remands.defendant_id
    left join disposals
        on remanded.defendant_id = disposals.defendant_id
    left join charges
        on disposals.principal_charge_id = charges.charge_id
    left join acquittals
        on remanded.defendant_id = acquittals.defendant_id
    left join court_custody_days
        on remanded.defendant_id = court_custody_days.defendant_id
)

select
    concluded.remand_episode_id,
    concluded.person_id,
    concluded.defendant_id,
    concluded.case_id,
    {{ justice.quarter_start('concluded.entry_date') }} as entry_quarter,
    {{ justice.quarter_start('concluded.completion_date') }} as completion_quarter,
    concluded.court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    {{ justice.or_unknown('courts.court_type') }} as court_type,
    {{ justice.or_unknown('courts.region') }} as court_region,
    {{ justice.or_unknown('concluded.most_serious_offence_group') }} as offence_group,
    concluded.sex,
    concluded.age_band,
    concluded.ethnicity_group,
    concluded.evidence,
    concluded.remanded_by,
    concluded.outcome,
    case
        when concluded.outcome = 'acquitted' and concluded.has_acquittal then 'acquitted_or_dismissed'
        when concluded.outcome = 'acquitted' then 'withdrawn_or_discontinued'
        when concluded.outcome in ('immediate_custody', 'non_custodial') then concluded.disposal_type
        else concluded.outcome
    end as outcome_detail,
    concluded.days_untried,
    concluded.days_convicted_unsentenced,
    concluded.days_net,
    cast(concluded.days_court_view as bigint) as days_court_view,
    concluded.custodial_equivalent_days,
    concluded.is_open,
    case
        when concluded.outcome in ('acquitted', 'non_custodial') then true
        when concluded.outcome = 'immediate_custody' then false
    end as is_without_immediate_custody,
    coalesce(concluded.days_net >= concluded.custodial_equivalent_days, false) as is_possibly_time_served,
    concluded.entry_date,
    concluded.completion_date,
    observation_window.custody_as_of as data_as_of
from concluded
cross join observation_window
left join courts
    on concluded.court_code = courts.court_ou_code
