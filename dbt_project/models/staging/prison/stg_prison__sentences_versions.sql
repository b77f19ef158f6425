{%- set key = ['typed.booking_number', 'typed.sentence_sequence'] -%}

with courts as (
    select * from {{ ref('courts') }}
),

offences as (
    select * from {{ ref('offences') }}
),

delivered as (
    {{ justice.accepted_rows('prison', 'sentences') }}
),

typed as (
    select
        {{ justice.typed('prison', 'sentences', 'booking_number') }} as booking_number,
        {{ justice.typed('prison', 'sentences', 'sentence_sequence') }} as sentence_sequence,
        {{ justice.typed('prison', 'sentences', 'noms_number') }} as noms_number,
        {{ justice.typed('prison', 'sentences', 'sentence_date') }} as sentence_date,
        {{ justice.typed('prison', 'sentences', 'court_ou_code') }} as court_ou_code,
        {{ justice.typed('prison', 'sentences', 'ptiurn') }} as ptiurn,
        {{ justice.typed('prison', 'sentences', 'cjs_offence_code') }} as cjs_offence_code,
        {{ justice.typed('prison', 'sentences', 'sentence_type') }} as sentence_type,
        {{ justice.typed('prison', 'sentences', 'length_years') }} as length_years,
        {{ justice.typed('prison', 'sentences', 'length_months') }} as length_months,
        {{ justice.typed('prison', 'sentences', 'length_days') }} as length_days,
        {{ justice.typed('prison', 'sentences', 'extension_months') }} as extension_months,
        {{ justice.typed('prison', 'sentences', 'tariff_months') }} as tariff_months,
        {{ justice.typed('prison', 'sentences', 'remand_credit_days') }} as remand_credit_days,
        {{ justice.typed('prison', 'sentences', 'conditional_release_date') }} as conditional_release_date,
        {{ justice.typed('prison', 'sentences', 'sentence_expiry_date') }} as sentence_expiry_date,
        {{ justice.typed('prison', 'sentences', 'released_date') }} as released_date,
        {{ justice.typed('prison', 'sentences', 'consecutive_to_sequence') }} as consecutive_to_sequence,
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence,
        _is_newest_delivery as is_newest_delivery
    from delivered
)

select
    {{ justice.record_key(key) }} as record_key,
    typed.booking_number,
    typed.sentence_sequence,
    {{ justice.normalise_noms('typed.noms_number') }} as noms_number,
    typed.sentence_date,
    {{ justice.known_code('typed.court_ou_code', 'courts.court_ou_code') }} as court_ou_code,
    typed.court_ou_code as court_ou_code_raw,
    {{ justice.normalise_ptiurn('typed.ptiurn') }} as ptiurn,
    {{ justice.known_code('typed.cjs_offence_code', 'offences.cjs_offence_code') }} as cjs_offence_code,
    typed.cjs_offence_code as cjs_offence_code_raw,
    typed.sentence_type,
    typed.length_years,
    typed.length_months,
    typed.length_days,
    typed.extension_months,
    typed.tariff_months,
    typed.remand_credit_days,
    typed.conditional_release_date,
    typed.sentence_expiry_date,
    typed.released_date,
    typed.consecutive_to_sequence,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_in_newest_delivery(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join courts
    on typed.court_ou_code = courts.court_ou_code
left join offences
    on typed.cjs_offence_code = offences.cjs_offence_code
