with clocks as (
    select * from {{ ref('int_custody_time_limit_clocks') }}
),

untried_charges as (
    select * from {{ ref('int_untried_charges') }}
),

charges as (
    select * from {{ ref('charges') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

custody_periods as (
    select * from {{ ref('court_custody_periods') }}
),

custody_spells as (
    select * from {{ ref('custody_spells') }}
),

courts as (
    select * from {{ ref('courts') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

-- What the court recorded of the limit in this custody and at this stage: an earlier remand had a limit of its own.
limit_records as (
    select
        clocks.charge_id,
        appearances.hearing_date,
        appearances.ctl_expiry_date,
        appearances.ctl_extended_to_date,
        {{ justice.is_time_limit_application('appearances.hearing_type_code') }} as is_application,
        min(case when appearances.ctl_extended_to_date is not null then appearances.hearing_date end) over (
            partition by clocks.charge_id
        ) as first_record_of_extension,
        row_number() over (
            partition by clocks.charge_id
            order by
                case when appearances.ctl_expiry_date is null then 1 else 0 end asc,
                appearances.hearing_date asc,
                appearances.hearing_id asc
        ) as original_rank
    from clocks
    inner join untried_charges
        on clocks.charge_id = untried_charges.charge_id
    inner join appearances
        on
            untried_charges.defendant_id = appearances.defendant_id
            and clocks.last_custody_date >= appearances.hearing_date
            and clocks.last_remand_date <= appearances.hearing_date
            and (clocks.stage_from_date is null or clocks.stage_from_date <= appearances.hearing_date)
    where
        appearances.ctl_expiry_date is not null
        or appearances.ctl_extended_to_date is not null
        or {{ justice.is_time_limit_application('appearances.hearing_type_code') }}
),

-- An extension was granted at the application heard last before it is first on record, else when it is.
recorded_limits as (
    select
        charge_id,
        max(case when original_rank = 1 then ctl_expiry_date end) as recorded_expiry_date,
        max(ctl_extended_to_date) as recorded_extended_to,
        coalesce(
            max(case when is_application and hearing_date <= first_record_of_extension then hearing_date end),
            min(first_record_of_extension)
        ) as extension_date
    from limit_records
    group by charge_id
),

dated_limits as (
    select
        clocks.*,
        untried_charges.defendant_id,
        untried_charges.case_id,
        untried_charges.offence_category,
        case
            when clocks.is_current then null
            when untried_charges.stop_date <= clocks.last_custody_date then untried_charges.stop_reason
            else 'released'
        end as stop_reason,
        recorded_limits.recorded_expiry_date,
        recorded_limits.recorded_extended_to,
        recorded_limits.extension_date,
        coalesce(recorded_limits.recorded_expiry_date, clocks.calculated_expiry_date) as original_expiry_date
    from clocks
    inner join untried_charges
        on clocks.charge_id = untried_charges.charge_id
    left join recorded_limits
        on clocks.charge_id = recorded_limits.charge_id
),

-- An extension granted after the limit had run out extends nothing, nor does one that does not go beyond it.
extended_limits as (
    select
        *,
        coalesce(extension_date > original_expiry_date, false) as is_extended_late,
        case
            when extension_date <= original_expiry_date and recorded_extended_to > original_expiry_date
                then recorded_extended_to
        end as extended_to
    from dated_limits
),

periods_over as (
    select
        extended_limits.charge_id,
        least(custody_periods.to_date, extended_limits.last_custody_date) as until_date,
        greatest(custody_periods.from_date, extended_limits.original_expiry_date) as from_original_date,
        greatest(custody_periods.from_date, extended_limits.original_expiry_date, extended_limits.extended_to)
            as from_limit_date
    from extended_limits
    inner join custody_periods
        on extended_limits.defendant_id = custody_periods.defendant_id
    where extended_limits.original_expiry_date is not null
),

days_over as (
    select
        charge_id,
        sum(greatest({{ justice.days_between('from_original_date', 'until_date') }}, 0)) as days_past_original,
        sum(greatest({{ justice.days_between('from_limit_date', 'until_date') }}, 0)) as days_past_limit
    from periods_over
    group by charge_id
),

ranked_prison_statuses as (
    select
        custody_spells.person_id,
        custody_spells.legal_status,
        row_number() over (
            partition by custody_spells.person_id
            order by
                {{ justice.legal_status_stage('custody_spells.legal_status') }} asc,
                custody_spells.custody_spell_id asc
        ) as status_rank
    from custody_spells
    cross join observation_window
    where
        custody_spells.is_open
        and custody_spells.start_date <= observation_window.custody_as_of
)

select
    extended_limits.charge_id,
    defendants.person_id,
    extended_limits.defendant_id,
    extended_limits.case_id,
    defendants.court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    {{ justice.or_unknown('courts.region') }} as court_region,
    {{ justice.or_unknown('charges.offence_group') }} as offence_group,
    {{ justice.or_unknown('extended_limits.offence_category') }} as offence_category,
    defendants.sex,
    {{ justice.age_band_on('defendants.date_of_birth', 'extended_limits.first_remand_date') }} as age_band,
    defendants.ethnicity_group,
    extended_limits.regime,
    extended_limits.stage,
    {{ justice.custody_time_limit_status(
        'not extended_limits.is_current',
        'observation_window.custody_as_of',
        'extended_limits.original_expiry_date',
        'extended_limits.extended_to'
    ) }} as status,
    extended_limits.stop_reason,
    case
        when extended_limits.recorded_expiry_date is not null then 'court_record'
        when extended_limits.calculated_expiry_date is not null then 'calculated'
        else 'unknown'
    end as expiry_source,
    coalesce(ranked_prison_statuses.legal_status, 'not_held') as prison_legal_status,
    cast(extended_limits.limit_days as bigint) as limit_days,
    cast(extended_limits.days_in_custody as bigint) as days_in_custody,
    cast(coalesce(days_over.days_past_original, 0) as bigint) as days_past_original,
    cast(coalesce(days_over.days_past_limit, 0) as bigint) as days_past_limit,
    cast({{ justice.days_between(
        'extended_limits.calculated_expiry_date', 'extended_limits.recorded_expiry_date'
    ) }} as bigint) as days_recorded_after_calculated,
    extended_limits.is_extended_late,
    extended_limits.first_remand_date,
    extended_limits.last_remand_date,
    extended_limits.calculated_expiry_date,
    extended_limits.recorded_expiry_date,
    extended_limits.original_expiry_date,
    extended_limits.extension_date,
    extended_limits.extended_to,
    case when not extended_limits.is_current then extended_limits.last_custody_date end as stopped_date,
    {{ justice.coverage_now() }} as coverage,
    observation_window.custody_as_of as data_as_of
from extended_limits
inner join defendants
    on extended_limits.defendant_id = defendants.defendant_id
inner join charges
    on extended_limits.charge_id = charges.charge_id
cross join observation_window
left join days_over
    on extended_limits.charge_id = days_over.charge_id
left join courts
    on defendants.court_code = courts.court_ou_code
left join ranked_prison_statuses
    on
        defendants.person_id = ranked_prison_statuses.person_id
        and ranked_prison_statuses.status_rank = 1
