with cps_defendants as (
    select * from {{ ref('stg_cps__defendants') }}
),

defendant_records as (
    select * from {{ ref('defendant_records') }}
)

select
    cps_defendants.record_key,
    defendant_records.defendant_id,
    defendant_records.match_rule,
    cps_defendants.ptiurn,
    cps_defendants.defendant_number,
    cps_defendants.outcome,
    cps_defendants.charging_decision_date,
    cps_defendants.finalisation_date,
    cps_defendants.first_extract_date
from cps_defendants
left join defendant_records
    on
        cps_defendants.record_key = defendant_records.record_key
        and defendant_records.agency = 'cps'
        and defendant_records.is_best_of_defendant
