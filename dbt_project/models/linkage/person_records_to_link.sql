with custody_records as (
    select * from {{ ref('stg_police__custody_records') }}
),

court_defendants as (
    select * from {{ ref('stg_hmcts__defendants') }}
),

court_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

{# A custody record names one person however many offences it holds: the first offence speaks for the person, and an
   identifier is taken from any of them. -#}
custody_record_offences as (
    select
        {{ justice.arrest_key() }} as record_key,
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
        min(arrest_summons_number) over (partition by force_code_raw, custody_number) as arrest_summons_number,
        min(ptiurn) over (partition by force_code_raw, custody_number) as ptiurn,
        min(first_extract_date) over (partition by force_code_raw, custody_number) as first_extract_date,
        row_number() over (partition by force_code_raw, custody_number order by offence_sequence) as offence_place
    from custody_records
),

{# A defendant who is an organisation is no person; the case reference stands with the case. -#}
people_in_court as (
    select
        court_defendants.record_key,
        court_defendants.surname,
        court_defendants.forename,
        court_defendants.middle_name,
        court_defendants.date_of_birth,
        court_defendants.sex,
        court_defendants.self_defined_ethnicity,
        court_defendants.postcode,
        court_defendants.nationality,
        court_defendants.pnc_id,
        court_defendants.cro_number,
        court_defendants.asn,
        court_cases.ptiurn,
        court_defendants.master_defendant_id,
        court_defendants.first_extract_date
    from court_defendants
    left join court_cases
        on court_defendants.case_id = court_cases.case_id
    where court_defendants.defendant_type = 'P'
),

named_records as (
    {%- for feed in justice.feeds() if feed.names_people %}
    {%- if feed.agency == 'police' and feed.feed == 'custody_records' %}
    {{ justice.person_records(feed, 'custody_record_offences') }}
    where offence_place = 1
    {%- elif feed.agency == 'hmcts' and feed.feed == 'defendants' %}
    {{ justice.person_records(feed, 'people_in_court', added={'ptiurn': 'ptiurn'}) }}
    {%- else %}
    {{ justice.person_records(feed, ref('stg_' ~ feed.agency ~ '__' ~ feed.feed)) }}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
