with legal_aid_orders as (
    select * from {{ ref('legal_aid_orders') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'legal_aid_without_case'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

granted_orders as (
    select
        legal_aid_orders.record_key,
        legal_aid_orders.person_id,
        legal_aid_orders.case_type,
        legal_aid_orders.application_date,
        legal_aid_orders.is_matched_to_defendant,
        {{ justice.add_days('legal_aid_orders.application_date', '-contradiction_rule.days_allowed') }}
            as earliest_date,
        {{ justice.add_days('legal_aid_orders.application_date', 'contradiction_rule.days_allowed') }} as latest_date,
        horizons.court_to
    from legal_aid_orders
    cross join contradiction_rule
    cross join horizons
    where
        legal_aid_orders.status_code = 'GR'
        and legal_aid_orders.person_id is not null
        and {{ justice.answer_must_be_recorded('legal_aid_orders.application_date', 'court') }}
),

-- Legal aid for an appeal or a committal follows a case that may have ended long before.
orders_with_case as (
    select distinct granted_orders.record_key
    from granted_orders
    inner join defendants
        on
            granted_orders.person_id = defendants.person_id
            and granted_orders.latest_date >= least(defendants.first_charge_date, defendants.first_hearing_date)
            and (
                granted_orders.case_type in ('APPEAL', 'COMMITTAL')
                or granted_orders.earliest_date <= coalesce(defendants.completion_date, {{ justice.open_end() }})
            )
)

select
    granted_orders.record_key as subject_key,
    cast(null as {{ dbt.type_string() }}) as defendant_id,
    cast(null as {{ dbt.type_string() }}) as case_id,
    granted_orders.person_id,
    cast(null as {{ dbt.type_string() }}) as court_code,
    'granted' as value_a,
    'no_case' as value_b,
    {{ justice.days_between('granted_orders.application_date', 'granted_orders.court_to') }} as days_apart,
    granted_orders.application_date as event_date,
    granted_orders.court_to as observed_to
from granted_orders
left join orders_with_case
    on granted_orders.record_key = orders_with_case.record_key
where
    orders_with_case.record_key is null
    and not granted_orders.is_matched_to_defendant
