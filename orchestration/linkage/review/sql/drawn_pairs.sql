with hashed as (
    select
        p.*,
        l.record_id as record_l,
        r.record_id as record_r,
        md5(concat_ws('|', $seed, l.record_id, r.record_id)) as draw
    from population as p
    inner join shown_records as l on p.profile_id_l = l.profile_id
    inner join shown_records as r on p.profile_id_r = r.profile_id
),

ranked as (
    select
        *,
        row_number() over (partition by stratum order by draw) as place
    from hashed
)

select
    k.stratum,
    k.is_linked,
    {shown}
from ranked as k
inner join allocated as n on k.stratum = n.stratum and k.place <= n.drawn
inner join given_records as a on k.record_l = a.record_id
inner join given_records as b on k.record_r = b.record_id
order by md5(k.draw)
