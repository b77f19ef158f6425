with defendants as (
    select * from {{ ref('defendants') }}
),

cases as (
    select * from {{ ref('cases') }}
),

recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

recorded_results as (
    select * from {{ ref('stg_hmcts__results') }}
),

recorded_offences as (
    select * from {{ ref('int_defendant_offences') }}
),

results as (
    select * from {{ ref('results') }}
),

result_codes as (
    select * from {{ ref('result_codes') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

hearing_types as (
    select * from {{ ref('hearing_types') }}
),

received_defendants as (
    select
        defendants.defendant_id,
        defendants.case_id,
        defendants.completion_date,
        coalesce(own_case.received_date, cases.received_date) as recorded_received_date,
        coalesce(
            own_case.received_date, cases.received_date, defendants.first_charge_date, defendants.first_hearing_date
        ) as received_date,
        case when cases.receipt_type = 'APPEAL' then cases.crown_received_date end as appeal_date
    from defendants
    left join recorded_cases as own_case
        on defendants.source_case_id = own_case.case_id
    left join cases
        on defendants.case_id = cases.case_id
),

appeal_hearings as (
    select distinct
        appearances.case_id,
        appearances.defendant_id
    from appearances
    inner join hearing_types
        on appearances.hearing_type_code = hearing_types.hearing_type_code
    where hearing_types.hearing_group = 'appeal'
),

heard_cases as (
    select distinct case_id
    from appeal_hearings
),

-- The record says that a case is under appeal, not whose appeal it is: theirs who have an appeal hearing, or everyone's
-- while none is listed.
appellants as (
    select
        received_defendants.defendant_id,
        received_defendants.appeal_date
    from received_defendants
    left join appeal_hearings as own_hearing
        on received_defendants.defendant_id = own_hearing.defendant_id
    left join heard_cases
        on received_defendants.case_id = heard_cases.case_id
    where
        received_defendants.appeal_date is not null
        and (own_hearing.defendant_id is not null or heard_cases.case_id is null)
),

-- An appeal that succeeds deletes the result it replaces, so the day of the first outcome is read from deleted results.
first_outcomes as (
    select
        appellants.defendant_id,
        max(recorded_results.result_date) as outcome_date
    from appellants
    inner join recorded_offences
        on appellants.defendant_id = recorded_offences.defendant_id
    inner join recorded_results
        on recorded_offences.offence_id = recorded_results.offence_id
    inner join result_codes
        on recorded_results.cjs_result_code = result_codes.cjs_result_code
    where
        result_codes.is_final
        and recorded_results.result_date <= appellants.appeal_date
    group by appellants.defendant_id
),

appeal_outcomes as (
    select
        appellants.defendant_id,
        max(results.result_date) as outcome_date
    from appellants
    inner join results
        on appellants.defendant_id = results.defendant_id
    where
        results.result_date > appellants.appeal_date
        and (results.is_final or results.outcome_effect = 'APPEAL')
    group by appellants.defendant_id
)

select
    received_defendants.defendant_id,
    'first_instance' as stage,
    received_defendants.recorded_received_date is null as is_received_date_inferred,
    received_defendants.received_date as start_date,
    case
        when appellants.defendant_id is null
            then received_defendants.completion_date
        else least(
                coalesce(first_outcomes.outcome_date, received_defendants.completion_date, appellants.appeal_date),
                appellants.appeal_date
            )
    end as end_date
from received_defendants
left join appellants
    on received_defendants.defendant_id = appellants.defendant_id
left join first_outcomes
    on received_defendants.defendant_id = first_outcomes.defendant_id
where received_defendants.received_date is not null
union all
select
    appellants.defendant_id,
    'appeal' as stage,
    false as is_received_date_inferred,
    appellants.appeal_date as start_date,
    appeal_outcomes.outcome_date as end_date
from appellants
left join appeal_outcomes
    on appellants.defendant_id = appeal_outcomes.defendant_id
