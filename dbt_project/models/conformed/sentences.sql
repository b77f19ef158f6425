{#- Pointer jumping along consecutive_to_sequence: each step doubles the sentences followed, so four follow sixteen. -#}
with recorded_sentences as (
    select * from {{ ref('stg_prison__sentences') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

prison_persons as (
    select
        record_key as noms_number,
        person_id
    from person_records
    where
        agency = 'prison'
        and feed = 'prisoners'
),

termed_sentences as (
    select
        *,
        booking_number || '|' || cast(sentence_sequence as {{ dbt.type_string() }}) as sentence_id,
        {{ justice.length_in_months(years='length_years', months='length_months', days='length_days') }}
            as custodial_term_months
    from recorded_sentences
),

chain_1 as (
    select
        later.booking_number,
        later.sentence_sequence,
        coalesce(earlier.sentence_sequence, later.sentence_sequence) as reached_sequence,
        case when earlier.sentence_sequence is null then 0 else 1 end as hops,
        case
            when earlier.sentence_sequence is null then 0.0
            else coalesce(later.custodial_term_months, 0.0)
        end as months_passed
    from termed_sentences as later
    left join termed_sentences as earlier
        on
            later.booking_number = earlier.booking_number
            and later.consecutive_to_sequence = earlier.sentence_sequence
            and later.sentence_sequence > earlier.sentence_sequence
),

{% for hops in [2, 4, 8, 16] -%}
chain_{{ hops }} as (
    select
        near.booking_number,
        near.sentence_sequence,
        far.reached_sequence,
        near.hops + far.hops as hops,
        near.months_passed + far.months_passed as months_passed
    from chain_{{ hops // 2 }} as near
    inner join chain_{{ hops // 2 }} as far
        on
            near.booking_number = far.booking_number
            and near.reached_sequence = far.sentence_sequence
),

{% endfor -%}

chain_ends as (
    select
        chain_16.booking_number,
        chain_16.sentence_sequence,
        chain_16.reached_sequence as chain_start_sequence,
        chain_16.hops,
        chain_16.months_passed + coalesce(first_sentence.custodial_term_months, 0.0) as months_to_end
    from chain_16
    inner join termed_sentences as first_sentence
        on
            chain_16.booking_number = first_sentence.booking_number
            and chain_16.reached_sequence = first_sentence.sentence_sequence
),

chain_lengths as (
    select
        booking_number,
        sentence_sequence,
        hops,
        max(months_to_end) over (partition by booking_number, chain_start_sequence) as chain_length_months
    from chain_ends
)

select
    termed_sentences.sentence_id,
    termed_sentences.booking_number,
    termed_sentences.sentence_sequence,
    termed_sentences.noms_number,
    prison_persons.person_id,
    termed_sentences.court_ou_code as court_code,
    termed_sentences.ptiurn,
    termed_sentences.cjs_offence_code,
    termed_sentences.sentence_type,
    case
        when termed_sentences.sentence_type in ('LIFE', 'IPP') then null
        else termed_sentences.custodial_term_months
    end as custodial_term_months,
    termed_sentences.extension_months,
    termed_sentences.tariff_months,
    case
        when termed_sentences.sentence_type in ('LIFE', 'IPP') then null
        else chain_lengths.chain_length_months
    end as chain_length_months,
    chain_lengths.hops as chain_position,
    termed_sentences.remand_credit_days,
    chain_lengths.hops > 0 as is_consecutive,
    termed_sentences.sentence_date,
    termed_sentences.conditional_release_date,
    termed_sentences.sentence_expiry_date,
    termed_sentences.released_date
from termed_sentences
inner join chain_lengths
    on
        termed_sentences.booking_number = chain_lengths.booking_number
        and termed_sentences.sentence_sequence = chain_lengths.sentence_sequence
left join prison_persons
    on termed_sentences.noms_number = prison_persons.noms_number
