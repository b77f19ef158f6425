with keyed as (
    select
        cast(true_person_id as varchar) as true_person_id,
        agency,
        split_part(feed, '/', -1) as feed,
        record_key
    from records
),

regions as (
    select
        k.true_person_id,
        arg_min(f.region, k.record_key) as region
    from keyed as k inner join forces as f on split_part(k.record_key, '|', 1) = f.force_code
    where k.agency = 'police'
    group by 1
),

seen as (
    select
        k.true_person_id,
        max(2000 + cast(regexp_extract(k.record_key, '/(\d\d)$', 1) as integer)) as year
    from keyed as k
    where k.agency = 'police' and regexp_matches(k.record_key, '/\d\d$')
    group by 1
),

marked as (
    select
        k.true_person_id,
        bool_or(e.kind = 'alias') as alias,
        bool_or(e.kind = 'no_fixed_abode') as no_fixed_abode
    from errors as e
    inner join keyed as k
        on e.feed = k.agency || '/' || k.feed
        -- An offence of a custody record carries its number after the key of the record.
            and case
                when e.feed = 'police/custody_records' then regexp_replace(e.record_key, '\|[^|]*$', '')
                else e.record_key
            end = k.record_key
    where e.kind in ('alias', 'no_fixed_abode')
    group by 1
),

aged as (
    select
        cast(p.true_person_id as varchar) as true_person_id,
        s.year - year(p.date_of_birth) as age
    from persons as p inner join seen as s on cast(p.true_person_id as varchar) = s.true_person_id
)

select
    cast(p.true_person_id as varchar) as true_person_id,
    case p.sex when 'M' then 'male' when 'F' then 'female' else 'unknown' end as sex,
    coalesce(e.group_5, 'unknown') as ethnicity_group,
    case
        when a.age is null then 'unknown'
        when a.age < 18 then '10-17'
        when a.age < 21 then '18-20'
        when a.age < 25 then '21-24'
        when a.age < 30 then '25-29'
        when a.age < 40 then '30-39'
        when a.age < 50 then '40-49'
        when a.age < 60 then '50-59'
        else '60+'
    end as age_band,
    coalesce(r.region, 'unknown') as region,
    case when m.alias then 'yes' else 'no' end as alias,
    case when m.no_fixed_abode then 'yes' else 'no' end as no_fixed_abode
from persons as p
left join ethnicities as e on p.ethnicity_code = e.ethnicity_code
left join aged as a on cast(p.true_person_id as varchar) = a.true_person_id
left join regions as r on cast(p.true_person_id as varchar) = r.true_person_id
left join marked as m on cast(p.true_person_id as varchar) = m.true_person_id
order by 1
