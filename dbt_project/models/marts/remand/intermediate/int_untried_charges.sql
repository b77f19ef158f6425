with charges as (
    select * from {{ ref('charges') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

results as (
    select * from {{ ref('results') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

-- The start of the trial: the jury is sworn, or a summary trial begins. A Newton hearing follows a guilty plea.
trial_starts as (
    select
        appearances.defendant_id,
        min(hearings.hearing_date) as trial_date
    from hearings
    inner join appearances
        on hearings.hearing_id = appearances.hearing_id
    where
        hearings.trial_outcome_class = 'EFFECTIVE'
        and hearings.hearing_type_code <> 'NEWT'
    group by appearances.defendant_id
),

-- Found under a disability (3149) stops the clock for all that the defendant is charged with.
disability_findings as (
    select
        defendant_id,
        min(result_date) as finding_date
    from results
    where cjs_result_code = '3149'
    group by defendant_id
),

possible_stops as (
    select
        charges.charge_id,
        'guilty_plea' as stop_reason,
        1 as reason_order,
        coalesce(charges.plea_date, charges.concluded_date, observation_window.custody_as_of) as stop_date
    from charges
    cross join observation_window
    where charges.plea_code = 'G'
    union all
    select
        charges.charge_id,
        'trial_started' as stop_reason,
        2 as reason_order,
        trial_starts.trial_date as stop_date
    from charges
    inner join trial_starts
        on charges.defendant_id = trial_starts.defendant_id
    union all
    select
        charges.charge_id,
        'verdict' as stop_reason,
        3 as reason_order,
        coalesce(charges.verdict_date, charges.concluded_date, observation_window.custody_as_of) as stop_date
    from charges
    cross join observation_window
    where charges.verdict_code is not null
    union all
    select
        charges.charge_id,
        'under_disability' as stop_reason,
        4 as reason_order,
        disability_findings.finding_date as stop_date
    from charges
    inner join disability_findings
        on charges.defendant_id = disability_findings.defendant_id
    union all
    select
        charge_id,
        'final_result' as stop_reason,
        5 as reason_order,
        concluded_date as stop_date
    from charges
    where concluded_date is not null
),

ranked_stops as (
    select
        possible_stops.*,
        row_number() over (
            partition by possible_stops.charge_id
            order by possible_stops.stop_date asc, possible_stops.reason_order asc
        ) as stop_rank
    from possible_stops
    cross join observation_window
    where possible_stops.stop_date <= observation_window.custody_as_of
)

select
    charges.charge_id,
    charges.defendant_id,
    charges.case_id,
    charges.offence_category,
    ranked_stops.stop_reason,
    charges.charge_date,
    ranked_stops.stop_date
from charges
left join ranked_stops
    on
        charges.charge_id = ranked_stops.charge_id
        and ranked_stops.stop_rank = 1
