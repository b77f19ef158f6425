with appearances as (
    select * from {{ ref('appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

charges as (
    select * from {{ ref('charges') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

first_appearances as (
    select
        defendant_id,
        hearing_id,
        hearing_date,
        row_number() over (partition by defendant_id order by hearing_date asc, hearing_id asc) as hearing_rank
    from appearances
    where hearing_date is not null
),

first_pleas as (
    select
        defendant_id,
        min(plea_date) as plea_date
    from charges
    where
        plea_code in ('G', 'NG')
        and plea_date is not null
    group by defendant_id
),

-- A plea on a day without an appearance on record still counts: who spoke for the defendant is then unknown.
plea_appearances as (
    select
        first_pleas.defendant_id,
        min(appearances.hearing_id) as hearing_id,
        first_pleas.plea_date as hearing_date
    from first_pleas
    left join appearances
        on
            first_pleas.defendant_id = appearances.defendant_id
            and first_pleas.plea_date = appearances.hearing_date
    group by first_pleas.defendant_id, first_pleas.plea_date
),

effective_trials as (
    select
        appearances.defendant_id,
        appearances.hearing_id,
        appearances.hearing_date,
        row_number() over (
            partition by appearances.defendant_id
            order by appearances.hearing_date asc, appearances.hearing_id asc
        ) as trial_rank
    from appearances
    inner join hearings
        on appearances.hearing_id = hearings.hearing_id
    where hearings.trial_outcome_class = 'EFFECTIVE'
),

stage_hearings as (
    select
        defendant_id,
        'first_hearing' as stage,
        hearing_id,
        hearing_date
    from first_appearances
    where hearing_rank = 1
    union all
    select
        defendant_id,
        'plea' as stage,
        hearing_id,
        hearing_date
    from plea_appearances
    union all
    select
        defendant_id,
        'trial' as stage,
        hearing_id,
        hearing_date
    from effective_trials
    where trial_rank = 1
    union all
    select
        defendant_id,
        'sentence' as stage,
        sentence_hearing_id as hearing_id,
        sentence_date as hearing_date
    from disposals
    where
        is_sentenced
        and sentence_date is not null
)

select
    defendant_id,
    stage,
    hearing_id,
    hearing_date
from stage_hearings
