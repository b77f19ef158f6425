with common as (
    select
        b.record_id,
        b.person_id as old,
        a.person_id as new
    from links_before as b inner join links_after as a using (record_id)
),

parts as (
    select
        old,
        new,
        count(*) as n
    from common
    group by old, new
),

olds as (
    select
        old,
        count(*) as parts,
        sum(n) as n
    from parts
    group by old
),

news as (
    select
        new,
        count(*) as sources,
        sum(n) as n
    from parts
    group by new
)

select
    (select count(*) from common) as records,
    (select count(*) from olds) as persons_before,
    (select count(*) from news) as persons_after,
    (
        select count(*) from news
        where sources > 1
    ) as merged,
    (
        select count(*) from olds
        where parts > 1
    ) as split,
    (
        select coalesce(sum(p.n), 0)
        from parts as p inner join olds as o using (old) inner join news as w using (new)
        where o.parts > 1 or w.sources > 1
    ) as records_moved
