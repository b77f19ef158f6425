with defendants as (
    select * from {{ ref('defendants') }}
),

charges as (
    select * from {{ ref('charges') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

pleas as (
    select
        defendant_id,
        {{ justice.count_where("plea_code = 'G'") }} as guilty_charges,
        {{ justice.count_where("plea_code = 'NG'") }} as denied_charges,
        {{ justice.count_where("plea_code = 'NG' and verdict_code is not null") }} as tried_charges,
        min(case when plea_code = 'G' then plea_date end) as guilty_plea_date,
        min(case when plea_code in ('G', 'NG') then plea_date end) as first_plea_date
    from charges
    group by defendant_id
),

-- A trial taken out of the list before the day was no day of trial.
milestones as (
    select
        appearances.defendant_id,
        min(case when appearances.jurisdiction_code = 'C' then appearances.hearing_date end)
            as first_crown_date,
        min(
            case
                when
                    hearings.is_listed_for_trial
                    and coalesce(hearings.trial_outcome_class, '') <> 'VACATED'
                    then appearances.hearing_date
            end
        ) as first_trial_date
    from appearances
    inner join hearings
        on appearances.hearing_id = hearings.hearing_id
    group by appearances.defendant_id
),

described_pleas as (
    select
        defendants.defendant_id,
        defendants.court_code,
        defendants.jurisdiction_code,
        defendants.first_hearing_date,
        defendants.completion_date,
        milestones.first_crown_date,
        milestones.first_trial_date,
        pleas.guilty_plea_date,
        case
            when pleas.guilty_charges > 0 and pleas.tried_charges = 0 then 'guilty'
            when pleas.guilty_charges > 0 then 'mixed'
            when pleas.denied_charges > 0 then 'not_guilty'
            else 'no_plea'
        end as plea,
        coalesce(pleas.guilty_plea_date, pleas.first_plea_date) as plea_date
    from defendants
    left join pleas
        on defendants.defendant_id = pleas.defendant_id
    left join milestones
        on defendants.defendant_id = milestones.defendant_id
    where
        defendants.is_completed
        and defendants.completion_date is not null
),

plea_hearings as (
    select
        described_pleas.defendant_id,
        appearances.court_code,
        appearances.jurisdiction_code,
        row_number() over (
            partition by described_pleas.defendant_id
            order by
                appearances.hearing_date desc,
                case when appearances.jurisdiction_code = 'C' then 0 else 1 end asc,
                appearances.hearing_id asc
        ) as hearing_rank
    from described_pleas
    inner join appearances
        on
            described_pleas.defendant_id = appearances.defendant_id
            and described_pleas.plea_date >= appearances.hearing_date
)

select
    described_pleas.defendant_id,
    coalesce(plea_hearings.court_code, described_pleas.court_code) as court_code,
    coalesce(plea_hearings.jurisdiction_code, described_pleas.jurisdiction_code) as jurisdiction_code,
    described_pleas.plea,
    case
        when described_pleas.plea not in ('guilty', 'mixed') then null
        when described_pleas.guilty_plea_date is null or described_pleas.first_hearing_date is null then 'unknown'
        when described_pleas.guilty_plea_date <= described_pleas.first_hearing_date then 'first_hearing'
        when described_pleas.guilty_plea_date >= described_pleas.first_trial_date then 'at_trial'
        when
            described_pleas.first_crown_date is null
            or described_pleas.guilty_plea_date < described_pleas.first_crown_date
            then 'later_magistrates'
        when described_pleas.guilty_plea_date = described_pleas.first_crown_date then 'first_crown_hearing'
        else 'later_crown'
    end as guilty_plea_stage,
    {{ justice.days_between('described_pleas.first_hearing_date', 'described_pleas.guilty_plea_date') }}
        as days_to_guilty_plea,
    described_pleas.guilty_plea_date,
    described_pleas.completion_date
from described_pleas
left join plea_hearings
    on
        described_pleas.defendant_id = plea_hearings.defendant_id
        and plea_hearings.hearing_rank = 1
