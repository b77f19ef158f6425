with sentenced_proceedings as (
    select * from {{ ref('sentenced_proceedings') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'custody_sentence_no_prison_sentence'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

-- Held as a sentenced prisoner from the sentence on. Who had served the time on remand is not, and has no sentence.
held_under_sentence as (
    select distinct sentenced_proceedings.defendant_id
    from sentenced_proceedings
    cross join contradiction_rule
    inner join custody_spells
        on
            sentenced_proceedings.person_id = custody_spells.person_id
            and custody_spells.start_date
            <= {{ justice.add_days('sentenced_proceedings.sentence_date', 'contradiction_rule.days_allowed') }}
            and sentenced_proceedings.sentence_date < coalesce(custody_spells.end_date, {{ justice.open_end() }})
    where custody_spells.legal_status = 'sentenced'
)

select
    sentenced_proceedings.defendant_id as subject_key,
    sentenced_proceedings.defendant_id,
    sentenced_proceedings.case_id,
    sentenced_proceedings.person_id,
    sentenced_proceedings.court_code,
    sentenced_proceedings.court_disposal_type as value_a,
    'no_sentence' as value_b,
    {{ justice.days_between('sentenced_proceedings.sentence_date', 'horizons.prison_to') }} as days_apart,
    sentenced_proceedings.sentence_date as event_date,
    horizons.prison_to as observed_to
from sentenced_proceedings
inner join held_under_sentence
    on sentenced_proceedings.defendant_id = held_under_sentence.defendant_id
cross join contradiction_rule
cross join horizons
where
    {{ justice.is_immediate_custody('sentenced_proceedings.court_disposal_type') }}
    and sentenced_proceedings.prison_sentences = 0
    and {{ justice.answer_was_due('sentenced_proceedings.sentence_date', 'horizons.prison_to') }}
