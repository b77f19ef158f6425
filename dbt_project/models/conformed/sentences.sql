with recursive recorded_sentences as (
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

-- Sequence numbers follow the order of entry, not of serving: a sentence may be consecutive to one with a higher one.
followed_sentences as (
    select
        later.booking_number,
        later.sentence_sequence,
        later.custodial_term_months,
        earlier.sentence_sequence as follows_sequence
    from termed_sentences as later
    left join termed_sentences as earlier
        on
            later.booking_number = earlier.booking_number
            and later.consecutive_to_sequence = earlier.sentence_sequence
            and later.sentence_sequence <> earlier.sentence_sequence
),

-- From the sentence each chain begins with to the last, however many there are. What follows itself in a circle begins
-- nowhere and is in no chain.
chain_ends as (
    select
        booking_number,
        sentence_sequence,
        sentence_sequence as chain_start_sequence,
        0 as hops,
        coalesce(custodial_term_months, 0.0) as months_to_end
    from followed_sentences
    where follows_sequence is null
    union all
    select
        followed_sentences.booking_number,
        followed_sentences.sentence_sequence,
        chain_ends.chain_start_sequence,
        chain_ends.hops + 1 as hops,
        chain_ends.months_to_end + coalesce(followed_sentences.custodial_term_months, 0.0) as months_to_end
    from chain_ends
    inner join followed_sentences
        on
            chain_ends.booking_number = followed_sentences.booking_number
            and chain_ends.sentence_sequence = followed_sentences.follows_sequence
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
        else coalesce(chain_lengths.chain_length_months, termed_sentences.custodial_term_months)
    end as chain_length_months,
    chain_lengths.hops as chain_position,
    termed_sentences.remand_credit_days,
    coalesce(chain_lengths.hops > 0, true) as is_consecutive,
    chain_lengths.hops is null as is_in_circle,
    termed_sentences.sentence_date,
    termed_sentences.conditional_release_date,
    termed_sentences.sentence_expiry_date,
    termed_sentences.released_date
from termed_sentences
left join chain_lengths
    on
        termed_sentences.booking_number = chain_lengths.booking_number
        and termed_sentences.sentence_sequence = chain_lengths.sentence_sequence
left join prison_persons
    on termed_sentences.noms_number = prison_persons.noms_number
