with defendants as (
    select * from {{ ref('defendants') }}
),

charges as (
    select * from {{ ref('charges') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

regimes as (
    select * from {{ ref('regimes') }}
),

sentenced_charges as (
    select
        *,
        row_number() over (
            partition by defendant_id
            order by
                final_severity_rank asc,
                coalesce(final_length_months, -1) desc,
                coalesce(final_amount_gbp, -1) desc,
                coalesce(max_sentence_months, -1) desc,
                offence_sequence asc,
                charge_id asc
        ) as penalty_rank
    from charges
    where outcome = 'convicted'
),

principal_charges as (
    select * from sentenced_charges
    where penalty_rank = 1
),

-- Terms that run together last as long as the longest of them; terms ordered to follow are added.
determinate_terms as (
    select
        defendant_id,
        coalesce(max(case when not coalesce(final_is_consecutive, false) then final_length_months end), 0)
        + {{ justice.sum_where('final_length_months', 'coalesce(final_is_consecutive, false)') }}
            as effective_length_months
    from sentenced_charges
    where
        final_disposal_type = 'determinate_custody'
        and final_length_months is not null
    group by defendant_id
),

outcomes as (
    select
        defendants.*,
        principal_charges.charge_id as principal_charge_id,
        principal_charges.cjs_offence_code as principal_offence_code,
        principal_charges.offence_group as principal_offence_group,
        principal_charges.final_disposal_type as disposal_type,
        principal_charges.final_result_code as principal_result_code,
        principal_charges.final_length_months,
        principal_charges.final_hearing_id as sentence_hearing_id,
        principal_charges.plea_code,
        principal_charges.conviction_date,
        hearings.court_code as sentence_court_code,
        hearings.court_type as sentence_court_type,
        hearings.court_region as sentence_court_region,
        determinate_terms.effective_length_months,
        defendants.final_outcome = 'convicted' as is_sentenced,
        case
            when defendants.final_outcome = 'convicted'
                then coalesce(hearings.hearing_date, principal_charges.final_result_date)
        end as sentence_date
    from defendants
    left join principal_charges
        on defendants.defendant_id = principal_charges.defendant_id
    left join hearings
        on principal_charges.final_hearing_id = hearings.hearing_id
    left join determinate_terms
        on defendants.defendant_id = determinate_terms.defendant_id
    where defendants.is_completed
),

aged_outcomes as (
    select
        *,
        {{ justice.age_on('date_of_birth', 'coalesce(conviction_date, sentence_date)') }} as age_at_conviction
    from outcomes
),

-- The change of law is about adults: a child's sentence is under neither regime, and an organisation is in no prison.
outcomes_by_regime as (
    select
        aged_outcomes.*,
        case
            when aged_outcomes.is_organisation or aged_outcomes.age_at_conviction < 18 then 'not_applicable'
            else coalesce(regimes.regime, 'unknown')
        end as regime_at_conviction
    from aged_outcomes
    left join regimes
        on
            {{ justice.regime_holds(
                'regimes',
                "'suspended_sentence'",
                'aged_outcomes.conviction_date',
                'aged_outcomes.age_at_conviction'
            ) }}
)

select
    defendant_id,
    case_id,
    person_id,
    final_outcome,
    coalesce(sentence_court_code, court_code) as court_code,
    coalesce(sentence_court_type, court_type) as court_type,
    coalesce(sentence_court_region, court_region) as court_region,
    sentence_hearing_id,
    principal_charge_id,
    principal_offence_code,
    principal_offence_group,
    principal_result_code,
    disposal_type,
    {{ justice.plea_group('plea_code') }} as plea_group,
    {{ justice.sentencing_regime('disposal_type', 'regime_at_conviction') }} as regime,
    regime_at_conviction,
    most_serious_charge_id,
    most_serious_offence_group,
    sex,
    {{ justice.age_band_on('date_of_birth', 'coalesce(sentence_date, completion_date)') }} as age_band,
    ethnicity_group,
    case when disposal_type = 'determinate_custody' then final_length_months end as custody_length_months,
    case when disposal_type = 'determinate_custody' then effective_length_months end as effective_length_months,
    is_sentenced,
    is_organisation,
    is_single_justice,
    is_cps,
    conviction_date,
    sentence_date,
    completion_date
from outcomes_by_regime
