create or replace temp table doubtful_pairs as
with told_apart as (
    select
        group_id,
        list_distinct(flatten(list(two_forenames))) as forenames
    from inner_pairs
    where is_conflict and two_forenames is not null
    group by group_id
)

select
    i.group_id,
    i.profile_id_l,
    i.profile_id_r,
    i.is_conflict,
    i.is_firm,
    i.is_together,
    i.is_never,
    coalesce(k.is_natural, false)
    and (i.is_firm or not coalesce(list_has_any(i.two_forenames, t.forenames), false)) as is_link
from inner_pairs as i
left join links as k using (profile_id_l, profile_id_r)
left join told_apart as t on i.group_id = t.group_id
where i.group_id in (
        select p.group_id
        from inner_pairs as p
        left join links as q using (profile_id_l, profile_id_r)
        where p.is_conflict or p.is_never or p.is_together or q.match_weight is null
    )
