with stages as (
    select * from {{ ref('int_representation_stages') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

charges as (
    select * from {{ ref('charges') }}
),

best_records as (
    select * from {{ ref('defendant_records') }}
    where is_best_of_defendant
),

legal_aid_orders as (
    select * from {{ ref('legal_aid_orders') }}
),

courts as (
    select * from {{ ref('courts') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

charged_defendants as (
    select
        defendant_id,
        bool_or(is_imprisonable) as has_imprisonable_charge
    from charges
    group by defendant_id
),

orders_in_force as (
    select
        best_records.defendant_id,
        legal_aid_orders.granted_date,
        legal_aid_orders.ended_date
    from best_records
    inner join legal_aid_orders
        on best_records.record_key = legal_aid_orders.record_key
    where
        best_records.agency = 'laa'
        and legal_aid_orders.is_ever_granted
),

described_stages as (
    select
        {{ justice.quarter_start('stages.hearing_date') }} as quarter,
        {{ justice.or_unknown('hearings.court_code') }} as court_code,
        {{ justice.or_unknown('hearings.jurisdiction_code') }} as jurisdiction,
        stages.stage,
        case charged_defendants.has_imprisonable_charge
            when true then 'imprisonable'
            when false then 'not_imprisonable'
            else 'unknown'
        end as imprisonable,
        defendants.sex,
        {{ justice.age_band_on('defendants.date_of_birth', 'stages.hearing_date') }} as age_band,
        defendants.ethnicity_group,
        {{ justice.or_unknown('appearances.remand_status') }} as remand_status,
        {{ justice.representation_status(
            'appearances.representation_code',
            'stages.hearing_date',
            'orders_in_force.granted_date',
            'orders_in_force.ended_date'
        ) }} as representation_status,
        appearances.representation_code is null as is_not_recorded,
        defendants.is_single_justice,
        defendants.is_organisation,
        not defendants.is_cps as is_other_prosecutor
    from stages
    inner join defendants
        on stages.defendant_id = defendants.defendant_id
    cross join observation_window
    left join hearings
        on stages.hearing_id = hearings.hearing_id
    left join appearances
        on
            stages.hearing_id = appearances.hearing_id
            and stages.defendant_id = appearances.defendant_id
    left join charged_defendants
        on stages.defendant_id = charged_defendants.defendant_id
    left join orders_in_force
        on stages.defendant_id = orders_in_force.defendant_id
    where stages.hearing_date <= observation_window.data_as_of
),

counted_stages as (
    select
        *,
        not is_single_justice and not is_organisation as is_counted
    from described_stages
)

select
    counted_stages.quarter,
    counted_stages.court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    {{ justice.or_unknown('courts.region') }} as court_region,
    counted_stages.jurisdiction,
    counted_stages.stage,
    counted_stages.imprisonable,
    counted_stages.sex,
    counted_stages.age_band,
    counted_stages.ethnicity_group,
    counted_stages.remand_status,
    {{ justice.count_where('counted_stages.is_counted') }} as defendants,
    {{ justice.count_where("counted_stages.is_counted and counted_stages.representation_status = 'represented'") }}
        as represented,
    {{ justice.count_where("counted_stages.is_counted and counted_stages.representation_status = 'unrepresented'") }}
        as unrepresented,
    {{ justice.count_where("counted_stages.is_counted and counted_stages.representation_status = 'unknown'") }}
        as unknown,
    {{ justice.count_where(
        "counted_stages.is_counted and counted_stages.is_not_recorded"
        ~ " and counted_stages.representation_status = 'represented'"
    ) }} as represented_by_order_alone,
    {{ justice.count_where('counted_stages.is_counted and counted_stages.is_other_prosecutor') }}
        as other_prosecutor_defendants,
    {{ justice.count_where('counted_stages.is_single_justice and not counted_stages.is_organisation') }}
        as single_justice_defendants,
    {{ justice.count_where('counted_stages.is_organisation') }} as organisations,
    max(observation_window.data_as_of) as data_as_of
from counted_stages
cross join observation_window
left join courts
    on counted_stages.court_code = courts.court_ou_code
group by
    counted_stages.quarter,
    counted_stages.court_code,
    {{ justice.or_unknown('courts.name') }},
    {{ justice.or_unknown('courts.region') }},
    counted_stages.jurisdiction,
    counted_stages.stage,
    counted_stages.imprisonable,
    counted_stages.sex,
    counted_stages.age_band,
    counted_stages.ethnicity_group,
    counted_stages.remand_status
