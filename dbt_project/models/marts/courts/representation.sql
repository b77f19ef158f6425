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

defendant_records as (
    select * from {{ ref('defendant_records') }}
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

-- Whether any order of the defendant was in force that day, the one `defendants` shows or an earlier one.
stages_under_an_order as (
    select distinct
        stages.defendant_id,
        stages.hearing_date
    from stages
    inner join defendant_records
        on
            stages.defendant_id = defendant_records.defendant_id
            and defendant_records.agency = 'laa'
    inner join legal_aid_orders
        on
            defendant_records.record_key = legal_aid_orders.record_key
            and stages.hearing_date >= legal_aid_orders.granted_date
            and (legal_aid_orders.ended_date is null or stages.hearing_date < legal_aid_orders.ended_date)
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
            'appearances.representation_code', 'stages_under_an_order.defendant_id is not null'
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
    left join stages_under_an_order
        on
            stages.defendant_id = stages_under_an_order.defendant_id
            and stages.hearing_date = stages_under_an_order.hearing_date
    where stages.hearing_date <= observation_window.data_as_of
),

counted_stages as (
    select
        *,
        not is_single_justice and not is_organisation as is_counted,
        {{ justice.coverage('described_stages.quarter', 'quarter', area='described_stages.court_code') }} as coverage
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
    max(counted_stages.coverage) as coverage,
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
