with recorded_offences as (
    select * from {{ ref('stg_hmcts__offences') }}
),

recorded_defendants as (
    select * from {{ ref('recorded_defendants') }}
),

-- A case follows its charge: of the cases of one defendant id, the first received on or after the day of charge; of
-- cases received before, the last.
placed_offences as (
    select
        recorded_offences.*,
        recorded_defendants.defendant_id as counted_defendant_id,
        row_number() over (
            partition by recorded_offences.offence_id
            order by
                case when recorded_defendants.received_date >= recorded_offences.charge_date then 0 else 1 end asc,
                abs(coalesce(
                    {{ justice.days_between('recorded_offences.charge_date', 'recorded_defendants.received_date') }}, 0
                )) asc,
                recorded_defendants.case_place asc
        ) as place
    from recorded_offences
    left join recorded_defendants
        on recorded_offences.defendant_id = recorded_defendants.recorded_defendant_id
)

select
    offence_id,
    coalesce(counted_defendant_id, defendant_id) as defendant_id,
    offence_sequence,
    cjs_offence_code,
    cjs_offence_code_raw,
    mode_of_trial_reason,
    plea,
    verdict,
    domestic_abuse_flag,
    offence_start_date,
    charge_date,
    plea_date,
    verdict_date
from placed_offences
where place = 1
