with defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
),

charges as (
    select * from {{ ref('charges') }}
),

recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

charge_totals as (
    select
        defendant_id,
        count(*) as charge_count,
        {{ justice.count_where('concluded_date is not null') }} as concluded_count,
        {{ justice.count_where("outcome = 'convicted'") }} as convicted_count,
        {{ justice.count_where("outcome = 'died'") }} as died_count,
        {{ justice.count_where("outcome = 'not_recorded'") }} as not_recorded_count,
        min(charge_date) as first_charge_date,
        max(concluded_date) as last_concluded_date,
        max(case when most_serious_rank = 1 then charge_id end) as most_serious_charge_id,
        max(case when most_serious_rank = 1 then offence_group end) as most_serious_offence_group
    from charges
    group by defendant_id
),

-- Courts hear of a death in prison late, or never: the case is over on the day it happened.
deaths_in_prison as (
    select
        recorded_defendants.defendant_id,
        min(custody_spells.end_date) as death_date
    from custody_spells
    inner join recorded_defendants
        on custody_spells.person_id = recorded_defendants.person_id
    where custody_spells.exit_reason = 'died'
    group by recorded_defendants.defendant_id
),

totals as (
    select
        charge_totals.*,
        charge_totals.concluded_count = charge_totals.charge_count as is_concluded,
        deaths_in_prison.death_date
    from charge_totals
    left join deaths_in_prison
        on charge_totals.defendant_id = deaths_in_prison.defendant_id
)

select
    defendant_cases.defendant_id,
    coalesce(charge_totals.charge_count, 0) as charge_count,
    charge_totals.most_serious_charge_id,
    {{ justice.or_unknown('charge_totals.most_serious_offence_group') }} as most_serious_offence_group,
    case
        when charge_totals.charge_count is null then 'unknown'
        when not charge_totals.is_concluded and charge_totals.death_date is null then 'pending'
        when charge_totals.convicted_count > 0 then 'convicted'
        when charge_totals.died_count > 0 or not charge_totals.is_concluded then 'died'
        when charge_totals.not_recorded_count > 0 then 'not_recorded'
        else 'acquitted'
    end as final_outcome,
    coalesce(charge_totals.is_concluded or charge_totals.death_date is not null, false) as is_completed,
    charge_totals.first_charge_date,
    case
        when charge_totals.is_concluded then charge_totals.last_concluded_date
        when charge_totals.death_date is not null
            then greatest(charge_totals.last_concluded_date, charge_totals.death_date)
    end as completion_date
from defendant_cases
left join totals as charge_totals
    on defendant_cases.defendant_id = charge_totals.defendant_id
