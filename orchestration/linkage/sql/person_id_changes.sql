create or replace temp table history_changes as
with common as (
    select
        b.person_id as old,
        a.person_id as new,
        count(*) as n
    from history_before as b inner join history_after as a using (record_id)
    group by 1, 2
),

parts as (
    select
        old,
        count(*) as parts
    from common
    group by 1
),

sources as (
    select
        new,
        count(*) as sources
    from common
    group by 1
),

moved as (
    select
        case
            when p.parts > 1 then $split
            when s.sources > 1 then $merged
            else $renamed
        end as change,
        c.old,
        c.new,
        c.n
    from common as c
    inner join parts as p using (old)
    inner join sources as s using (new)
    where c.old <> c.new
),

gone as (
    select
        $retired as change,
        person_id as old,
        null as new,
        count(*) as n
    from history_before anti join common on history_before.person_id = common.old
    group by 2
),

known_ids as (select distinct old_person_id as person_id from history_rows),

back as (
    select
        $restored as change,
        null as old,
        person_id as new,
        count(*) as n
    from history_after
    anti join history_before using (person_id)
    anti join common on history_after.person_id = common.new
    semi join known_ids using (person_id)
    group by 3
),

changed as (
    from moved
    union all
    from gone
    union all
    from back
),

withdrawn as (select person_id from history_before anti join history_after using (record_id)),

corrected as (
    select
        b.record_id,
        b.person_id as old,
        a.person_id as new
    from history_before as b inner join history_after as a using (record_id)
    where b.digest <> a.digest
),

overridden as (
    select
        b.person_id as old,
        a.person_id as new
    from history_overridden as o
    left join history_before as b on o.record_id = b.record_id
    left join history_after as a on o.record_id = a.record_id
)

select
    c.change,
    c.old as old_person_id,
    c.new as new_person_id,
    c.n as records_moved,
    case
        when not $same_model then $model
        when c.old in (
                select old from overridden
                where old is not null
            )
            or c.new in (
                select new from overridden
                where new is not null
            ) then $override
        when c.old in (select person_id from withdrawn)
            or c.old in (select old from corrected) or c.new in (select new from corrected)
            then $correction
        else $late_evidence
    end as cause
from changed as c
