with numbered as (
    select
        range as person,
        draw(range, 'surname') as surname_draw,
        draw(range, 'forename') as forename_draw,
        draw(range, 'middle') as middle_draw
    from range({count})
),

named as (
    select
        person,
        case when surname_draw < s.high then s.name else invented(person, 's') end as surname,
        case when forename_draw < f.high then f.name else invented(person, 'f') end as forename,
        case when draw(person, 'has middle') < 0.6 then m.name end as middle_names
    from numbered as n
    asof left join surnames as s on n.surname_draw >= s.low
    asof left join forenames as f on n.forename_draw >= f.low
    asof left join forenames as m on n.middle_draw >= m.low
)

select
    person,
    surname,
    forename,
    middle_names,
    date '1958-01-01' + cast(pick(person, 'born', 17500) as integer) as date_of_birth,
    ['B', 'L', 'M', 'S', 'LS', 'NE', 'CF', 'BS', 'NG', 'SE', 'PO', 'TS'][1 + pick(person, 'area', 12)]
    || (1 + pick(person, 'district', 30)) || ' ' || (1 + pick(person, 'sector', 9))
    || letter(person, 'unit') || letter(person, 'unit 2') as postcode,
    (1975 + pick(person, 'pnc year', 49)) || '/' || lpad(cast(person as varchar), 7, '0') || 'X' as pnc_id,
    lpad(cast(person as varchar), 8, '0') || '/97C' as cro_number,
    'A' || lpad(cast(person as varchar), 8, '0') || 'AA' as noms_number,
    'X' || lpad(cast(person as varchar), 8, '0') as crn,
    draw(person, 'has pnc') < 0.85 as has_pnc,
    1 + cast(floor(ln(1 - draw(person, 'cases')) / ln(0.15)) as integer) as cases
from named
