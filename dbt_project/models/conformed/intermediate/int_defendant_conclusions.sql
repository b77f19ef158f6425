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

recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

charge_totals as (
    select
        defendant_id as charged_defendant_id,
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

-- A defendant none of whose charges came, or was let in, ends with the case.
ended as (
    select
        defendant_cases.defendant_id,
        charge_totals.*,
        deaths_in_prison.death_date,
        case
            when charge_totals.concluded_count = charge_totals.charge_count then charge_totals.last_concluded_date
            when charge_totals.charge_count is null
                then least(deaths_in_prison.death_date, {{ justice.case_closed_date('recorded_cases') }})
            when deaths_in_prison.death_date is not null
                then greatest(charge_totals.last_concluded_date, deaths_in_prison.death_date)
        end as completion_date
    from defendant_cases
    left join charge_totals
        on defendant_cases.defendant_id = charge_totals.charged_defendant_id
    left join deaths_in_prison
        on defendant_cases.defendant_id = deaths_in_prison.defendant_id
    left join recorded_cases
        on defendant_cases.case_id = recorded_cases.case_id
)

select
    defendant_id,
    coalesce(charge_count, 0) as charge_count,
    most_serious_charge_id,
    {{ justice.or_unknown('most_serious_offence_group') }} as most_serious_offence_group,
    case
        when charge_count is null then case when completion_date = death_date then 'died' else 'unknown' end
        when completion_date is null then 'pending'
        when convicted_count > 0 then 'convicted'
        when died_count > 0 or concluded_count < charge_count then 'died'
        when not_recorded_count > 0 then 'not_recorded'
        else 'acquitted'
    end as final_outcome,
    completion_date is not null as is_completed,
    first_charge_date,
    completion_date
from ended
