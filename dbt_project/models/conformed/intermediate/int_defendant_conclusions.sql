with defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
),

charges as (
    select * from {{ ref('charges') }}
),

charge_totals as (
    select
        defendant_id,
        count(*) as charge_count,
        {{ justice.count_where('concluded_date is not null') }} as concluded_count,
        {{ justice.count_where("outcome = 'convicted'") }} as convicted_count,
        min(charge_date) as first_charge_date,
        max(concluded_date) as last_concluded_date,
        max(case when most_serious_rank = 1 then charge_id end) as most_serious_charge_id,
        max(case when most_serious_rank = 1 then offence_group end) as most_serious_offence_group
    from charges
    group by defendant_id
)

select
    defendant_cases.defendant_id,
    coalesce(charge_totals.charge_count, 0) as charge_count,
    charge_totals.most_serious_charge_id,
    {{ justice.or_unknown('charge_totals.most_serious_offence_group') }} as most_serious_offence_group,
    case
        when charge_totals.charge_count is null then 'unknown'
        when charge_totals.concluded_count < charge_totals.charge_count then 'pending'
        when charge_totals.convicted_count > 0 then 'convicted'
        else 'acquitted'
    end as final_outcome,
    coalesce(charge_totals.concluded_count = charge_totals.charge_count, false) as is_completed,
    charge_totals.first_charge_date,
    case
        when charge_totals.concluded_count = charge_totals.charge_count then charge_totals.last_concluded_date
    end as completion_date
from defendant_cases
left join charge_totals
    on defendant_cases.defendant_id = charge_totals.defendant_id
