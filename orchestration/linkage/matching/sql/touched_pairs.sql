insert into every_pair
select
    {number} as rule,
    least(m.profile_id, f.profile_id) as join_key_l,
    greatest(m.profile_id, f.profile_id) as join_key_r
from fresh_keys as f
inner join touched_sizes as s using ({names})
inner join members as m using ({names})
where not s.is_oversize and m.profile_id <> f.profile_id
union
select
    {number} as rule,
    l.profile_id as join_key_l,
    r.profile_id as join_key_r
from (
    from touched_sizes
    where was_oversize and not is_oversize
) as s
inner join members as l using ({names})
inner join members as r using ({names})
where l.profile_id < r.profile_id
