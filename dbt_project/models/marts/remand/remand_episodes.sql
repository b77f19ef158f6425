with remand_proceedings as (
    select * from {{ ref('remand_proceedings') }}
)

select
    remand_episode_id,
    person_id,
    defendant_id,
    case_id,
    court_code,
    court_name,
    court_region,
    offence_group,
    sex,
    ethnicity_group,
    age_band,
    exit_reason,
    outcome,
    link_method,
    days_untried,
    days_convicted_unsentenced,
    days_net,
    days_bail_gap,
    days_court_view,
    spell_count,
    is_open,
    agrees_with_court,
    is_completed,
    is_cps,
    entry_date,
    exit_date,
    completion_date,
    {{ justice.coverage('remand_proceedings.exit_date', 'month', or_now=true) }} as coverage,
    data_as_of
from remand_proceedings
