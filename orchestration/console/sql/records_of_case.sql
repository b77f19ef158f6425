with spelt as (
    select
        *,
        regexp_replace(upper(identifier), '{separators}', '', 'g') = $wanted
        or scheme in ('probation_event', 'cps_defendant', 'police_custody_record')
        and regexp_replace(upper(split_part(identifier, '|', case scheme
            when 'police_custody_record' then 2 else 1
        end)), '{separators}', '', 'g') = $wanted
            as is_asked_for
    from {links}
),

asked as (
    select
        case_id,
        bool_or(defendant_id is null) as names_case,
        list(defendant_id) as named
    from spelt
    where is_asked_for and scheme <> 'split_from_case'
    group by case_id
)

select
    case_id,
    defendant_id,
    scheme,
    identifier,
    link_rule,
    evidence,
    valid_from_date,
    valid_to_date,
    is_asked_for
from spelt inner join asked using (case_id)
where $everyone or names_case or defendant_id is null or list_contains(named, defendant_id)
