create or replace temp table profiles as
with gathered as (
    select
        p.profile_id,
        r.surname_sound,
        r.forename_sound,
        r.formals,
        p.record_count,
        {values},
        {events}
    from profile_places as p
    inner join standard_records as r on p.place = r.rowid
    left join profile_events as e on p.profile_id = e.profile_id
)

select
    *,
    strftime(dob, '%Y%m%d') as dob_text,
    case
        when day(dob) <= 12
            then year(dob) * 10000 + least(month(dob), day(dob)) * 100 + greatest(month(dob), day(dob))
        else year(dob) * 10000 + month(dob) * 100 + day(dob)
    end as dob_key,
    year(dob) as birth_year,
    month(dob) * 100 + day(dob) as birth_day,
    (month(dob) = 1 and day(dob) = 1) as dob_is_weak,
    substr(postcode, 1, length(postcode) - 2) as postcode_sector,
    substr(postcode, 1, length(postcode) - 3) as postcode_district,
    split_part(email, '@', 1) as email_name,
    nullif(split_part(email, '@', 2), '') as email_house,
    least(surname_sound, forename_sound) || '|' || greatest(surname_sound, forename_sound) as name_pair
from gathered
