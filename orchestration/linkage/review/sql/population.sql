create or replace temp table shown_records as
select
    p.profile_id,
    min(p.record_id) as record_id,
    min_by(l.person_id, p.record_id) as person_id
from record_profiles as p inner join built_links as l using (record_id)
group by p.profile_id;

create or replace temp table population as
with paired as (
    select
        e.profile_id_l,
        e.profile_id_r,
        case {weights} else '{last_bound} and over' end as weight,
        l.person_id = r.person_id as is_linked
    from edges as e
    inner join shown_records as l on e.profile_id_l = l.profile_id
    inner join shown_records as r on e.profile_id_r = r.profile_id
    union all
    select
        l.profile_id as profile_id_l,
        r.profile_id as profile_id_r,
        'never compared' as weight,
        true as is_linked
    from shown_records as l
    inner join shown_records as r on l.person_id = r.person_id and l.profile_id < r.profile_id
    where not exists (
            from edges as e
            where e.profile_id_l = l.profile_id and e.profile_id_r = r.profile_id
        )
)

select
    *,
    weight || case when is_linked then ', linked' else ', not linked' end as stratum
from paired
