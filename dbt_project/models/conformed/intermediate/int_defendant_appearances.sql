with hearing_defendants as (
    select * from {{ ref('stg_hmcts__hearing_defendants') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
),

-- Nothing says in which of the cases of one defendant id a hearing was: it was in each that had begun. Of two records
-- of one defendant at one hearing, that of the leading case speaks, unless only the other says what became of them.
placed_appearances as (
    select
        hearing_defendants.*,
        coalesce(recorded_defendants.defendant_id, hearing_defendants.defendant_id) as counted_defendant_id,
        row_number() over (
            partition by
                hearing_defendants.hearing_id,
                coalesce(recorded_defendants.defendant_id, hearing_defendants.defendant_id)
            order by
                case when hearing_defendants.bail_status is null then 1 else 0 end asc,
                case when recorded_defendants.is_lead then 0 else 1 end asc,
                hearing_defendants.defendant_id asc
        ) as place
    from hearing_defendants
    left join hearings
        on hearing_defendants.hearing_id = hearings.hearing_id
    left join recorded_defendants
        on hearing_defendants.defendant_id = recorded_defendants.recorded_defendant_id
    where
        recorded_defendants.recorded_defendant_id is null
        or recorded_defendants.case_place = 1
        or recorded_defendants.received_date is null
        or hearings.hearing_date is null
        or hearings.hearing_date >= recorded_defendants.received_date
)

select
    hearing_id,
    counted_defendant_id as defendant_id,
    attendance,
    representation,
    bail_status,
    remand_basis,
    bail_exceptions,
    bail_exception_reasons,
    ctl_expiry_date,
    ctl_extended_to
from placed_appearances
where place = 1
