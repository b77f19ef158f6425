create or replace temp table wrong_pairs as
select
    false as is_over_merged,
    l.true_person_id as who,
    l.true_person_id,
    least(l.profile_id, r.profile_id) as join_key_l,
    greatest(l.profile_id, r.profile_id) as join_key_r
from placed as l
inner join placed as r on l.true_person_id = r.true_person_id and l.person_id < r.person_id
where l.profile_id <> r.profile_id
union all
select
    true as is_over_merged,
    l.person_id as who,
    l.true_person_id,
    least(l.profile_id, r.profile_id) as join_key_l,
    greatest(l.profile_id, r.profile_id) as join_key_r
from placed as l
inner join placed as r on l.person_id = r.person_id and l.true_person_id < r.true_person_id
where l.profile_id <> r.profile_id
