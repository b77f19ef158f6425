{#- A community order begins on the day of sentence; probation may register it this many days to either side. -#}
{%- set registration_days = 3 -%}

with recorded_orders as (
    select * from {{ ref('stg_probation__orders') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

case_references as (
    select * from {{ ref('int_case_references') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

orders as (
    select
        recorded_orders.*,
        recorded_orders.order_type in ('LICENCE', 'POST_SENTENCE_SUPERVISION') as is_after_custody,
        person_records.person_id
    from recorded_orders
    left join person_records
        on
            person_records.agency = 'probation'
            and person_records.feed = 'orders'
            and recorded_orders.record_key = person_records.record_key
),

reference_matches as (
    select
        orders.record_key,
        defendants.defendant_id,
        1 as rule_rank
    from orders
    inner join case_references
        on orders.ptiurn = case_references.ptiurn
    inner join defendants
        on
            case_references.case_id = defendants.case_id
            and orders.person_id = defendants.person_id
),

-- An order of the court begins with the sentence; a licence or supervision follows immediate custody.
date_matches as (
    select
        orders.record_key,
        disposals.defendant_id,
        2 as rule_rank
    from orders
    inner join disposals
        on orders.person_id = disposals.person_id
    where
        (
            not orders.is_after_custody
            and disposals.disposal_type in ('community_sentence', 'suspended_sentence')
            and abs({{ justice.days_between('disposals.sentence_date', 'orders.start_date') }})
            <= {{ registration_days }}
        )
        or (
            orders.is_after_custody
            and {{ justice.is_immediate_custody('disposals.disposal_type') }}
            and disposals.sentence_date <= orders.start_date
        )
),

candidates as (
    select
        record_key,
        defendant_id,
        rule_rank
    from reference_matches
    union all
    select
        record_key,
        defendant_id,
        rule_rank
    from date_matches
),

ranked_candidates as (
    select
        candidates.record_key,
        candidates.defendant_id,
        candidates.rule_rank,
        row_number() over (
            partition by candidates.record_key
            order by
                candidates.rule_rank asc,
                case when orders.cjs_offence_code = disposals.principal_offence_code then 0 else 1 end asc,
                coalesce(
                    abs({{ justice.days_between('disposals.sentence_date', 'orders.start_date') }}), 999999
                ) asc,
                candidates.defendant_id asc
        ) as candidate_rank
    from candidates
    inner join orders
        on candidates.record_key = orders.record_key
    left join disposals
        on candidates.defendant_id = disposals.defendant_id
)

select
    {{ justice.hash_key(["'probation'", 'orders.record_key']) }} as community_order_id,
    orders.record_key,
    orders.crn,
    orders.event_number,
    orders.person_id,
    ranked_candidates.defendant_id,
    defendants.case_id,
    case ranked_candidates.rule_rank
        when 1 then 'ptiurn_and_person'
        when 2 then 'person_and_dates'
        else 'none'
    end as match_rule,
    lower(orders.order_type) as order_type,
    orders.court_ou_code as court_code,
    orders.ptiurn,
    orders.cjs_offence_code,
    orders.requirements as requirement_codes,
    lower(orders.termination_reason) as termination_reason,
    coalesce(orders.breaches, 0) as breaches,
    orders.is_after_custody,
    orders.actual_end_date is null or orders.actual_end_date > observation_window.data_as_of as is_running,
    coalesce(orders.breaches, 0) > 0 as is_breached,
    orders.start_date,
    orders.expected_end_date,
    orders.actual_end_date
from orders
left join ranked_candidates
    on
        orders.record_key = ranked_candidates.record_key
        and ranked_candidates.candidate_rank = 1
left join defendants
    on ranked_candidates.defendant_id = defendants.defendant_id
cross join observation_window
