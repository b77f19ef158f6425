with appearances as (
    select * from {{ ref('appearances') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

cases as (
    select * from {{ ref('cases') }}
),

legal_aid_orders as (
    select * from {{ ref('legal_aid_orders') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'representation_without_legal_aid'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

-- Single justice offences carry no imprisonment, so the interests of justice test leaves next to none legally aided.
represented_defendants as (
    select
        appearances.defendant_id,
        defendants.case_id,
        defendants.person_id,
        min(appearances.court_code) as court_code,
        defendants.laa_status_code,
        least(defendants.first_charge_date, defendants.first_hearing_date) as begun_date,
        min(appearances.hearing_date) as first_represented_date,
        max(appearances.hearing_date) as last_represented_date
    from appearances
    inner join defendants
        on appearances.defendant_id = defendants.defendant_id
    inner join cases
        on defendants.case_id = cases.case_id
    where
        appearances.representation_code = 'REPRESENTATION_ORDER'
        and cases.initiation_code <> 'J'
        and defendants.person_id is not null
    group by
        appearances.defendant_id,
        defendants.case_id,
        defendants.person_id,
        defendants.laa_status_code,
        defendants.first_charge_date,
        defendants.first_hearing_date
),

-- Granted, or still pending: an application of the person that can be this one.
defendants_with_application as (
    select distinct represented_defendants.defendant_id
    from represented_defendants
    cross join contradiction_rule
    inner join legal_aid_orders
        on
            represented_defendants.person_id = legal_aid_orders.person_id
            and legal_aid_orders.application_date
            >= {{ justice.add_days('represented_defendants.begun_date', '-contradiction_rule.days_allowed') }}
            and legal_aid_orders.application_date
            <= {{ justice.add_days('represented_defendants.last_represented_date', 'contradiction_rule.days_allowed') }}
    where legal_aid_orders.status_code in ('GR', 'AP')
)

select
    represented_defendants.defendant_id as subject_key,
    represented_defendants.defendant_id,
    represented_defendants.case_id,
    represented_defendants.person_id,
    represented_defendants.court_code,
    'representation_order' as value_a,
    case represented_defendants.laa_status_code
        when 'WD' then 'withdrawn'
        when 'FM' then 'refused_on_means'
        when 'FJ' then 'refused_on_merits'
        else 'no_application'
    end as value_b,
    {{ justice.days_between('represented_defendants.first_represented_date', 'horizons.legal_aid_to') }}
        as days_apart,
    represented_defendants.first_represented_date as event_date,
    horizons.legal_aid_to as observed_to
from represented_defendants
cross join contradiction_rule
cross join horizons
left join defendants_with_application
    on represented_defendants.defendant_id = defendants_with_application.defendant_id
where
    defendants_with_application.defendant_id is null
    and coalesce(represented_defendants.laa_status_code, '') not in ('GR', 'AP')
    and represented_defendants.begun_date >= horizons.legal_aid_from
    and {{ justice.answer_was_due('represented_defendants.first_represented_date', 'horizons.legal_aid_to') }}
