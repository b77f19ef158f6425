with custody_records as (
    select * from {{ ref('stg_police__custody_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

case_records as (
    select * from {{ ref('case_records') }}
),

prosecutions as (
    select * from {{ ref('prosecutions') }}
),

defendant_records as (
    select * from {{ ref('defendant_records') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

-- One arrest has a row per offence; a case reference counts once.
charged_references as (
    select
        {{ justice.arrest_key() }} as custody_record_key,
        ptiurn,
        min({{ justice.london_date('coalesce(disposal_at, arrested_at)') }}) as charged_date
    from custody_records
    where
        disposal = 'CHARGED'
        and ptiurn is not null
    group by {{ justice.arrest_key() }}, ptiurn
),

court_references as (
    select
        ptiurn,
        bool_or(prosecutor = 'CPS' and initiation_code <> 'J') as is_cps
    from case_records
    where ptiurn is not null
    group by ptiurn
),

cps_references as (
    select distinct ptiurn
    from prosecutions
    where ptiurn is not null
),

matched_defendants as (
    select
        record_key,
        min(defendant_id) as defendant_id
    from defendant_records
    where
        agency = 'police'
        and is_best_of_defendant
    group by record_key
)

select
    charged_references.custody_record_key || '|' || charged_references.ptiurn as subject_key,
    matched_defendants.defendant_id,
    defendants.case_id,
    person_records.person_id,
    defendants.court_code,
    court_references.ptiurn is not null as is_known_to_court,
    coalesce(court_references.is_cps, false) as is_cps_case,
    cps_references.ptiurn is not null as is_known_to_cps,
    charged_references.charged_date
from charged_references
left join court_references
    on charged_references.ptiurn = court_references.ptiurn
left join cps_references
    on charged_references.ptiurn = cps_references.ptiurn
left join matched_defendants
    on charged_references.custody_record_key = matched_defendants.record_key
left join defendants
    on matched_defendants.defendant_id = defendants.defendant_id
left join person_records
    on
        person_records.agency = 'police'
        and person_records.feed = 'custody_records'
        and charged_references.custody_record_key = person_records.record_key
