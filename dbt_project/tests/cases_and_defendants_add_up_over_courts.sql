-- Courts add up to their jurisdiction, and the two jurisdictions to ALL, in cases and defendants. People do not: a
-- person before two courts is one person in ALL, so there they are never more than the sum.
with bridge as (
    select * from {{ ref('counting_unit_bridge') }}
),

courts as (
    select
        snapshot_date,
        jurisdiction,
        sum(cases) as cases,
        sum(defendants) as defendants,
        sum(persons) as persons
    from bridge
    where court_code <> 'ALL'
    group by snapshot_date, jurisdiction
    union all
    select
        snapshot_date,
        'ALL' as jurisdiction,
        sum(cases) as cases,
        sum(defendants) as defendants,
        sum(persons) as persons
    from bridge
    where
        court_code = 'ALL'
        and jurisdiction <> 'ALL'
    group by snapshot_date
)

select
    bridge.snapshot_date,
    bridge.jurisdiction,
    bridge.cases,
    bridge.defendants,
    bridge.persons
from bridge
left join courts
    on
        bridge.snapshot_date = courts.snapshot_date
        and bridge.jurisdiction = courts.jurisdiction
where
    bridge.court_code = 'ALL'
    and (
        bridge.cases <> coalesce(courts.cases, 0)
        or bridge.defendants <> coalesce(courts.defendants, 0)
        or bridge.persons > coalesce(courts.persons, 0)
    )
