insert into blocked_pairs
with wanted as (
    select
        profile_id_l as join_key_l,
        profile_id_r as join_key_r
    from decided_pairs
    where together
    union
    select
        least(d.profile_id, p.profile_id) as join_key_l,
        greatest(d.profile_id, p.profile_id) as join_key_r
    from record_profiles as d
    inner join record_profiles as p on d.content = p.content and d.profile_id <> p.profile_id
    inner join standard_records as r on d.record_id = r.record_id
    where d.record_id in (select record_id from decided_records)
        and r.surname is not null and r.forename is not null and r.dob is not null
)

select
    'decided' as match_key,
    join_key_l,
    join_key_r
from wanted anti join blocked_pairs using (join_key_l, join_key_r)
