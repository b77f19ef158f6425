with remand_proceedings as (
    select * from {{ ref('remand_proceedings') }}
),

regimes as (
    select * from {{ ref('regimes') }}
)

select
    remand_proceedings.remand_episode_id,
    remand_proceedings.person_id,
    remand_proceedings.defendant_id,
    remand_proceedings.case_id,
    remand_proceedings.court_code,
    remand_proceedings.court_name,
    remand_proceedings.court_region,
    remand_proceedings.offence_group,
    remand_proceedings.sex,
    remand_proceedings.ethnicity_group,
    remand_proceedings.age_band,
    {{ justice.bail_regime('remand_proceedings.age_band', 'regimes.regime') }} as regime,
    remand_proceedings.exit_reason,
    remand_proceedings.outcome,
    remand_proceedings.link_method,
    remand_proceedings.days_untried,
    remand_proceedings.days_convicted_unsentenced,
    remand_proceedings.days_net,
    remand_proceedings.days_bail_gap,
    remand_proceedings.days_court_view,
    remand_proceedings.spell_count,
    remand_proceedings.is_open,
    remand_proceedings.agrees_with_court,
    remand_proceedings.is_completed,
    remand_proceedings.is_cps,
    remand_proceedings.entry_date,
    remand_proceedings.exit_date,
    remand_proceedings.completion_date,
    {{ justice.coverage('remand_proceedings.exit_date', 'month', or_now=true) }} as coverage,
    remand_proceedings.data_as_of
from remand_proceedings
left join regimes
    on {{ justice.bail_regime_holds('regimes', 'remand_proceedings.entry_date', 'remand_proceedings.age_band') }}
