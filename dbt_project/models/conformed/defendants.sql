with recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
    where is_lead
),

cases as (
    select * from {{ ref('cases') }}
),

persons as (
    select * from {{ ref('persons') }}
),

conclusions as (
    select * from {{ ref('int_defendant_conclusions') }}
),

defendant_courts as (
    select * from {{ ref('int_defendant_courts') }}
),

prosecutions as (
    select * from {{ ref('prosecutions') }}
),

legal_aid_orders as (
    select * from {{ ref('legal_aid_orders') }}
),

best_records as (
    select * from {{ ref('defendant_records') }}
    where is_best_of_defendant
),

laa_matches as (
    select
        best_records.defendant_id,
        best_records.match_rule,
        legal_aid_orders.maat_id,
        legal_aid_orders.status_code
    from best_records
    inner join legal_aid_orders
        on best_records.record_key = legal_aid_orders.record_key
    where best_records.agency = 'laa'
),

custody_matches as (
    select
        defendant_id,
        match_rule,
        record_key
    from best_records
    where agency = 'police'
)

select
    recorded_defendants.defendant_id,
    recorded_defendants.case_id,
    recorded_defendants.source_case_id,
    recorded_defendants.person_id,
    {{ justice.or_unknown('persons.sex') }} as sex,
    persons.date_of_birth,
    persons.ethnicity_code,
    {{ justice.or_unknown('persons.ethnicity_group') }} as ethnicity_group,
    recorded_defendants.asn,
    prosecutions.ptiurn as cps_ptiurn,
    prosecutions.defendant_number as cps_defendant_number,
    prosecutions.outcome as cps_outcome,
    prosecutions.match_rule as cps_match_rule,
    laa_matches.maat_id as laa_maat_id,
    laa_matches.status_code as laa_status_code,
    laa_matches.match_rule as laa_match_rule,
    custody_matches.record_key as custody_record_id,
    custody_matches.match_rule as custody_match_rule,
    conclusions.most_serious_charge_id,
    conclusions.most_serious_offence_group,
    conclusions.final_outcome,
    defendant_courts.court_code,
    {{ justice.or_unknown('defendant_courts.court_type') }} as court_type,
    {{ justice.or_unknown('defendant_courts.court_region') }} as court_region,
    defendant_courts.jurisdiction_code,
    conclusions.charge_count,
    recorded_defendants.defendant_type = 'O' or {{ justice.is_organisation_name('recorded_defendants.surname') }}
        as is_organisation,
    coalesce(conclusions.is_completed, false) as is_completed,
    coalesce(cases.is_single_justice, false) as is_single_justice,
    coalesce(cases.is_cps, false) as is_cps,
    conclusions.first_charge_date,
    defendant_courts.first_hearing_date,
    conclusions.completion_date,
    prosecutions.finalisation_date as cps_finalisation_date,
    recorded_defendants.bench_warrant_issued as bench_warrant_issued_date,
    recorded_defendants.bench_warrant_executed as bench_warrant_executed_date
from recorded_defendants
left join cases
    on recorded_defendants.case_id = cases.case_id
left join persons
    on recorded_defendants.person_id = persons.person_id
left join conclusions
    on recorded_defendants.defendant_id = conclusions.defendant_id
left join defendant_courts
    on recorded_defendants.defendant_id = defendant_courts.defendant_id
left join prosecutions
    on recorded_defendants.defendant_id = prosecutions.defendant_id
left join laa_matches
    on recorded_defendants.defendant_id = laa_matches.defendant_id
left join custody_matches
    on recorded_defendants.defendant_id = custody_matches.defendant_id
