{%- set key = ['typed.booking_number', 'typed.spell_sequence'] -%}

with courts as (
    select * from {{ ref('courts') }}
),

establishments as (
    select * from {{ ref('establishments') }}
),

delivered as (
    {{ justice.accepted_rows('prison', 'custody_spells') }}
),

typed as (
    select
        {{ justice.typed('prison', 'custody_spells', 'booking_number') }} as booking_number,
        {{ justice.typed('prison', 'custody_spells', 'spell_sequence') }} as spell_sequence,
        {{ justice.typed('prison', 'custody_spells', 'noms_number') }} as noms_number,
        {{ justice.typed('prison', 'custody_spells', 'legal_status') }} as legal_status,
        {{ justice.typed('prison', 'custody_spells', 'status_from') }} as status_from,
        {{ justice.typed('prison', 'custody_spells', 'status_to') }} as status_to,
        {{ justice.typed('prison', 'custody_spells', 'establishment_code') }} as establishment_code,
        {{ justice.typed('prison', 'custody_spells', 'entry_reason') }} as entry_reason,
        {{ justice.typed('prison', 'custody_spells', 'exit_reason') }} as exit_reason,
        {{ justice.typed('prison', 'custody_spells', 'court_ou_code') }} as court_ou_code,
        {{ justice.typed('prison', 'custody_spells', 'ptiurn') }} as ptiurn,
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
    typed.spell_sequence,
    {{ justice.normalise_noms('typed.noms_number') }} as noms_number,
    typed.legal_status,
    typed.status_from,
    typed.status_to,
    {{ justice.known_code('typed.establishment_code', 'establishments.establishment_code') }} as establishment_code,
    typed.establishment_code as establishment_code_raw,
    typed.entry_reason,
    typed.exit_reason,
    {{ justice.known_code('typed.court_ou_code', 'courts.court_ou_code') }} as court_ou_code,
    typed.court_ou_code as court_ou_code_raw,
    {{ justice.normalise_ptiurn('typed.ptiurn') }} as ptiurn,
    {{ justice.version_number(key) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_in_newest_delivery(key) }} as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
left join establishments
    on typed.establishment_code = establishments.establishment_code
left join courts
    on typed.court_ou_code = courts.court_ou_code
