with remanded as (
    select * from {{ ref('int_remanded_defendants') }}
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

courts as (
    select * from {{ ref('courts') }}
),

regimes as (
    select * from {{ ref('regimes') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
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
        {{ justice.remand_outcome(
            'defendants.final_outcome', 'disposals.disposal_type', 'disposals.principal_result_code'
        ) }} as outcome,
        disposals.disposal_type,
        acquittals.has_acquittal,
        case
            when disposals.disposal_type = 'suspended_sentence'
                then cast(ceil(round(
                        charges.final_length_months * {{ justice.days_per_month() }} * release_points.value, 6
                    )) as bigint)
        end as custodial_equivalent_days,
        {{ justice.bail_regime('remanded.age_band', 'bail_regimes.regime') }} as regime,
        remanded.days_court_view
    from remanded
    left join defendants
        on remanded.defendant_id = defendants.defendant_id
    left join disposals
        on remanded.defendant_id = disposals.defendant_id
    left join charges
        on disposals.principal_charge_id = charges.charge_id
    left join acquittals
        on remanded.defendant_id = acquittals.defendant_id
    -- What would have been served of a term, by the rule in force on the day of sentence.
    left join regimes as release_points
        on
            {{ justice.regime_holds(
                'release_points',
                justice.release_point_series(
                    'disposals.principal_offence_group',
                    justice.age_on('defendants.date_of_birth', 'disposals.sentence_date')
                ),
                'disposals.sentence_date',
                'coalesce(' ~ justice.age_on('defendants.date_of_birth', 'disposals.sentence_date') ~ ', 18)'
            ) }}
    left join regimes as bail_regimes
        on {{ justice.bail_regime_holds('bail_regimes', 'remanded.entry_date', 'remanded.age_band') }}
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
    concluded.regime,
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
    {{ justice.coverage('concluded.completion_date', 'month', or_now=true, area='concluded.court_code') }} as coverage,
    observation_window.custody_as_of as data_as_of
from concluded
cross join observation_window
left join courts
    on concluded.court_code = courts.court_ou_code
