with untried_charges as (
    select * from {{ ref('int_untried_charges') }}
),

custody_periods as (
    select * from {{ ref('court_custody_periods') }}
),

cases as (
    select * from {{ ref('cases') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

charges as (
    select * from {{ ref('charges') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

hearing_types as (
    select * from {{ ref('hearing_types') }}
),

regimes as (
    select * from {{ ref('regimes') }}
),

bank_holidays as (
    select * from {{ ref('bank_holidays') }}
),

-- Custody on the charge: from when the charge was made, until the clock stopped.
untried_custody as (
    select
        untried_charges.charge_id,
        custody_periods.defendant_id,
        custody_periods.is_current and untried_charges.stop_date is null as is_current,
        greatest(custody_periods.from_date, untried_charges.charge_date) as from_date,
        least(custody_periods.to_date, untried_charges.stop_date) as to_date
    from untried_charges
    inner join custody_periods
        on untried_charges.defendant_id = custody_periods.defendant_id
    where
        (untried_charges.stop_date is null or custody_periods.from_date < untried_charges.stop_date)
        and (untried_charges.charge_date is null or untried_charges.charge_date <= custody_periods.to_date)
        and coalesce(untried_charges.charge_date < untried_charges.stop_date, true)
),

held_charges as (
    select
        charge_id,
        min(from_date) as first_remand_date,
        max(to_date) as last_custody_date
    from untried_custody
    where
        from_date < to_date
        or is_current
    group by charge_id
),

committals as (
    select
        defendant_id,
        min(hearing_date) as committal_date
    from appearances
    where {{ justice.is_committal_hearing('hearing_type_code') }}
    group by defendant_id
),

-- Where an offence is to be tried is decided at a hearing for it, or when a plea is entered before magistrates.
allocation_hearings as (
    select
        appearances.defendant_id,
        min(appearances.hearing_date) as allocation_date
    from appearances
    inner join hearing_types
        on appearances.hearing_type_code = hearing_types.hearing_type_code
    where
        appearances.jurisdiction_code = 'M'
        and hearing_types.hearing_group = 'plea_and_allocation'
    group by appearances.defendant_id
),

staged_charges as (
    select
        held_charges.charge_id,
        held_charges.first_remand_date,
        held_charges.last_custody_date,
        untried_charges.offence_category,
        cases.sent_to_crown_date as sent_date,
        committals.committal_date,
        case
            when least(cases.sent_to_crown_date, committals.committal_date) < held_charges.last_custody_date
                then 'crown'
            else 'magistrates'
        end as stage,
        coalesce(
            least(allocation_hearings.allocation_date, charges.plea_date)
            <= {{ justice.add_days('held_charges.first_remand_date', 56) }},
            false
        ) as is_allocated_in_time,
        coalesce(committals.committal_date < held_charges.last_custody_date, false) as is_committed,
        {{ justice.age_on('defendants.date_of_birth', 'held_charges.first_remand_date') }} as age_at_first_remand
    from held_charges
    inner join untried_charges
        on held_charges.charge_id = untried_charges.charge_id
    inner join charges
        on held_charges.charge_id = charges.charge_id
    left join cases
        on untried_charges.case_id = cases.case_id
    left join defendants
        on untried_charges.defendant_id = defendants.defendant_id
    left join committals
        on untried_charges.defendant_id = committals.defendant_id
    left join allocation_hearings
        on untried_charges.defendant_id = allocation_hearings.defendant_id
),

charges_in_series as (
    select
        *,
        case when stage = 'crown' then least(sent_date, committal_date) end as stage_from_date,
        {{ justice.custody_time_limit_series(
            'stage', 'offence_category', 'is_allocated_in_time', 'is_committed'
        ) }} as limit_series
    from staged_charges
),

limited_charges as (
    select
        charges_in_series.*,
        cast(regimes.value as integer) as limit_days,
        coalesce(regimes.regime, 'unknown') as regime
    from charges_in_series
    left join regimes
        on
            {{ justice.regime_holds(
                'regimes',
                'charges_in_series.limit_series',
                'charges_in_series.first_remand_date',
                'charges_in_series.age_at_first_remand'
            ) }}
),

-- Days before a committal do not count towards its limit; days before sending count towards that of a sent case.
counted_custody as (
    select
        untried_custody.charge_id,
        untried_custody.is_current,
        untried_custody.to_date,
        limited_charges.limit_days,
        case
            when limited_charges.is_committed
                then greatest(untried_custody.from_date, limited_charges.committal_date)
            else untried_custody.from_date
        end as from_date
    from untried_custody
    inner join limited_charges
        on untried_custody.charge_id = limited_charges.charge_id
    where
        not limited_charges.is_committed
        or untried_custody.to_date > limited_charges.committal_date
),

added_custody as (
    select
        *,
        {{ justice.days_between('from_date', 'to_date') }} as days,
        sum({{ justice.days_between('from_date', 'to_date') }}) over (
            partition by charge_id
            order by from_date asc
            rows between unbounded preceding and current row
        ) as days_by_end
    from counted_custody
),

-- The period in which the limit is reached; the last one where it has not been reached yet.
ranked_periods as (
    select
        *,
        days_by_end - days as days_before,
        row_number() over (
            partition by charge_id
            order by
                case when days_by_end >= limit_days then 0 else 1 end asc,
                case when days_by_end >= limit_days then from_date end asc,
                from_date desc
        ) as expiry_rank,
        row_number() over (
            partition by charge_id
            order by from_date desc
        ) as last_rank
    from added_custody
),

totals as (
    select
        charge_id,
        sum(days) as days_in_custody,
        bool_or(is_current) as is_current,
        max(case when last_rank = 1 then from_date end) as last_remand_date,
        max(case when expiry_rank = 1 then {{ justice.add_days('from_date', 'limit_days - days_before') }} end)
            as limit_reached_date
    from ranked_periods
    group by charge_id
),

-- No run of days on which a limit may not expire is as long as this.
days_back as (
    {{ justice.number_series(10) }}
),

candidate_days as (
    select
        totals.charge_id,
        {{ justice.add_days('totals.limit_reached_date', '-days_back.number') }} as candidate_date
    from totals
    cross join days_back
    where totals.limit_reached_date is not null
),

-- A limit that would expire on a weekend or a bank holiday expires on the last day before that is neither.
expiries as (
    select
        candidate_days.charge_id,
        max(candidate_days.candidate_date) as calculated_expiry_date
    from candidate_days
    left join bank_holidays
        on candidate_days.candidate_date = bank_holidays.holiday_date
    where
        bank_holidays.holiday_date is null
        and not {{ justice.is_weekend('candidate_days.candidate_date') }}
    group by candidate_days.charge_id
)

select
    limited_charges.charge_id,
    limited_charges.stage,
    limited_charges.limit_days,
    limited_charges.regime,
    totals.days_in_custody,
    totals.is_current,
    limited_charges.stage_from_date,
    limited_charges.first_remand_date,
    totals.last_remand_date,
    limited_charges.last_custody_date,
    expiries.calculated_expiry_date
from limited_charges
inner join totals
    on limited_charges.charge_id = totals.charge_id
left join expiries
    on limited_charges.charge_id = expiries.charge_id
