create or replace temp table person_links as
select
    p.record_id,
    {id_of_founder} as person_id,
    case
        when f.record_count = 1 or d.profile_id is not null or m.is_decided then 1.0
        else 1 / (1 + pow(2.0, -greatest(m.match_weight, i.match_weight)))
    end as match_probability,
    case
        when f.record_count = 1 then 'singleton'
        when d.profile_id is not null then 'identifier'
        when m.is_decided then 'override'
        else 'probabilistic'
    end as join_method,
    $version as model_version
from record_profiles as p
inner join profile_persons as m using (profile_id)
inner join founders as f using (person)
left join identified as d using (profile_id)
left join self_scores as i on m.profile_id = i.profile_id_l
