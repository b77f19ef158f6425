{%- set age_band = justice.age_band_on('defendants.date_of_birth', 'bail_spells.start_date') -%}

with bail_spells as (
    select * from {{ ref('bail_periods') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

charges as (
    select * from {{ ref('charges') }}
),

bench_warrants as (
    select * from {{ ref('bench_warrants') }}
),

courts as (
    select * from {{ ref('courts') }}
),

regimes as (
    select * from {{ ref('regimes') }}
),

observation_window as (
    select * from {{ ref('observation_window') }}
),

-- Failing to surrender is itself an offence: it is counted as a failure to appear, not as an offence on bail.
dated_offences as (
    select
        defendants.person_id,
        charges.charge_id,
        charges.offence_date,
        charges.outcome = 'convicted' as is_proven
    from charges
    inner join defendants
        on charges.defendant_id = defendants.defendant_id
    where
        defendants.person_id is not null
        and charges.cjs_offence_code not like 'BA76%'
),

offences_on_bail as (
    select
        bail_spells.bail_spell_id,
        count(*) as offences_charged,
        {{ justice.count_where('dated_offences.is_proven') }} as offences_proven
    from bail_spells
    inner join dated_offences
        on
            bail_spells.person_id = dated_offences.person_id
            and bail_spells.start_date < dated_offences.offence_date
    where bail_spells.end_date is null or dated_offences.offence_date <= bail_spells.end_date
    group by bail_spells.bail_spell_id
),

failures_to_appear as (
    select
        bail_spells.bail_spell_id,
        min(bench_warrants.issued_date) as first_warrant_date
    from bail_spells
    inner join bench_warrants
        on
            bail_spells.defendant_id = bench_warrants.defendant_id
            and bail_spells.start_date < bench_warrants.issued_date
    where bail_spells.end_date is null or bench_warrants.issued_date <= bail_spells.end_date
    group by bail_spells.bail_spell_id
)

select
    bail_spells.bail_spell_id,
    bail_spells.defendant_id,
    bail_spells.person_id,
    bail_spells.case_id,
    {{ justice.quarter_start('bail_spells.start_date') }} as quarter,
    {{ justice.or_unknown('bail_spells.court_code') }} as court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    {{ justice.or_unknown('courts.region') }} as court_region,
    {{ justice.or_unknown('bail_spells.jurisdiction_code') }} as jurisdiction,
    {{ justice.or_unknown('defendants.most_serious_offence_group') }} as offence_group,
    {{ justice.or_unknown('defendants.sex') }} as sex,
    {{ age_band }} as age_band,
    {{ justice.bail_regime(age_band, 'regimes.regime') }} as regime,
    {{ justice.or_unknown('defendants.ethnicity_group') }} as ethnicity_group,
    bail_spells.bail_type,
    bail_spells.end_reason,
    cast({{ justice.days_between(
        'bail_spells.start_date', 'coalesce(bail_spells.end_date, observation_window.data_as_of)'
    ) }} as bigint) as days_on_bail,
    case when bail_spells.person_id is not null then coalesce(offences_on_bail.offences_charged, 0) end
        as offences_charged,
    case when bail_spells.person_id is not null then coalesce(offences_on_bail.offences_proven, 0) end
        as offences_proven,
    case when bail_spells.person_id is not null then coalesce(offences_on_bail.offences_charged, 0) > 0 end
        as has_offence_on_bail,
    case when bail_spells.person_id is not null then coalesce(offences_on_bail.offences_proven, 0) > 0 end
        as has_proven_offence_on_bail,
    failures_to_appear.bail_spell_id is not null as has_failure_to_appear,
    bail_spells.end_date is null as is_open,
    bail_spells.start_date,
    bail_spells.end_date,
    failures_to_appear.first_warrant_date,
    {{ justice.coverage('bail_spells.start_date', 'quarter', area='bail_spells.court_code') }} as coverage,
    observation_window.data_as_of
from bail_spells
inner join defendants
    on bail_spells.defendant_id = defendants.defendant_id
cross join observation_window
left join offences_on_bail
    on bail_spells.bail_spell_id = offences_on_bail.bail_spell_id
left join failures_to_appear
    on bail_spells.bail_spell_id = failures_to_appear.bail_spell_id
left join regimes
    on
        {{ justice.bail_regime_holds(
            'regimes', 'bail_spells.start_date', age_band
        ) }}
left join courts
    on bail_spells.court_code = courts.court_ou_code
where not defendants.is_organisation
