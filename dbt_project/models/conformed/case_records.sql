{#- Pointer jumping: each step doubles the hops followed, so four steps follow sixteen. -#}
with recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

hops_1 as (
    select
        merged.case_id as source_case_id,
        coalesce(target.case_id, merged.case_id) as reached_case_id,
        case when target.case_id is null then 0 else 1 end as hops,
        least(merged.case_id, coalesce(target.case_id, merged.case_id)) as smallest_case_id
    from recorded_cases as merged
    left join recorded_cases as target
        on
            merged.merged_into_case_id = target.case_id
            and merged.case_id <> target.case_id
),

{% for hops in [2, 4, 8, 16] -%}
hops_{{ hops }} as (
    select
        near.source_case_id,
        far.reached_case_id,
        near.hops + far.hops as hops,
        least(near.smallest_case_id, far.smallest_case_id) as smallest_case_id
    from hops_{{ hops // 2 }} as near
    inner join hops_{{ hops // 2 }} as far
        on near.reached_case_id = far.source_case_id
),

{% endfor -%}

ends as (
    select
        followed.source_case_id,
        case
            when onward.hops = 0 then followed.reached_case_id
            else further.smallest_case_id
        end as case_id,
        followed.hops,
        onward.hops > 0 as has_no_end
    from hops_16 as followed
    inner join hops_1 as onward
        on followed.reached_case_id = onward.source_case_id
    inner join hops_16 as further
        on followed.reached_case_id = further.source_case_id
)

select
    ends.source_case_id,
    ends.case_id,
    recorded_cases.ptiurn,
    recorded_cases.prosecutor,
    recorded_cases.initiation_code,
    recorded_cases.case_status,
    case
        when ends.has_no_end and ends.source_case_id = ends.case_id then 0
        when ends.has_no_end then 1
        else ends.hops
    end as merge_depth,
    ends.has_no_end,
    recorded_cases.received_date,
    recorded_cases.closed_date
from ends
inner join recorded_cases
    on ends.source_case_id = recorded_cases.case_id
