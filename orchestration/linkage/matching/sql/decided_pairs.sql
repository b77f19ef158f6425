create or replace temp table decided_pairs as
select
    least(l.profile_id, r.profile_id) as profile_id_l,
    greatest(l.profile_id, r.profile_id) as profile_id_r,
    (any_value(o.decision) = 'include') as together
from override_records as o
inner join record_profiles as l on o.record_a = l.record_id
inner join record_profiles as r on o.record_b = r.record_id
group by 1, 2
