with weighed as (
    select
        d.*,
        coalesce(e.match_weight, f.match_weight) as match_weight
    from doubtful_pairs as d
    left join edges as e using (profile_id_l, profile_id_r)
    left join further_edges as f using (profile_id_l, profile_id_r)
),

broken as (
    select group_id from weighed
    group by group_id
    having bool_or(is_conflict or is_never or is_together) or min(match_weight) < $cohesion
)

select w.* from weighed as w semi join broken using (group_id)
order by group_id, profile_id_l, profile_id_r
