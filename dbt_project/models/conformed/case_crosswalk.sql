{#- Rules that lead a prison booking to a defendant, the strongest evidence first: of several, the first is named. -#}
{%- set booking_rules = ['ptiurn_and_person', 'person_and_dates'] -%}

with recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

case_records as (
    select * from {{ ref('case_records') }}
),

cases as (
    select * from {{ ref('cases') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

record_links as (
    select * from {{ ref('defendant_records') }}
),

case_references as (
    select * from {{ ref('int_case_references') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

remand_spells as (
    select * from {{ ref('remand_spells') }}
),

sentences as (
    select * from {{ ref('sentences') }}
),

community_orders as (
    select * from {{ ref('community_orders') }}
),

filed_cases as (
    select
        recorded_cases.case_id as source_case_id,
        recorded_cases.ptiurn,
        recorded_cases.crown_case_number,
        recorded_cases.received_date,
        recorded_cases.crown_received_date,
        case when case_records.merge_depth > 0 then recorded_cases.closed_date end as merged_date,
        case_records.case_id,
        case_records.merge_depth,
        case when case_records.merge_depth > 0 then 'merged_into' else 'own' end as link_rule,
        case
            when case_records.merge_depth > 0
                then 'merged, steps: ' || cast(case_records.merge_depth as {{ dbt.type_string() }})
            else 'the case itself'
        end as evidence
    from recorded_cases
    inner join case_records
        on recorded_cases.case_id = case_records.source_case_id
),

case_identifiers as (
    select
        'common_platform_case' as scheme,
        source_case_id as identifier,
        case_id,
        link_rule,
        evidence,
        received_date as valid_from_date,
        merged_date as valid_to_date
    from filed_cases
    union all
    select
        'ptiurn' as scheme,
        ptiurn as identifier,
        case_id,
        link_rule,
        evidence,
        received_date as valid_from_date,
        merged_date as valid_to_date
    from filed_cases
    where ptiurn is not null
    union all
    select
        'crown_case' as scheme,
        filed_cases.crown_case_number as identifier,
        filed_cases.case_id,
        filed_cases.link_rule,
        'number of court ' || {{ justice.or_unknown('cases.first_crown_court_code') }}
        || case when cases.is_transferred then ', now at ' || cases.crown_court_code else '' end as evidence,
        filed_cases.crown_received_date as valid_from_date,
        filed_cases.merged_date as valid_to_date
    from filed_cases
    inner join cases
        on filed_cases.case_id = cases.case_id
    where filed_cases.crown_case_number is not null
    union all
    select
        'split_from_case' as scheme,
        split_from_case_id as identifier,
        case_id,
        'split_from' as link_rule,
        'same case reference without the suffix letter' as evidence,
        received_date as valid_from_date,
        cast(null as date) as valid_to_date
    from cases
    where split_from_case_id is not null
),

agency_records as (
    select
        case record_links.agency
            when 'cps' then 'cps_defendant'
            when 'laa' then 'laa_application'
            else 'police_custody_record'
        end as scheme,
        record_links.record_key as identifier,
        defendants.case_id,
        defendants.defendant_id,
        record_links.match_rule as link_rule,
        case record_links.match_rule
            when 'ptiurn_and_person' then 'same case reference, same linked person'
            else 'same arrest/summons number'
        end as evidence,
        case when record_links.agency <> 'cps' then record_links.record_date end as valid_from_date,
        case when record_links.agency = 'cps' then record_links.record_date end as valid_to_date
    from record_links
    inner join defendants
        on record_links.defendant_id = defendants.defendant_id
),

arrests as (
    select
        'arrest_summons_number' as scheme,
        asn as identifier,
        case_id,
        defendant_id,
        'own' as link_rule,
        'on the court record' as evidence,
        first_charge_date as valid_from_date,
        cast(null as date) as valid_to_date
    from defendants
    where asn is not null
),

-- Spells of remand are placed by their own rules (remand_spells); any other spell or sentence by its case reference.
booking_links as (
    select
        custody_spells.booking_number,
        remand_spells.defendant_id,
        case remand_spells.link_method when 'ptiurn' then 'ptiurn_and_person' else remand_spells.link_method end
            as link_rule,
        remand_spells.start_date,
        remand_spells.end_date
    from remand_spells
    inner join custody_spells
        on remand_spells.custody_spell_id = custody_spells.custody_spell_id
    where remand_spells.defendant_id is not null
    union all
    select
        custody_spells.booking_number,
        defendants.defendant_id,
        'ptiurn_and_person' as link_rule,
        custody_spells.start_date,
        custody_spells.end_date
    from custody_spells
    inner join case_references
        on custody_spells.ptiurn = case_references.ptiurn
    inner join defendants
        on
            case_references.case_id = defendants.case_id
            and custody_spells.person_id = defendants.person_id
    where not {{ justice.is_remand_status('custody_spells.legal_status') }}
    union all
    select
        sentences.booking_number,
        defendants.defendant_id,
        'ptiurn_and_person' as link_rule,
        sentences.sentence_date as start_date,
        sentences.released_date as end_date
    from sentences
    inner join case_references
        on sentences.ptiurn = case_references.ptiurn
    inner join defendants
        on
            case_references.case_id = defendants.case_id
            and sentences.person_id = defendants.person_id
),

bookings as (
    select
        booking_number,
        defendant_id,
        case min(
            case link_rule
                {%- for rule in booking_rules %}
                when '{{ rule }}' then {{ loop.index }}
                {%- endfor %}
            end
        )
            {%- for rule in booking_rules %}
            when {{ loop.index }} then '{{ rule }}'
            {%- endfor %}
        end as link_rule,
        min(start_date) as start_date,
        max(coalesce(end_date, {{ justice.open_end() }})) as end_date,
        count(*) as periods
    from booking_links
    group by booking_number, defendant_id
),

prison_bookings as (
    select
        'prison_booking' as scheme,
        bookings.booking_number as identifier,
        defendants.case_id,
        bookings.defendant_id,
        bookings.link_rule,
        case
            when bookings.link_rule = 'ptiurn_and_person' then 'same case reference, same linked person'
            else 'same linked person, held while the case was live'
        end
        || '; periods: ' || cast(bookings.periods as {{ dbt.type_string() }}) as evidence,
        bookings.start_date as valid_from_date,
        nullif(bookings.end_date, {{ justice.open_end() }}) as valid_to_date
    from bookings
    inner join defendants
        on bookings.defendant_id = defendants.defendant_id
),

probation_events as (
    select
        'probation_event' as scheme,
        {{ justice.record_key(['crn', 'event_number']) }} as identifier,
        case_id,
        defendant_id,
        match_rule as link_rule,
        case match_rule
            when 'ptiurn_and_person' then 'same case reference, same linked person'
            else 'same linked person, begun with or after the sentence'
        end as evidence,
        start_date as valid_from_date,
        actual_end_date as valid_to_date
    from community_orders
    where
        defendant_id is not null
        and crn is not null
),

links as (
    select
        scheme,
        identifier,
        case_id,
        cast(null as {{ dbt.type_string() }}) as defendant_id,
        link_rule,
        evidence,
        valid_from_date,
        valid_to_date
    from case_identifiers
    {%- for relation in ['agency_records', 'arrests', 'prison_bookings', 'probation_events'] %}
    union all
    select
        scheme,
        identifier,
        case_id,
        defendant_id,
        link_rule,
        evidence,
        valid_from_date,
        valid_to_date
    from {{ relation }}
    {%- endfor %}
)

select distinct
    {{ justice.hash_key([
        'links.scheme', 'links.identifier', 'links.case_id', "coalesce(links.defendant_id, '')",
        "coalesce(cast(links.valid_from_date as " ~ dbt.type_string() ~ "), '')", 'links.link_rule', 'links.evidence',
    ]) }} as case_link_id,
    links.scheme,
    links.identifier,
    links.case_id,
    links.defendant_id,
    defendants.person_id,
    links.link_rule,
    links.evidence,
    links.defendant_id is null as is_of_case,
    links.valid_from_date,
    links.valid_to_date
from links
left join defendants
    on links.defendant_id = defendants.defendant_id
