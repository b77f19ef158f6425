create or replace temp table profile_persons as
with persons as (
    select
        g.node as profile_id,
        g.group_id,
        coalesce(r.person, g.group_id) as person,
        coalesce(r.natural_person, g.group_id) as natural_person
    from grouped as g
    left join rebuilt as r on g.node = r.profile_id
),

kept_links as (
    select
        k.profile_id_l,
        k.profile_id_r,
        case when k.is_natural then k.match_weight end as match_weight
    from links as k
    inner join persons as l on k.profile_id_l = l.profile_id
    inner join persons as r on k.profile_id_r = r.profile_id
    where l.person = r.person
),

strongest as (
    select
        profile_id,
        max(match_weight) as match_weight
    from (
        select
            profile_id_l as profile_id,
            match_weight
        from kept_links
        union all
        select
            profile_id_r,
            match_weight
        from kept_links
    ) as ends
    group by profile_id
)

select
    p.profile_id,
    p.group_id,
    p.person,
    p.natural_person,
    s.match_weight,
    (s.profile_id is not null and s.match_weight is null) as is_decided
from persons as p
left join strongest as s using (profile_id)
