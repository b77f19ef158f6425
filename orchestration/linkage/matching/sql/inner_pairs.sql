create or replace temp table inner_pairs as
with members as (
    select
        g.group_id,
        p.*
    from grouped as g
    inner join judged_profiles as p on g.node = p.profile_id
    where g.group_id in (
            select group_id from grouped
            group by group_id
            having count(*) > 1
        )
),

marked as (
    select
        l.group_id,
        l.profile_id as profile_id_l,
        r.profile_id as profile_id_r,
        case
            when l.forename_is_known and r.forename_is_known and l.forename <> r.forename
                then [l.forename, r.forename]
        end as two_forenames,
        {shares_identifier} as is_firm,
        {marks}
    from members as l
    inner join members as r on l.group_id = r.group_id and l.profile_id < r.profile_id
)

select
    m.*,
    ({any_mark}) as is_conflict,
    coalesce(d.together, false) as is_together,
    coalesce(not d.together, false) as is_never
from marked as m
left join decided_pairs as d using (profile_id_l, profile_id_r)
