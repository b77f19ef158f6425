-- How much of a sentence has been served on remand when it is passed, and who has served it all?
-- Determinate custody for the share and the terms served; suspended sentences that may reflect time served beside them.
select
    regime,
    court_type,
    disposal_type,
    count(*) as defendants,
    count(case when days_on_remand > 0 then 1 end) as held_on_remand,
    round(avg(case when days_on_remand > 0 then days_on_remand end), 1) as mean_days_on_remand,
    round(sum(case when term_days is not null then days_on_remand end) / nullif(sum(term_days), 0), 3)
        as share_of_all_terms_on_remand,
    count(case when is_term_served_on_remand then 1 end) as whole_term_served_on_remand,
    count(case when may_reflect_time_served then 1 end) as suspended_after_half_the_term
from {{ ref('sentence_credit') }}
where disposal_type in ('determinate_custody', 'suspended_sentence')
group by regime, court_type, disposal_type
order by regime desc, court_type asc, disposal_type asc
