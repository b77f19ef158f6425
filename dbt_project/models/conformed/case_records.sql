with recursive recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

merged_cases as (
    select
        merged_case.case_id as source_case_id,
        onward_case.case_id as onward_case_id
    from recorded_cases as merged_case
    inner join recorded_cases as onward_case
        on
            merged_case.merged_into_case_id = onward_case.case_id
            and merged_case.case_id <> onward_case.case_id
),

-- From every case that was merged into no other, down to all that were merged into it, through however many.
followed_merges as (
    select
        recorded_cases.case_id as source_case_id,
        recorded_cases.case_id,
        0 as merge_depth
    from recorded_cases
    left join merged_cases
        on recorded_cases.case_id = merged_cases.source_case_id
    where merged_cases.source_case_id is null
    union all
    select
        merged_cases.source_case_id,
        followed_merges.case_id,
        followed_merges.merge_depth + 1 as merge_depth
    from followed_merges
    inner join merged_cases
        on followed_merges.source_case_id = merged_cases.onward_case_id
),

-- What is left goes round in a circle, or leads into one.
endless_merges as (
    select merged_cases.*
    from merged_cases
    left join followed_merges
        on merged_cases.source_case_id = followed_merges.source_case_id
    where followed_merges.source_case_id is null
),

hops_1 as (
    select
        source_case_id,
        onward_case_id as reached_case_id,
        least(source_case_id, onward_case_id) as smallest_case_id
    from endless_merges
),

{# Pointer jumping: each step doubles the hops followed. A circle of up to 64 cases is one case, of the smallest id. -#}
{% for hops in [2, 4, 8, 16, 32, 64] -%}
hops_{{ hops }} as (
    select
        near.source_case_id,
        far.reached_case_id,
        least(near.smallest_case_id, far.smallest_case_id) as smallest_case_id
    from hops_{{ hops // 2 }} as near
    inner join hops_{{ hops // 2 }} as far
        on near.reached_case_id = far.source_case_id
),

{% endfor -%}

circles as (
    select
        followed.source_case_id,
        further.smallest_case_id as case_id
    from hops_64 as followed
    inner join hops_64 as further
        on followed.reached_case_id = further.source_case_id
),

ends as (
    select
        source_case_id,
        case_id,
        merge_depth,
        false as has_no_end
    from followed_merges
    union all
    select
        source_case_id,
        case_id,
        case when source_case_id = case_id then 0 else 1 end as merge_depth,
        true as has_no_end
    from circles
)

select
    ends.source_case_id,
    ends.case_id,
    recorded_cases.ptiurn,
    recorded_cases.prosecutor,
    recorded_cases.initiation_code,
    recorded_cases.case_status,
    ends.merge_depth,
    ends.has_no_end,
    recorded_cases.received_date,
    recorded_cases.closed_date
from ends
inner join recorded_cases
    on ends.source_case_id = recorded_cases.case_id
