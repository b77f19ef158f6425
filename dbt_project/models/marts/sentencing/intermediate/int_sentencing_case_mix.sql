with disposals as (
    select * from {{ ref('disposals') }}
),

charges as (
    select * from {{ ref('charges') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

convicted_charges as (
    select
        defendant_id,
        count(*) as offences_sentenced
    from charges
    where outcome = 'convicted'
    group by defendant_id
)

select
    disposals.defendant_id,
    {{ justice.quarter_start('disposals.sentence_date') }} as quarter,
    disposals.regime,
    disposals.court_code,
    disposals.court_type,
    {{ justice.or_unknown('disposals.principal_offence_group') }} as offence_group,
    {{ justice.or_unknown('disposals.principal_offence_code') }} as offence_code,
    case
        when not charges.is_imprisonable then 'not_imprisonable'
        when charges.max_sentence_months <= 6 then 'up_to_6_months'
        when charges.max_sentence_months <= 24 then 'up_to_2_years'
        when charges.max_sentence_months <= 60 then 'up_to_5_years'
        when charges.max_sentence_months <= 120 then 'up_to_10_years'
        when charges.max_sentence_months <= 168 then 'up_to_14_years'
        when charges.max_sentence_months > 168 then 'life'
        else 'unknown'
    end as maximum_sentence_band,
    disposals.plea_group,
    case disposals.age_band
        when '10-17' then 'child'
        when '18-20' then 'young_adult'
        when 'unknown' then 'unknown'
        else 'adult'
    end as age_group,
    case
        when convicted_charges.offences_sentenced = 1 then 'one'
        when convicted_charges.offences_sentenced = 2 then 'two'
        else 'three_or_more'
    end as offences_band,
    {{ justice.is_immediate_custody('disposals.disposal_type') }} as is_immediate_custody,
    disposals.custody_length_months
from disposals
cross join observation_window
left join charges
    on disposals.principal_charge_id = charges.charge_id
left join convicted_charges
    on disposals.defendant_id = convicted_charges.defendant_id
where
    disposals.is_sentenced
    and not disposals.is_organisation
    and not disposals.is_single_justice
    and disposals.court_code is not null
    and disposals.court_type in ('MAGISTRATES', 'CROWN')
    and disposals.sentence_date <= observation_window.data_as_of
