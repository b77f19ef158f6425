{#- Nobody is held longer without charge: 96 hours with a warrant of further detention (PACE 1984, section 44). -#}
{%- set longest_detention_days = 4 -%}

with custody_record_versions as (
    select * from {{ ref('stg_police__custody_records_versions') }}
),

offences as (
    select * from {{ ref('offences') }}
),

-- A later version of a record tells how it went on; versions that say the same are one stage, dated as last corrected.
staged_versions as (
    select
        *,
        {{ justice.london_date('arrested_at') }} as arrest_date,
        {{ justice.london_date('coalesce(disposal_at, arrested_at)') }} as disposal_date,
        lag(disposal) over (partition by record_key order by version_number asc) as disposal_before,
        lead(disposal) over (partition by record_key order by version_number asc) as disposal_after
    from custody_record_versions
    where
        disposal is not null
        and arrested_at is not null
),

numbered_versions as (
    select
        *,
        sum(case when disposal_before is null or disposal_before <> disposal then 1 else 0 end) over (
            partition by record_key
            order by version_number asc
            rows between unbounded preceding and current row
        ) as stage_number
    from staged_versions
),

stages as (
    select
        force_code,
        {{ justice.arrest_key() }} as custody_record_id,
        record_key,
        offence_code,
        stage_number,
        disposal,
        arrest_date,
        disposal_date,
        lead(disposal) over (partition by record_key order by stage_number asc) as next_disposal,
        lead(disposal_date) over (partition by record_key order by stage_number asc) as next_disposal_date
    from numbered_versions
    where disposal_after is null or disposal_after <> disposal
),

-- A decision days after the arrest means release in between, though no extract saw of which kind.
offence_spells as (
    select
        custody_record_id,
        force_code,
        offence_code,
        case disposal
            when 'PRE_CHARGE_BAIL' then 'pre_charge_bail'
            else 'released_under_investigation'
        end as release_type,
        next_disposal,
        disposal_date as start_date,
        next_disposal_date as end_date
    from stages
    where disposal in ('PRE_CHARGE_BAIL', 'RELEASED_UNDER_INVESTIGATION')
    union all
    select
        custody_record_id,
        force_code,
        offence_code,
        'not_recorded' as release_type,
        disposal as next_disposal,
        arrest_date as start_date,
        disposal_date as end_date
    from stages
    where
        stage_number = 1
        and disposal not in ('PRE_CHARGE_BAIL', 'RELEASED_UNDER_INVESTIGATION')
        and disposal_date > {{ justice.add_days('arrest_date', longest_detention_days) }}
),

-- One arrest has a row per offence: its release is over when the last offence is decided.
arrest_spells as (
    select
        offence_spells.custody_record_id,
        offence_spells.release_type,
        offence_spells.start_date,
        max(offence_spells.force_code) as force_code,
        max(offences.offence_group) as offence_group,
        count(*) as offences,
        count(offence_spells.end_date) as offences_decided,
        max(offence_spells.end_date) as last_end_date,
        min(
            case offence_spells.next_disposal
                when 'CHARGED' then 1
                when 'CONDITIONAL_CAUTION' then 2
                when 'CAUTION' then 3
                when 'COMMUNITY_RESOLUTION' then 4
                when 'PRE_CHARGE_BAIL' then 5
                when 'RELEASED_UNDER_INVESTIGATION' then 6
                when 'NO_FURTHER_ACTION' then 7
            end
        ) as outcome_rank
    from offence_spells
    left join offences
        on offence_spells.offence_code = offences.cjs_offence_code
    group by offence_spells.custody_record_id, offence_spells.release_type, offence_spells.start_date
),

observed_to as (
    select max(extract_date) as observed_to_date
    from custody_record_versions
)

select
    {{ justice.hash_key([
        'arrest_spells.custody_record_id', 'arrest_spells.release_type', 'arrest_spells.start_date'
    ]) }} as release_spell_id,
    arrest_spells.custody_record_id,
    {{ justice.or_unknown('arrest_spells.force_code') }} as force_code,
    {{ justice.or_unknown('arrest_spells.offence_group') }} as offence_group,
    arrest_spells.release_type,
    case
        when arrest_spells.offences_decided < arrest_spells.offences then 'still_released'
        when arrest_spells.outcome_rank = 1 then 'charged'
        when arrest_spells.outcome_rank <= 4 then 'out_of_court_disposal'
        when arrest_spells.outcome_rank <= 6 then 'other_release'
        else 'no_further_action'
    end as outcome,
    arrest_spells.offences_decided < arrest_spells.offences as is_open,
    arrest_spells.start_date,
    case when arrest_spells.offences_decided = arrest_spells.offences then arrest_spells.last_end_date end as end_date,
    observed_to.observed_to_date
from arrest_spells
cross join observed_to
