create or replace temp table named_records as
with named as (
    select
        i.*,
        s.standard as surname_s,
        nullif(concat_ws(' ', f.standard, m.standard), '') as given_names,
        coalesce(
            try_cast(i.date_of_birth as date),
            cast(try_strptime(i.date_of_birth, ['%d/%m/%Y', '%Y%m%d', '%d-%m-%Y', '%d %b %Y']) as date)
        ) as dob,
        try_cast(i.first_extract_date as date) as seen_date,
        regexp_replace(upper(coalesce(i.postcode, '')), '[^A-Z0-9]', '', 'g') as postcode_letters
    from input_records as i
    left join surname_standard as s on i.surname = s.written
    left join forename_standard as f on i.forename = f.written
    left join middle_standard as m on i.middle_names = m.written
)

select
    record_id,
    digest,
    agency,
    seen_date as first_extract_date,
    surname_s as surname,
    nullif(split_part(given_names, ' ', 1), '') as forename,
    nullif(substr(given_names, length(split_part(given_names, ' ', 1)) + 2), '') as middle,
    case
        when dob in ({placeholders}) then null
        when dob > coalesce(seen_date, date '2100-01-01') then null
        when dob < coalesce(seen_date, date '2100-01-01') - interval {oldest_age} year then null
        else dob
    end as dob,
    case
        when starts_with(postcode_letters, 'NF1') or starts_with(postcode_letters, 'ZZ') then null
        when regexp_full_match(postcode_letters, '{postcode_pattern}') then postcode_letters
    end as postcode,
    nullif(trim(regexp_replace(upper(address), '[^A-Z0-9]+', ' ', 'g')), '') as address,
    nullif(trim(regexp_replace(upper(place), '[^A-Z0-9]+', ' ', 'g')), '') as place,
    nullif(lower(trim(email)), '') as email,
    {further_values},
    {identifiers}
from named
