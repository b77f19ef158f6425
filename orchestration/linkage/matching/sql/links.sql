create or replace temp table links as
select
    e.profile_id_l,
    e.profile_id_r,
    e.match_weight,
    c.is_natural
from edges as e
inner join (
    select
        profile_id_l,
        profile_id_r,
        bool_or(is_natural) as is_natural
    from (
        select
            profile_id_l,
            profile_id_r,
            true as is_natural
        from candidates
        where not is_not_enough
        union all
        select
            profile_id_l,
            profile_id_r,
            false as is_natural
        from decided_pairs
        where together
    ) as meant
    group by profile_id_l, profile_id_r
) as c using (profile_id_l, profile_id_r)
