-- Every recorded spell is part of exactly one period.
with recorded as (
    select count(*) as spells
    from {{ ref('stg_prison__custody_spells') }}
),

merged as (
    select coalesce(sum(source_spell_count), 0) as spells
    from {{ ref('custody_spells') }}
)

select
    recorded.spells as recorded_spells,
    merged.spells as merged_spells
from recorded
cross join merged
where recorded.spells <> merged.spells
