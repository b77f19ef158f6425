with grouped as (
    select
        c.*,
        coalesce(g.{breakdown}, 'unknown') as name
    from cells as c left join groups_given as g using (true_person_id)
),

-- Pairs of a linked person that touch the group: all its pairs less those with no record of the group.
linked as (
    select
        g.unit,
        g.name,
        g.person_id,
        sum(g.n) as inside,
        any_value(s.n) as n,
        any_value(s.truths) as truths
    from grouped as g inner join linked_sizes as s using (person_id)
    group by g.unit, g.name, g.person_id
),

of_linked as (
    select
        unit,
        name,
        sum(n * (n - 1) / 2 - (n - inside) * (n - inside - 1) / 2) as linked_pairs,
        count(*) as linked_persons,
        count(*) filter (where truths > 1) as over_merged
    from linked
    group by unit, name
),

actual as (
    select
        g.unit,
        g.name,
        g.true_person_id,
        sum(g.n) as n,
        count(*) as parts,
        {pairs_of_group} as hits,
        max(case when s.truths = 1 then 1 else 0 end) as is_pure
    from grouped as g inner join linked_sizes as s using (person_id)
    group by g.unit, g.name, g.true_person_id
),

of_actual as (
    select
        unit,
        name,
        sum(hits) as hits,
        {pairs_of_n} as true_pairs,
        count(*) as true_persons,
        count(*) filter (where parts > 1) as under_merged,
        count(*) filter (where parts = 1 and is_pure = 1) as exact
    from actual
    group by unit, name
)

select
    a.name,
    a.hits,
    l.linked_pairs,
    a.true_pairs,
    a.exact,
    l.linked_persons,
    a.true_persons,
    l.over_merged,
    a.under_merged
from of_actual as a inner join of_linked as l using (unit, name)
order by a.name, a.unit
