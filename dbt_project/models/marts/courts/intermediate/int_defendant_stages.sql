{#- From and to of each stage; the names of the stages stand in the macro measured_stages. -#}
{%- set stages = {
    'offence_to_charge': ('offence_date', 'charge_date'),
    'charge_to_first_listing': ('charge_date', 'first_hearing_date'),
    'first_listing_to_completion': ('first_hearing_date', 'completion_date'),
    'offence_to_completion': ('offence_date', 'completion_date'),
    'charge_to_sending': ('charge_date', 'sent_to_crown_date'),
    'receipt_to_completion': ('crown_received_date', 'completion_date'),
    'crown_charge_to_completion': ('crown_charge_date', 'completion_date'),
    'sending_to_main_hearing': ('sent_to_crown_date', 'main_hearing_date'),
    'main_hearing_to_completion': ('main_hearing_date', 'completion_date'),
} -%}

with defendants as (
    select * from {{ ref('defendants') }}
),

cases as (
    select * from {{ ref('cases') }}
),

charges as (
    select * from {{ ref('charges') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

hearings as (
    select * from {{ ref('hearings') }}
),

guilty_plea_days as (
    select distinct
        defendant_id,
        plea_date
    from charges
    where plea_code = 'G' and plea_date is not null
),

-- Hearings held by the day of completion; later ones, such as of confiscation or breach, are other business.
hearings_held as (
    select
        defendants.defendant_id,
        count(*) as hearings,
        {{ justice.count_where("hearings.jurisdiction_code = 'C'") }} as crown_hearings,
        min(
            case
                when
                    hearings.jurisdiction_code = 'C'
                    and {{ justice.is_main_hearing(
                        'hearings.trial_outcome_class', 'guilty_plea_days.plea_date is not null', 'cases.receipt_type'
                    ) }}
                    then hearings.hearing_date
            end
        ) as main_hearing_date
    from appearances
    inner join hearings
        on appearances.hearing_id = hearings.hearing_id
    inner join defendants
        on
            appearances.defendant_id = defendants.defendant_id
            and hearings.hearing_date <= defendants.completion_date
    left join cases
        on defendants.case_id = cases.case_id
    left join guilty_plea_days
        on
            appearances.defendant_id = guilty_plea_days.defendant_id
            and hearings.hearing_date = guilty_plea_days.plea_date
    group by defendants.defendant_id
),

-- Timeliness takes the offence that lasted longest, caseload the most serious one: the two are never joined.
ranked_charges as (
    select
        *,
        row_number() over (
            partition by defendant_id
            order by
                coalesce({{ justice.days_between('charge_date', 'concluded_date') }}, -1) desc,
                offence_sequence asc,
                charge_id asc
        ) as duration_rank
    from charges
),

longest_charges as (
    select * from ranked_charges
    where duration_rank = 1
),

dated_defendants as (
    select
        defendants.defendant_id,
        defendants.case_id,
        defendants.person_id,
        defendants.court_code,
        defendants.court_type,
        defendants.court_region,
        defendants.jurisdiction_code,
        defendants.sex,
        defendants.date_of_birth,
        defendants.ethnicity_group,
        defendants.final_outcome,
        {{ justice.or_unknown('longest_charges.offence_group') }} as longest_offence_group,
        longest_charges.offence_category as longest_offence_category,
        defendants.is_organisation,
        defendants.is_single_justice,
        defendants.is_cps,
        cases.crown_received_date is not null as is_crown_case,
        longest_charges.offence_date,
        longest_charges.charge_date,
        defendants.first_hearing_date,
        cases.sent_to_crown_date,
        cases.crown_received_date,
        case when cases.crown_received_date is not null then longest_charges.charge_date end as crown_charge_date,
        hearings_held.main_hearing_date,
        coalesce(hearings_held.hearings, 0) as hearings,
        coalesce(hearings_held.crown_hearings, 0) as crown_hearings,
        defendants.completion_date
    from defendants
    left join cases
        on defendants.case_id = cases.case_id
    left join longest_charges
        on defendants.defendant_id = longest_charges.defendant_id
    left join hearings_held
        on defendants.defendant_id = hearings_held.defendant_id
    where
        defendants.is_completed
        and defendants.completion_date is not null
)

select
    defendant_id,
    case_id,
    person_id,
    court_code,
    court_type,
    court_region,
    jurisdiction_code,
    longest_offence_group,
    longest_offence_category,
    sex,
    {{ justice.age_band_on('date_of_birth', 'completion_date') }} as age_band,
    ethnicity_group,
    final_outcome,
    {%- for stage, (start, finish) in stages.items() %}
    {{ justice.days_between(start, finish) }} as recorded_days_{{ stage }},
    {%- endfor %}
    hearings,
    crown_hearings,
    is_organisation,
    is_single_justice,
    is_cps,
    is_crown_case,
    offence_date,
    charge_date,
    first_hearing_date,
    sent_to_crown_date,
    crown_received_date,
    main_hearing_date,
    completion_date
from dated_defendants
