create or replace temp table part_profiles as
select
    -- Where a record stands is said of the records that were standardised last; these are not yet.
    cast(null as bigint) as place,
    record_id,
    content,
    profile_id
from state.record_groups
where content not in (select content from touched_contents)
    and group_id in (
        select h.group_id from state.record_groups as h
        where h.profile_id in (select profile_id from touched_profiles)
    )
union all
select
    cast(null as bigint) as place,
    record_id,
    content,
    profile_id
from record_profiles
