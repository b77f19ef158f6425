{%- set age_band = justice.age_band_on('defendants.date_of_birth', 'remand_decisions.decision_date') -%}

with remand_decisions as (
    select * from {{ ref('remand_decisions') }}
),

defendants as (
    select * from {{ ref('defendants') }}
),

bail_exceptions as (
    select * from {{ ref('bail_exceptions') }}
),

remand_bases as (
    select * from {{ ref('remand_bases') }}
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

recorded_exceptions as (
    select
        remand_decision_id,
        {{ justice.explode_list('bail_exception_codes') }} as exception_code
    from remand_decisions
    where decision = 'custody'
),

-- A code written twice is one ground; codes that are not in the list are kept as one unknown ground.
cited_exceptions as (
    select distinct
        recorded_exceptions.remand_decision_id,
        coalesce(bail_exceptions.bail_exception_code, 'unknown') as exception_code,
        {{ justice.or_unknown('bail_exceptions.label') }} as exception_label,
        {{ justice.or_unknown('bail_exceptions.exception_group') }} as exception_group
    from recorded_exceptions
    left join bail_exceptions
        on recorded_exceptions.exception_code = bail_exceptions.bail_exception_code
    where recorded_exceptions.exception_code <> ''
),

numbered_exceptions as (
    select
        *,
        row_number() over (partition by remand_decision_id order by exception_code asc) as exception_number,
        count(*) over (partition by remand_decision_id) as exceptions_cited
    from cited_exceptions
)

select
    remand_decisions.remand_decision_id,
    coalesce(
        numbered_exceptions.exception_code,
        case when remand_decisions.decision = 'custody' then 'NOT_STATED' else 'NOT_APPLICABLE' end
    ) as exception_code,
    coalesce(
        numbered_exceptions.exception_label,
        case when remand_decisions.decision = 'custody' then 'Not stated' else 'Bail granted' end
    ) as exception_label,
    coalesce(
        numbered_exceptions.exception_group,
        case when remand_decisions.decision = 'custody' then 'not_stated' else 'not_applicable' end
    ) as exception_group,
    remand_decisions.defendant_id,
    remand_decisions.person_id,
    remand_decisions.case_id,
    {{ justice.quarter_start('remand_decisions.decision_date') }} as quarter,
    {{ justice.or_unknown('remand_decisions.court_code') }} as court_code,
    {{ justice.or_unknown('courts.name') }} as court_name,
    {{ justice.or_unknown('courts.region') }} as court_region,
    {{ justice.or_unknown('remand_decisions.jurisdiction_code') }} as jurisdiction,
    {{ justice.or_unknown('defendants.most_serious_offence_group') }} as offence_group,
    {{ justice.or_unknown('defendants.sex') }} as sex,
    {{ age_band }} as age_band,
    {{ justice.bail_regime(age_band, 'regimes.regime') }} as regime,
    {{ justice.or_unknown('defendants.ethnicity_group') }} as ethnicity_group,
    remand_decisions.decision,
    coalesce(
        remand_decisions.remand_basis_code,
        case when remand_decisions.decision = 'custody' then 'NSTAT' else 'NOT_APPLICABLE' end
    ) as remand_basis_code,
    coalesce(
        remand_bases.basis_group,
        case
            when remand_decisions.decision <> 'custody' then 'not_applicable'
            when remand_decisions.remand_basis_code is null then 'not_stated'
            else 'unknown'
        end
    ) as remand_basis,
    case when remand_decisions.decision = 'custody' then remand_decisions.bail_exception_reason_codes end
        as exception_reason_codes,
    cast(coalesce(numbered_exceptions.exception_number, 1) as bigint) as exception_number,
    cast(coalesce(numbered_exceptions.exceptions_cited, 0) as bigint) as exceptions_cited,
    remand_decisions.decision = 'custody' as is_refusal,
    remand_decisions.decision = 'custody' and coalesce(remand_decisions.previous_decision, '') <> 'custody'
        as is_new_refusal,
    remand_decisions.decision_date,
    {{ justice.coverage('remand_decisions.decision_date', 'quarter', area='remand_decisions.court_code') }} as coverage,
    observation_window.data_as_of
from remand_decisions
inner join defendants
    on remand_decisions.defendant_id = defendants.defendant_id
cross join observation_window
left join numbered_exceptions
    on remand_decisions.remand_decision_id = numbered_exceptions.remand_decision_id
left join remand_bases
    on remand_decisions.remand_basis_code = remand_bases.remand_basis_code
left join regimes
    on
        {{ justice.bail_regime_holds(
            'regimes', 'remand_decisions.decision_date', age_band
        ) }}
left join courts
    on remand_decisions.court_code = courts.court_ou_code
where remand_decisions.decision_date <= observation_window.data_as_of
