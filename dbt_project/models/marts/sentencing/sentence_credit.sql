with disposals as (
    select * from {{ ref('disposals') }}
),

charges as (
    select * from {{ ref('charges') }}
),

remand_proceedings as (
    select * from {{ ref('remand_proceedings') }}
),

sentenced_proceedings as (
    select * from {{ ref('sentenced_proceedings') }}
),

courts as (
    select * from {{ ref('courts') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

regimes as (
    select * from {{ ref('regimes') }}
),

remand_days as (
    select
        defendant_id,
        sum(days_net) as days_on_remand
    from remand_proceedings
    where defendant_id is not null
    group by defendant_id
),

sentences as (
    select
        disposals.*,
        coalesce(remand_days.days_on_remand, 0) as days_on_remand,
        sentenced_proceedings.prison_credit_days,
        sentenced_proceedings.conditional_release_date,
        {{ justice.is_immediate_custody('disposals.disposal_type') }} as is_immediate_custody,
        case disposals.disposal_type
            when 'determinate_custody' then disposals.effective_length_months
            when 'suspended_sentence' then charges.final_length_months
        end as term_months,
        {{ justice.age_on('defendants.date_of_birth', 'disposals.sentence_date') }} as age_at_sentence
    from disposals
    left join defendants
        on disposals.defendant_id = defendants.defendant_id
    left join charges
        on disposals.principal_charge_id = charges.charge_id
    left join remand_days
        on disposals.defendant_id = remand_days.defendant_id
    left join sentenced_proceedings
        on disposals.defendant_id = sentenced_proceedings.defendant_id
    where
        disposals.is_sentenced
        and not disposals.is_organisation
        and disposals.sentence_date is not null
),

-- Had the term not been suspended, release would have been due on the day of sentence if the share of it that must be
-- served by the rule in force that day had passed on remand.
credited_sentences as (
    select
        sentences.*,
        cast(round(sentences.term_months * {{ justice.days_per_month() }}) as bigint) as term_days,
        regimes.value as served_share
    from sentences
    left join regimes
        on
            {{ justice.regime_holds(
                'regimes',
                justice.release_point_series('sentences.principal_offence_group', 'sentences.age_at_sentence'),
                'sentences.sentence_date',
                'coalesce(sentences.age_at_sentence, 18)'
            ) }}
    where
        sentences.is_immediate_custody
        or sentences.days_on_remand > 0
)

select
    credited_sentences.defendant_id,
    credited_sentences.person_id,
    credited_sentences.case_id,
    {{ justice.quarter_start('credited_sentences.sentence_date') }} as quarter,
    {{ justice.or_unknown('credited_sentences.court_code') }} as court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    credited_sentences.court_type,
    credited_sentences.court_region,
    {{ justice.or_unknown('credited_sentences.principal_offence_group') }} as offence_group,
    credited_sentences.sex,
    credited_sentences.age_band,
    credited_sentences.ethnicity_group,
    credited_sentences.regime,
    {{ justice.or_unknown('credited_sentences.disposal_type') }} as disposal_type,
    credited_sentences.term_months,
    credited_sentences.term_days,
    cast(credited_sentences.days_on_remand as bigint) as days_on_remand,
    {{ justice.rate('credited_sentences.days_on_remand', 'credited_sentences.term_days') }} as share_of_term_on_remand,
    credited_sentences.prison_credit_days,
    credited_sentences.prison_credit_days - cast(credited_sentences.days_on_remand as bigint)
        as credit_less_days_on_remand,
    case
        when credited_sentences.conditional_release_date is not null
            then cast(greatest({{ justice.days_between(
                'credited_sentences.sentence_date', 'credited_sentences.conditional_release_date'
            ) }}, 0) as bigint)
    end as days_to_release,
    credited_sentences.is_immediate_custody,
    case
        when credited_sentences.disposal_type = 'determinate_custody'
            then credited_sentences.days_on_remand >= credited_sentences.term_days
    end as is_term_served_on_remand,
    case
        when credited_sentences.is_immediate_custody
            then credited_sentences.conditional_release_date <= credited_sentences.sentence_date
    end as is_release_due_at_sentence,
    case
        when credited_sentences.disposal_type = 'suspended_sentence'
            then credited_sentences.days_on_remand >= credited_sentences.served_share * credited_sentences.term_days
    end as may_reflect_time_served,
    credited_sentences.sentence_date,
    credited_sentences.conditional_release_date,
    {{ justice.coverage('credited_sentences.sentence_date', 'quarter', area='credited_sentences.court_code') }}
        as coverage,
    {{ justice.data_as_of() }} as data_as_of
from credited_sentences
left join courts
    on credited_sentences.court_code = courts.court_ou_code
