with recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
),

defendant_references as (
    select * from {{ ref('defendant_references') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

cps_defendants as (
    select * from {{ ref('stg_cps__defendants') }}
),

representation_orders as (
    select * from {{ ref('stg_laa__representation_orders') }}
),

custody_records as (
    select * from {{ ref('stg_police__custody_records') }}
),

defendant_persons as (
    select distinct
        recorded_defendants.defendant_id,
        recorded_defendants.asn,
        person_records.person_id
    from recorded_defendants
    inner join person_records
        on
            person_records.agency = 'hmcts'
            and person_records.feed = 'defendants'
            and recorded_defendants.recorded_defendant_id = person_records.record_key
),

agency_records as (
    select
        'cps' as agency,
        'defendants' as feed,
        record_key,
        ptiurn,
        asn,
        1 as preference,
        finalisation_date as record_date
    from cps_defendants
    union all
    select
        'laa' as agency,
        'representation_orders' as feed,
        record_key,
        ptiurn,
        asn,
        case when status_code = 'GR' then 1 else 2 end as preference,
        coalesce(status_date, application_date) as record_date
    from representation_orders
    union all
    select
        'police' as agency,
        'custody_records' as feed,
        {{ justice.arrest_key() }} as record_key,
        ptiurn,
        arrest_summons_number as asn,
        case when disposal = 'CHARGED' then 1 else 2 end as preference,
        cast(arrested_at as date) as record_date
    from custody_records
),

agency_persons as (
    select
        agency_records.agency,
        agency_records.record_key,
        agency_records.ptiurn,
        agency_records.asn,
        agency_records.preference,
        agency_records.record_date,
        person_records.person_id
    from agency_records
    left join person_records
        on
            agency_records.agency = person_records.agency
            and agency_records.feed = person_records.feed
            and agency_records.record_key = person_records.record_key
),

candidates as (
    select
        defendant_persons.defendant_id,
        agency_persons.agency,
        agency_persons.record_key,
        defendant_references.reference_rank as rule_rank,
        agency_persons.preference,
        agency_persons.record_date
    from agency_persons
    inner join defendant_references
        on agency_persons.ptiurn = defendant_references.ptiurn
    inner join defendant_persons
        on
            defendant_references.defendant_id = defendant_persons.defendant_id
            and agency_persons.person_id = defendant_persons.person_id
    union all
    select
        defendant_persons.defendant_id,
        agency_persons.agency,
        agency_persons.record_key,
        3 as rule_rank,
        agency_persons.preference,
        agency_persons.record_date
    from agency_persons
    inner join defendant_persons
        on agency_persons.asn = defendant_persons.asn
),

-- The CPS numbers each defendant of a case, so one of its records is one defendant. An arrest or a legal aid order may
-- lead to several cases.
chosen_candidates as (
    select
        *,
        row_number() over (
            partition by defendant_id, agency, record_key
            order by
                rule_rank asc,
                preference asc,
                coalesce(record_date, cast('1900-01-01' as date)) desc
        ) as rule_choice,
        dense_rank() over (
            partition by agency, record_key
            order by rule_rank asc, defendant_id asc
        ) as record_choice
    from candidates
),

ranked_candidates as (
    select
        *,
        row_number() over (
            partition by defendant_id, agency
            order by
                rule_rank asc,
                preference asc,
                coalesce(record_date, cast('1900-01-01' as date)) desc,
                record_key asc
        ) as defendant_choice
    from chosen_candidates
    where
        rule_choice = 1
        and (agency <> 'cps' or record_choice = 1)
)

select
    defendant_id,
    agency,
    record_key,
    case rule_rank when 3 then 'asn' else 'ptiurn_and_person' end as match_rule,
    defendant_choice = 1 as is_best_of_defendant,
    record_date
from ranked_candidates
