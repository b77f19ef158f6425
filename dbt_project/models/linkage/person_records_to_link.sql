with custody_records as (
    select * from {{ ref('stg_police__custody_records') }}
),

out_of_court_disposals as (
    select * from {{ ref('stg_police__out_of_court_disposals') }}
),

cps_defendants as (
    select * from {{ ref('stg_cps__defendants') }}
),

court_defendants as (
    select * from {{ ref('stg_hmcts__defendants') }}
),

court_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

prisoners as (
    select * from {{ ref('stg_prison__prisoners') }}
),

probation_orders as (
    select * from {{ ref('stg_probation__orders') }}
),

representation_orders as (
    select * from {{ ref('stg_laa__representation_orders') }}
),

{# A custody record names one person however many offences it holds: the first offence speaks for the person, and an
   identifier is taken from any of them. -#}
custody_record_offences as (
    select
        force_code_raw || '|' || custody_number as record_key,
        surname,
        forename_1,
        forename_2,
        date_of_birth,
        sex,
        self_defined_ethnicity,
        postcode,
        nationality,
        min(pnc_id) over (partition by force_code_raw, custody_number) as pnc_id,
        min(cro_number) over (partition by force_code_raw, custody_number) as cro_number,
        min(arrest_summons_number) over (partition by force_code_raw, custody_number) as asn,
        min(ptiurn) over (partition by force_code_raw, custody_number) as ptiurn,
        min(first_extract_date) over (partition by force_code_raw, custody_number) as first_extract_date,
        row_number() over (partition by force_code_raw, custody_number order by offence_sequence) as offence_place
    from custody_records
),

named_records as (
    select
        'police' as agency,
        'custody_records' as feed,
        record_key,
        surname,
        forename_1 as forenames,
        forename_2 as further_forenames,
        date_of_birth,
        sex,
        self_defined_ethnicity as ethnicity_code,
        postcode,
        nationality as nationality_code,
        pnc_id,
        cro_number,
        cast(null as {{ dbt.type_string() }}) as noms_number,
        cast(null as {{ dbt.type_string() }}) as crn,
        asn,
        ptiurn,
        cast(null as {{ dbt.type_string() }}) as master_defendant_id,
        first_extract_date
    from custody_record_offences
    where offence_place = 1

    union all

    select
        'police' as agency,
        'out_of_court_disposals' as feed,
        record_key,
        surname,
        forename as forenames,
        cast(null as {{ dbt.type_string() }}) as further_forenames,
        date_of_birth,
        sex,
        self_defined_ethnicity as ethnicity_code,
        postcode,
        cast(null as {{ dbt.type_string() }}) as nationality_code,
        pnc_id,
        cast(null as {{ dbt.type_string() }}) as cro_number,
        cast(null as {{ dbt.type_string() }}) as noms_number,
        cast(null as {{ dbt.type_string() }}) as crn,
        cast(null as {{ dbt.type_string() }}) as asn,
        cast(null as {{ dbt.type_string() }}) as ptiurn,
        cast(null as {{ dbt.type_string() }}) as master_defendant_id,
        first_extract_date
    from out_of_court_disposals

    union all

    select
        'cps' as agency,
        'defendants' as feed,
        record_key,
        surname,
        forenames,
        cast(null as {{ dbt.type_string() }}) as further_forenames,
        dob as date_of_birth,
        sex,
        ethnicity as ethnicity_code,
        cast(null as {{ dbt.type_string() }}) as postcode,
        cast(null as {{ dbt.type_string() }}) as nationality_code,
        cast(null as {{ dbt.type_string() }}) as pnc_id,
        cast(null as {{ dbt.type_string() }}) as cro_number,
        cast(null as {{ dbt.type_string() }}) as noms_number,
        cast(null as {{ dbt.type_string() }}) as crn,
        asn,
        ptiurn,
        cast(null as {{ dbt.type_string() }}) as master_defendant_id,
        first_extract_date
    from cps_defendants

    union all

    select
        'hmcts' as agency,
        'defendants' as feed,
        court_defendants.record_key,
        court_defendants.surname,
        court_defendants.forename as forenames,
        court_defendants.middle_name as further_forenames,
        court_defendants.date_of_birth,
        court_defendants.sex,
        court_defendants.self_defined_ethnicity as ethnicity_code,
        court_defendants.postcode,
        court_defendants.nationality as nationality_code,
        court_defendants.pnc_id,
        court_defendants.cro_number,
        cast(null as {{ dbt.type_string() }}) as noms_number,
        cast(null as {{ dbt.type_string() }}) as crn,
        court_defendants.asn,
        court_cases.ptiurn,
        court_defendants.master_defendant_id,
        court_defendants.first_extract_date
    from court_defendants
    left join court_cases
        on court_defendants.case_id = court_cases.case_id
    where court_defendants.defendant_type = 'P'

    union all

    select
        'prison' as agency,
        'prisoners' as feed,
        record_key,
        surname,
        given_name_1 as forenames,
        given_name_2 as further_forenames,
        birth_date as date_of_birth,
        sex,
        ethnicity_code,
        cast(null as {{ dbt.type_string() }}) as postcode,
        nationality_code,
        pnc_id,
        cro_number,
        noms_number,
        cast(null as {{ dbt.type_string() }}) as crn,
        cast(null as {{ dbt.type_string() }}) as asn,
        cast(null as {{ dbt.type_string() }}) as ptiurn,
        cast(null as {{ dbt.type_string() }}) as master_defendant_id,
        first_extract_date
    from prisoners

    union all

    select
        'probation' as agency,
        'orders' as feed,
        record_key,
        surname,
        forename as forenames,
        cast(null as {{ dbt.type_string() }}) as further_forenames,
        date_of_birth,
        sex,
        ethnicity_code,
        postcode,
        cast(null as {{ dbt.type_string() }}) as nationality_code,
        pnc_id,
        cast(null as {{ dbt.type_string() }}) as cro_number,
        noms_number,
        crn,
        cast(null as {{ dbt.type_string() }}) as asn,
        ptiurn,
        cast(null as {{ dbt.type_string() }}) as master_defendant_id,
        first_extract_date
    from probation_orders

    union all

    select
        'laa' as agency,
        'representation_orders' as feed,
        record_key,
        surname,
        forenames,
        cast(null as {{ dbt.type_string() }}) as further_forenames,
        date_of_birth,
        cast(null as {{ dbt.type_string() }}) as sex,
        cast(null as {{ dbt.type_string() }}) as ethnicity_code,
        cast(null as {{ dbt.type_string() }}) as postcode,
        cast(null as {{ dbt.type_string() }}) as nationality_code,
        cast(null as {{ dbt.type_string() }}) as pnc_id,
        cast(null as {{ dbt.type_string() }}) as cro_number,
        cast(null as {{ dbt.type_string() }}) as noms_number,
        cast(null as {{ dbt.type_string() }}) as crn,
        asn,
        ptiurn,
        cast(null as {{ dbt.type_string() }}) as master_defendant_id,
        first_extract_date
    from representation_orders
)

select
    agency || '/' || feed || '/' || record_key as record_id,
    agency,
    feed,
    record_key,
    surname,
    {{ justice.first_forename('forenames') }} as forename,
    nullif(
        trim(coalesce({{ justice.later_forenames('forenames') }}, '') || ' ' || coalesce(further_forenames, '')), ''
    ) as middle_names,
    sex,
    ethnicity_code,
    postcode,
    nationality_code,
    pnc_id,
    cro_number,
    noms_number,
    crn,
    asn,
    ptiurn,
    master_defendant_id,
    date_of_birth,
    first_extract_date
from named_records
