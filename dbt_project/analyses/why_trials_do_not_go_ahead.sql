-- Why do trials not go ahead?
-- Trials by class and reason since the courts began to send, with their share of all trials that were
-- effective, cracked or ineffective. Vacated trials have no share: they were taken out of the list before the day.
with reasons as (
    select
        jurisdiction,
        outcome_class,
        outcome_code,
        outcome_label,
        attribution,
        sum(trials) as trials,
        sum(trials_in_denominator) as trials_in_denominator
    from {{ ref('trial_effectiveness') }}
    where coverage <> 'before_first_extract'
    group by jurisdiction, outcome_class, outcome_code, outcome_label, attribution
),

shares as (
    select
        *,
        trials_in_denominator / sum(trials_in_denominator) over (partition by jurisdiction) as share_of_trials
    from reasons
)

select
    jurisdiction,
    outcome_class,
    outcome_code,
    outcome_label,
    attribution,
    trials,
    case when outcome_class <> 'VACATED' then share_of_trials end as share_of_trials
from shares
where outcome_class not in ('EFFECTIVE', 'unknown')
order by jurisdiction asc, trials desc, outcome_class asc, outcome_code asc
