-- The CPS's count in the reconciliation is its own: every record of the newest extracts that is not finalised at the
-- last month end, none lost and none counted twice on its way through matching and placing.
with last_month_end as (
    select max(snapshot_date) as snapshot_date
    from {{ ref('agency_count_reconciliation') }}
),

recorded as (
    select count(*) as defendants
    from {{ ref('stg_cps__defendants') }} as cps_defendants
    cross join last_month_end
    left join {{ ref('defendants') }} as defendants
        on
            cps_defendants.ptiurn = defendants.cps_ptiurn
            and cps_defendants.defendant_number = defendants.cps_defendant_number
    left join {{ ref('prosecutions') }} as prosecutions
        on cps_defendants.record_key = prosecutions.record_key
    left join {{ ref('defendants') }} as merged_defendants
        on prosecutions.merged_defendant_id = merged_defendants.defendant_id
    where
        coalesce(
            cps_defendants.charging_decision_date,
            defendants.first_charge_date,
            merged_defendants.first_charge_date,
            cps_defendants.first_extract_date
        ) <= last_month_end.snapshot_date
        and (
            cps_defendants.finalisation_date > last_month_end.snapshot_date
            or (cps_defendants.finalisation_date is null and cps_defendants.outcome is null)
        )
),

reconciled as (
    select sum(reconciliation.agency_count) as defendants
    from {{ ref('agency_count_reconciliation') }} as reconciliation
    inner join last_month_end
        on reconciliation.snapshot_date = last_month_end.snapshot_date
    where
        reconciliation.agency = 'cps'
        and reconciliation.jurisdiction = 'ALL'
)

select
    recorded.defendants as defendants_recorded,
    reconciled.defendants as defendants_reconciled
from recorded
cross join reconciled
where recorded.defendants <> reconciled.defendants
