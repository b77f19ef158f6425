with cps_defendants as (
    select * from {{ ref('stg_cps__defendants') }}
),

defendant_records as (
    select * from {{ ref('defendant_records') }}
),

records_of_defendants as (
    select
        defendant_records.defendant_id,
        defendant_records.record_key,
        defendant_records.match_rule,
        defendant_records.is_best_of_defendant,
        cps_defendants.ptiurn
    from defendant_records
    inner join cps_defendants
        on defendant_records.record_key = cps_defendants.record_key
    where defendant_records.agency = 'cps'
),

best_records as (
    select *
    from records_of_defendants
    where is_best_of_defendant
),

-- The CPS keeps a record in each of the cases that merged.
further_records as (
    select
        records_of_defendants.record_key,
        records_of_defendants.defendant_id
    from records_of_defendants
    inner join best_records
        on records_of_defendants.defendant_id = best_records.defendant_id
    where
        not records_of_defendants.is_best_of_defendant
        and records_of_defendants.match_rule = 'ptiurn_and_person'
        and records_of_defendants.ptiurn <> best_records.ptiurn
)

select
    cps_defendants.record_key,
    best_records.defendant_id,
    further_records.defendant_id as merged_defendant_id,
    best_records.match_rule,
    cps_defendants.ptiurn,
    cps_defendants.defendant_number,
    cps_defendants.outcome,
    cps_defendants.charging_decision_date,
    cps_defendants.finalisation_date,
    cps_defendants.first_extract_date
from cps_defendants
left join best_records
    on cps_defendants.record_key = best_records.record_key
left join further_records
    on cps_defendants.record_key = further_records.record_key
