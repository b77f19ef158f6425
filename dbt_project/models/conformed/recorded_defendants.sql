with defendant_versions as (
    select * from {{ ref('stg_hmcts__defendants_versions') }}
),

recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

case_records as (
    select * from {{ ref('case_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

-- What was last said of each defendant id in each case.
newest_in_case as (
    select
        *,
        bool_or(is_current) over (partition by defendant_id, case_id) as is_in_current_case,
        min(version_number) over (partition by defendant_id, case_id) as first_version_number,
        row_number() over (partition by defendant_id, case_id order by version_number desc) as newest_rank
    from defendant_versions
),

-- A case that no record of cases knows was a slip that has been put right since.
standing as (
    select
        newest_in_case.defendant_id as recorded_defendant_id,
        newest_in_case.case_id as source_case_id,
        coalesce(case_records.case_id, newest_in_case.case_id) as case_id,
        coalesce(case_records.merge_depth, 0) as merge_depth,
        newest_in_case.defendant_type,
        newest_in_case.organisation_name,
        newest_in_case.surname,
        newest_in_case.asn,
        newest_in_case.bench_warrant_issued,
        newest_in_case.bench_warrant_executed,
        recorded_cases.received_date,
        recorded_cases.case_status,
        recorded_cases.closed_date,
        row_number() over (
            partition by newest_in_case.defendant_id
            order by newest_in_case.first_version_number asc
        ) as case_place
    from newest_in_case
    left join recorded_cases
        on newest_in_case.case_id = recorded_cases.case_id
    left join case_records
        on newest_in_case.case_id = case_records.source_case_id
    where
        newest_in_case.newest_rank = 1
        and (newest_in_case.is_in_current_case or recorded_cases.case_id is not null)
),

identified as (
    select
        standing.*,
        case
            when standing.case_place = 1 then standing.recorded_defendant_id
            else standing.recorded_defendant_id || '|' || standing.source_case_id
        end as own_defendant_id,
        case when standing.defendant_type = 'P' then person_records.person_id end as person_id,
        coalesce(
            case when standing.defendant_type = 'P' then person_records.person_id end,
            'organisation ' || upper(standing.organisation_name),
            standing.recorded_defendant_id
        ) as party
    from standing
    left join person_records
        on
            person_records.agency = 'hmcts'
            and person_records.feed = 'defendants'
            and standing.recorded_defendant_id = person_records.record_key
),

counted as (
    select
        *,
        count(*) over (partition by case_id, party, source_case_id) as rows_in_source_case
    from identified
),

-- One person of several merged cases is one defendant: by the record in the case the others merged into. Two records
-- of one case that link to the same person stay two: that is a doubt about the link.
ranked as (
    select
        *,
        max(rows_in_source_case) over (partition by case_id, party) = 1 as is_one_of_each_case,
        first_value(own_defendant_id) over (
            partition by case_id, party
            order by merge_depth asc, coalesce(received_date, {{ justice.open_end() }}) asc, own_defendant_id asc
        ) as first_defendant_id
    from counted
)

select
    recorded_defendant_id,
    source_case_id,
    case when is_one_of_each_case then first_defendant_id else own_defendant_id end as defendant_id,
    case_id,
    person_id,
    defendant_type,
    surname,
    asn,
    case_status,
    case_place,
    not is_one_of_each_case or first_defendant_id = own_defendant_id as is_lead,
    bench_warrant_issued,
    bench_warrant_executed,
    received_date,
    closed_date
from ranked
