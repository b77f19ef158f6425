with recorded_offences as (
    select * from {{ ref('int_defendant_offences') }}
),

defendant_cases as (
    select * from {{ ref('int_defendant_cases') }}
),

recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

results as (
    select * from {{ ref('results') }}
),

offence_list as (
    select * from {{ ref('offences') }}
),

ranked_final_results as (
    select
        *,
        row_number() over (
            partition by charge_id
            order by
                case
                    when disposal_type <> 'none' then 1
                    when outcome_effect = 'CONVICTED_SENTENCE' then 2
                    else 3
                end asc,
                result_date desc,
                severity_rank asc,
                coalesce(length_months, -1) desc,
                coalesce(amount_gbp, -1) desc,
                result_id asc
        ) as final_rank
    from results
    where is_final
),

described_charges as (
    select
        recorded_offences.offence_id as charge_id,
        recorded_offences.defendant_id,
        defendant_cases.case_id,
        recorded_offences.offence_sequence,
        recorded_offences.cjs_offence_code,
        {{ justice.code_qualifier('recorded_offences.cjs_offence_code_raw', 'recorded_offences.cjs_offence_code') }}
            as offence_qualifier,
        offence_list.category as offence_category,
        {{ justice.or_unknown('offence_list.offence_group') }} as offence_group,
        offence_list.max_sentence_months,
        offence_list.imprisonable = 'Y' as is_imprisonable,
        recorded_offences.mode_of_trial_reason as mode_of_trial_reason_code,
        recorded_offences.plea as plea_code,
        recorded_offences.verdict as verdict_code,
        recorded_offences.domestic_abuse_flag,
        recorded_offences.offence_start_date as offence_date,
        recorded_offences.charge_date,
        recorded_offences.plea_date,
        recorded_offences.verdict_date
    from recorded_offences
    left join defendant_cases
        on recorded_offences.defendant_id = defendant_cases.defendant_id
    left join offence_list
        on recorded_offences.cjs_offence_code = offence_list.cjs_offence_code
),

concluded_charges as (
    select
        described_charges.*,
        ranked_final_results.result_id as final_result_id,
        ranked_final_results.hearing_id as final_hearing_id,
        ranked_final_results.cjs_result_code as final_result_code,
        ranked_final_results.disposal_type as final_disposal_type,
        ranked_final_results.severity_rank as final_severity_rank,
        ranked_final_results.length_months as final_length_months,
        ranked_final_results.amount_gbp as final_amount_gbp,
        ranked_final_results.is_consecutive as final_is_consecutive,
        ranked_final_results.result_date as final_result_date,
        {{ justice.charge_outcome(
            '(ranked_final_results.result_id is not null)',
            'ranked_final_results.outcome_effect',
            'described_charges.verdict_code',
            'described_charges.plea_code'
        ) }} as own_outcome
    from described_charges
    left join ranked_final_results
        on
            described_charges.charge_id = ranked_final_results.charge_id
            and ranked_final_results.final_rank = 1
),

-- Convicted, found or having pleaded guilty of at least one charge.
guilty_defendants as (
    select
        defendant_id,
        min(charge_id) as first_guilty_charge_id,
        max(charge_id) as last_guilty_charge_id
    from concluded_charges
    where
        own_outcome = 'convicted'
        or verdict_code = 'G'
        or plea_code = 'G'
    group by defendant_id
),

-- Counts on the indictment that were decided, by offence: what they replaced was never put to the defendant.
decided_counts as (
    select
        concluded_charges.defendant_id,
        concluded_charges.cjs_offence_code,
        concluded_charges.offence_date,
        max(coalesce(concluded_charges.final_result_date, concluded_charges.verdict_date)) as decided_date
    from concluded_charges
    inner join recorded_cases
        on concluded_charges.case_id = recorded_cases.case_id
    where
        concluded_charges.own_outcome <> 'pending'
        and coalesce(recorded_cases.sent_to_crown_date, recorded_cases.crown_received_date) is not null
    group by
        concluded_charges.defendant_id,
        concluded_charges.cjs_offence_code,
        concluded_charges.offence_date
),

-- A charge without an outcome of its own ends with the count that stands in its place, or with its case.
ended_charges as (
    select
        concluded_charges.*,
        case
            when concluded_charges.own_outcome <> 'pending' then concluded_charges.own_outcome
            when
                concluded_charges.verdict_code = 'NA'
                and (
                    guilty_defendants.first_guilty_charge_id <> concluded_charges.charge_id
                    or guilty_defendants.last_guilty_charge_id <> concluded_charges.charge_id
                )
                then 'acquitted'
            when
                decided_counts.decided_date is not null
                and concluded_charges.verdict_code is null
                and coalesce(concluded_charges.plea_code, 'NONE') = 'NONE'
                then 'replaced'
            when recorded_cases.case_status = 'CLOSED' then 'not_recorded'
            else 'pending'
        end as outcome,
        decided_counts.decided_date,
        {{ justice.case_closed_date('recorded_cases') }} as closed_date
    from concluded_charges
    left join recorded_cases
        on concluded_charges.case_id = recorded_cases.case_id
    left join guilty_defendants
        on concluded_charges.defendant_id = guilty_defendants.defendant_id
    left join decided_counts
        on
            concluded_charges.defendant_id = decided_counts.defendant_id
            and concluded_charges.cjs_offence_code = decided_counts.cjs_offence_code
            and concluded_charges.offence_date = decided_counts.offence_date
)

select
    charge_id,
    defendant_id,
    case_id,
    offence_sequence,
    cjs_offence_code,
    offence_qualifier,
    offence_category,
    offence_group,
    max_sentence_months,
    mode_of_trial_reason_code,
    plea_code,
    verdict_code,
    final_result_id,
    final_hearing_id,
    final_result_code,
    final_disposal_type,
    final_severity_rank,
    final_length_months,
    final_amount_gbp,
    outcome,
    row_number() over (
        partition by defendant_id
        order by
            {{ justice.offence_category_rank('offence_category') }} asc,
            coalesce(max_sentence_months, -1) desc,
            offence_sequence asc,
            charge_id asc
    ) as most_serious_rank,
    is_imprisonable,
    final_is_consecutive,
    domestic_abuse_flag,
    offence_date,
    charge_date,
    plea_date,
    verdict_date,
    case
        when outcome = 'convicted'
            then {{ justice.conviction_date('plea_code', 'plea_date', 'verdict_code', 'verdict_date') }}
    end as conviction_date,
    final_result_date,
    case outcome
        when 'pending' then null
        when 'replaced' then decided_date
        when 'not_recorded' then closed_date
        else coalesce(final_result_date, verdict_date, closed_date)
    end as concluded_date
from ended_charges
