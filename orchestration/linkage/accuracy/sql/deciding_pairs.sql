select
    w.is_over_merged,
    w.true_person_id,
    w.join_key_l,
    w.join_key_r,
    s.match_weight,
    e.match_weight is not null as was_compared
from wrong_pairs as w
inner join weights as s on w.join_key_l = s.profile_id_l and w.join_key_r = s.profile_id_r
left join edges as e on w.join_key_l = e.profile_id_l and w.join_key_r = e.profile_id_r
qualify row_number() over (
        partition by w.is_over_merged, w.who
        -- Of a merged person a pair that was compared decided; of one in pieces, whichever weighs most.
        order by (w.is_over_merged and e.match_weight is null), s.match_weight desc, w.join_key_l asc, w.join_key_r asc
    ) = 1
order by 1, 2
