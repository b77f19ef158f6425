{#- The least share of a term anybody serves: release at a third (Sentencing Act 2026; 40% and a half before). Days on
    remand count towards it, so somebody remanded that long may walk free from the court that sentences them. -#}
{%- set least_share_served = '1.0 / 3.0' -%}
{#- Detention in the court house until the end of the sitting (Magistrates' Courts Act 1980, section 135). -#}
{%- set detention_at_court = '1007' -%}

with court_days as (
    select * from {{ ref('int_court_days') }}
),

disposals as (
    select * from {{ ref('disposals') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

remand_proceedings as (
    select * from {{ ref('remand_proceedings') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'court_custody_no_reception'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
),

days_on_remand as (
    select
        defendant_id,
        sum(days_net) as days_net
    from remand_proceedings
    where defendant_id is not null
    group by defendant_id
),

-- The day the court first remands; the remands that renew it are not reported again.
remands as (
    select
        court_days.defendant_id,
        court_days.person_id,
        court_days.case_id,
        court_days.court_code,
        'remanded_in_custody' as court_says,
        court_days.hearing_date as event_date
    from court_days
    cross join contradiction_rule
    where
        court_days.is_prison_custody
        and not court_days.was_in_custody_before
        -- released again before reception was due
        and not coalesce(
            court_days.next_hearing_date
            <= {{ justice.add_days('court_days.hearing_date', 'contradiction_rule.days_allowed') }}
            and not court_days.is_next_custody,
            false
        )
),

custodial_sentences as (
    select
        disposals.defendant_id,
        disposals.person_id,
        disposals.case_id,
        disposals.court_code,
        'sentenced_to_custody' as court_says,
        disposals.sentence_date as event_date
    from disposals
    left join days_on_remand
        on disposals.defendant_id = days_on_remand.defendant_id
    where
        disposals.is_sentenced
        and {{ justice.is_immediate_custody('disposals.disposal_type') }}
        and disposals.person_id is not null
        and disposals.principal_result_code <> '{{ detention_at_court }}'
        and not coalesce(
            days_on_remand.days_net
            >= disposals.effective_length_months * {{ justice.days_per_month() }} * {{ least_share_served }},
            false
        )
),

court_orders as (
    select * from remands
    union all
    select * from custodial_sentences
),

held_in_time as (
    select distinct
        court_orders.defendant_id,
        court_orders.event_date
    from court_orders
    cross join contradiction_rule
    inner join custody_spells
        on
            court_orders.person_id = custody_spells.person_id
            and custody_spells.start_date
            <= {{ justice.add_days('court_orders.event_date', 'contradiction_rule.days_allowed') }}
            and coalesce(custody_spells.end_date, {{ justice.open_end() }}) >= court_orders.event_date
),

later_receptions as (
    select
        court_orders.defendant_id,
        court_orders.event_date,
        min(custody_spells.start_date) as reception_date
    from court_orders
    inner join custody_spells
        on
            court_orders.person_id = custody_spells.person_id
            and court_orders.event_date < custody_spells.start_date
    group by court_orders.defendant_id, court_orders.event_date
)

select
    court_orders.defendant_id || '|' || court_orders.court_says || '|'
    || cast(court_orders.event_date as {{ dbt.type_string() }}) as subject_key,
    court_orders.defendant_id,
    court_orders.case_id,
    court_orders.person_id,
    court_orders.court_code,
    court_orders.court_says as value_a,
    case when later_receptions.reception_date is null then 'no_reception' else 'received_later' end as value_b,
    {{ justice.days_between(
        'court_orders.event_date', 'coalesce(later_receptions.reception_date, horizons.prison_to)'
    ) }} as days_apart,
    court_orders.event_date,
    horizons.prison_to as observed_to
from court_orders
cross join contradiction_rule
cross join horizons
left join held_in_time
    on
        court_orders.defendant_id = held_in_time.defendant_id
        and court_orders.event_date = held_in_time.event_date
left join later_receptions
    on
        court_orders.defendant_id = later_receptions.defendant_id
        and court_orders.event_date = later_receptions.event_date
where
    held_in_time.defendant_id is null
    and {{ justice.answer_was_due('court_orders.event_date', 'horizons.prison_to') }}
