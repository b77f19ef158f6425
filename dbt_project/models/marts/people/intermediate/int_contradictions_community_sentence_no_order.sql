{#- Community orders and suspended sentences of adults. Referral and youth orders are run by youth offending teams. -#}
{%- set probation_results = "('1115', '1116', '1134')" -%}

with disposals as (
    select * from {{ ref('disposals') }}
),

community_orders as (
    select * from {{ ref('community_orders') }}
),

appealed_defendants as (
    select * from {{ ref('int_appealed_defendants') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'community_sentence_no_order'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

court_sentences as (
    select
        disposals.defendant_id,
        disposals.case_id,
        disposals.person_id,
        disposals.court_code,
        disposals.disposal_type,
        disposals.sentence_date,
        horizons.probation_to
    from disposals
    left join appealed_defendants
        on disposals.defendant_id = appealed_defendants.defendant_id
    cross join contradiction_rule
    cross join horizons
    where
        disposals.person_id is not null
        and disposals.principal_result_code in {{ probation_results }}
        and appealed_defendants.defendant_id is null
        and {{ justice.answer_must_be_recorded('disposals.sentence_date', 'probation') }}
),

sentences_with_order as (
    select distinct court_sentences.defendant_id
    from court_sentences
    cross join contradiction_rule
    inner join community_orders
        on
            court_sentences.person_id = community_orders.person_id
            and community_orders.start_date
            >= {{ justice.add_days('court_sentences.sentence_date', '-contradiction_rule.days_allowed') }}
            and community_orders.start_date
            <= {{ justice.add_days('court_sentences.sentence_date', 'contradiction_rule.days_allowed') }}
    where
        community_orders.order_type in (
            'community_order', 'suspended_sentence_order', 'youth_rehabilitation_order'
        )
)

select
    court_sentences.defendant_id as subject_key,
    court_sentences.defendant_id,
    court_sentences.case_id,
    court_sentences.person_id,
    court_sentences.court_code,
    court_sentences.disposal_type as value_a,
    'no_order' as value_b,
    {{ justice.days_between('court_sentences.sentence_date', 'court_sentences.probation_to') }} as days_apart,
    court_sentences.sentence_date as event_date,
    court_sentences.probation_to as observed_to
from court_sentences
left join sentences_with_order
    on court_sentences.defendant_id = sentences_with_order.defendant_id
where sentences_with_order.defendant_id is null
