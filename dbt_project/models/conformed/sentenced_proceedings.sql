{#- What each court and each prison says of the custody a defendant was sentenced to, by the same rule: the longest
    term not ordered to follow another, and every term ordered to follow added. -#}
{#- A prison sentence without a case reference is of the defendant sentenced within this many days. -#}
{%- set dated_within_days = 3 -%}

with sentences as (
    select * from {{ ref('sentences') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

charges as (
    select * from {{ ref('charges') }}
),

defendant_references as (
    select * from {{ ref('defendant_references') }}
),

sentenced_defendants as (
    select
        defendant_id,
        person_id,
        case_id,
        court_code,
        disposal_type,
        sentence_date
    from disposals
    where
        is_sentenced
        and person_id is not null
),

-- A fine is in the prison's list only for those committed for not paying it.
prison_sentences as (
    select * from sentences
    where
        person_id is not null
        and sentence_type <> 'FINE'
),

candidates as (
    select
        prison_sentences.sentence_id,
        sentenced_defendants.defendant_id,
        1 as rule_rank
    from prison_sentences
    inner join defendant_references
        on prison_sentences.ptiurn = defendant_references.ptiurn
    inner join sentenced_defendants
        on
            defendant_references.defendant_id = sentenced_defendants.defendant_id
            and prison_sentences.person_id = sentenced_defendants.person_id
    union all
    select
        prison_sentences.sentence_id,
        sentenced_defendants.defendant_id,
        2 as rule_rank
    from prison_sentences
    inner join sentenced_defendants
        on
            prison_sentences.person_id = sentenced_defendants.person_id
            and prison_sentences.sentence_date
            >= {{ justice.add_days('sentenced_defendants.sentence_date', -dated_within_days) }}
            and prison_sentences.sentence_date
            <= {{ justice.add_days('sentenced_defendants.sentence_date', dated_within_days) }}
    where prison_sentences.ptiurn is null
),

convicted_offences as (
    select distinct
        defendant_id,
        cjs_offence_code
    from charges
    where outcome = 'convicted'
),

ranked_candidates as (
    select
        candidates.sentence_id,
        candidates.defendant_id,
        row_number() over (
            partition by candidates.sentence_id
            order by
                candidates.rule_rank asc,
                case when convicted_offences.defendant_id is null then 1 else 0 end asc,
                abs({{ justice.days_between('prison_sentences.sentence_date', 'sentenced_defendants.sentence_date') }})
                asc,
                case when prison_sentences.court_code = sentenced_defendants.court_code then 0 else 1 end asc,
                candidates.defendant_id asc
        ) as candidate_rank
    from candidates
    inner join prison_sentences
        on candidates.sentence_id = prison_sentences.sentence_id
    inner join sentenced_defendants
        on candidates.defendant_id = sentenced_defendants.defendant_id
    left join convicted_offences
        on
            candidates.defendant_id = convicted_offences.defendant_id
            and prison_sentences.cjs_offence_code = convicted_offences.cjs_offence_code
),

prison_views as (
    select
        ranked_candidates.defendant_id,
        count(*) as prison_sentences,
        min(case
            when prison_sentences.sentence_type in ('LIFE', 'IPP') then 1
            when prison_sentences.sentence_type in ('EDS', 'SOPC') then 2
            else 3
        end) as prison_severity,
        coalesce(
            max(case when not prison_sentences.is_consecutive then prison_sentences.custodial_term_months end), 0
        )
        + {{ justice.sum_where('prison_sentences.custodial_term_months', 'prison_sentences.is_consecutive') }}
            as prison_term_months,
        bool_or(
            prison_sentences.sentence_type not in ('LIFE', 'IPP') and prison_sentences.custodial_term_months is null
        ) as has_unknown_prison_term,
        sum(prison_sentences.remand_credit_days) as prison_credit_days,
        min(prison_sentences.sentence_date) as prison_sentence_date,
        max(prison_sentences.conditional_release_date) as conditional_release_date
    from ranked_candidates
    inner join prison_sentences
        on ranked_candidates.sentence_id = prison_sentences.sentence_id
    where ranked_candidates.candidate_rank = 1
    group by ranked_candidates.defendant_id
),

court_views as (
    select
        defendant_id,
        coalesce(max(case when not coalesce(final_is_consecutive, false) then final_length_months end), 0)
        + {{ justice.sum_where('final_length_months', 'coalesce(final_is_consecutive, false)') }}
            as court_term_months,
        bool_or(final_length_months is null) as has_unknown_court_term
    from charges
    where
        outcome = 'convicted'
        and final_disposal_type in ('determinate_custody', 'extended_or_special')
    group by defendant_id
)

select
    sentenced_defendants.defendant_id,
    sentenced_defendants.person_id,
    sentenced_defendants.case_id,
    sentenced_defendants.court_code,
    sentenced_defendants.disposal_type as court_disposal_type,
    case prison_views.prison_severity
        when 1 then 'life_or_indeterminate'
        when 2 then 'extended_or_special'
        when 3 then 'determinate_custody'
    end as prison_disposal_type,
    court_views.court_term_months,
    prison_views.prison_term_months,
    coalesce(prison_views.prison_sentences, 0) as prison_sentences,
    coalesce(court_views.has_unknown_court_term, true) as has_unknown_court_term,
    coalesce(prison_views.has_unknown_prison_term, true) as has_unknown_prison_term,
    abs({{ justice.days_between('sentenced_defendants.sentence_date', 'prison_views.prison_sentence_date') }})
        as days_apart,
    cast(prison_views.prison_credit_days as bigint) as prison_credit_days,
    sentenced_defendants.sentence_date,
    prison_views.prison_sentence_date,
    prison_views.conditional_release_date
from sentenced_defendants
left join prison_views
    on sentenced_defendants.defendant_id = prison_views.defendant_id
left join court_views
    on sentenced_defendants.defendant_id = court_views.defendant_id
