select
    o.line,
    case
        when o.decision = 'include' and a.natural_person = b.natural_person then false
        when o.decision = 'exclude' and a.group_id <> b.group_id then false
        else true
    end as is_needed
from override_records as o
inner join record_groups as a on o.record_a = a.record_id
inner join record_groups as b on o.record_b = b.record_id
