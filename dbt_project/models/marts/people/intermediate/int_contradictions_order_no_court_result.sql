with community_orders as (
    select * from {{ ref('community_orders') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

appealed_defendants as (
    select * from {{ ref('int_appealed_defendants') }}
),

defendant_references as (
    select * from {{ ref('defendant_references') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'order_no_court_result'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

-- Licence and post-sentence supervision follow a prison sentence, not an order of a court. An order made before the
-- courts' records are complete may rest on a case that was closed before the first extract.
court_orders as (
    select
        community_orders.record_key,
        community_orders.person_id,
        community_orders.ptiurn,
        community_orders.order_type,
        community_orders.court_code,
        community_orders.start_date,
        horizons.court_to
    from community_orders
    cross join contradiction_rule
    cross join horizons
    where
        community_orders.person_id is not null
        and community_orders.order_type in (
            'community_order', 'suspended_sentence_order', 'youth_rehabilitation_order'
        )
        and {{ justice.answer_must_be_recorded('community_orders.start_date', 'court') }}
),

orders_with_result as (
    select distinct court_orders.record_key
    from court_orders
    cross join contradiction_rule
    inner join disposals
        on
            court_orders.person_id = disposals.person_id
            and disposals.sentence_date
            >= {{ justice.add_days('court_orders.start_date', '-contradiction_rule.days_allowed') }}
            and disposals.sentence_date
            <= {{ justice.add_days('court_orders.start_date', 'contradiction_rule.days_allowed') }}
    where disposals.disposal_type in ('suspended_sentence', 'community_sentence')
    union distinct
    -- An appeal since the order replaced the result it rests on.
    select distinct court_orders.record_key
    from court_orders
    inner join appealed_defendants
        on
            court_orders.person_id = appealed_defendants.person_id
            and court_orders.start_date <= appealed_defendants.first_appeal_date
),

named_cases as (
    select
        court_orders.record_key,
        disposals.defendant_id,
        disposals.case_id,
        disposals.disposal_type,
        row_number() over (
            partition by court_orders.record_key
            order by
                abs({{ justice.days_between('court_orders.start_date', 'disposals.completion_date') }}) asc,
                disposals.defendant_id asc
        ) as case_rank
    from court_orders
    inner join defendant_references
        on court_orders.ptiurn = defendant_references.ptiurn
    inner join disposals
        on
            defendant_references.defendant_id = disposals.defendant_id
            and court_orders.person_id = disposals.person_id
)

select
    court_orders.record_key as subject_key,
    named_cases.defendant_id,
    named_cases.case_id,
    court_orders.person_id,
    court_orders.court_code,
    court_orders.order_type as value_a,
    coalesce(named_cases.disposal_type, 'no_result') as value_b,
    {{ justice.days_between('court_orders.start_date', 'court_orders.court_to') }} as days_apart,
    court_orders.start_date as event_date,
    court_orders.court_to as observed_to
from court_orders
left join orders_with_result
    on court_orders.record_key = orders_with_result.record_key
left join named_cases
    on
        court_orders.record_key = named_cases.record_key
        and named_cases.case_rank = 1
where orders_with_result.record_key is null
