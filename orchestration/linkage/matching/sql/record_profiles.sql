create or replace temp table record_profiles as
with written as (
    select
        rowid as place,
        record_id,
        surname,
        forename,
        dob,
        {nothing_else} as says_nothing_else,
        {digest} as content
    from standard_records
)

select
    place,
    record_id,
    content,
    case when {alone} then {own_number} else {common_number} end as profile_id
from written
