"""Person records made up for timing linkage: as many as are asked for, in one set-based query.

Belongs here: making records whose cost to link is true to life. Does not belong here: timing (`bench_linkage`),
simulated people with a life (`simulation`), whose making would take longer than their linking.

What costs time in linkage is how many records a person has, how many ways they are written down in, and how many others
share a key with them. So people have names as frequent as the model found them, the rest a rare one; a case or more
each, of which each agency may hold a record; slips, swapped dates and moves; and identifiers that only some agencies
know. Every value is drawn by a digest of who and what it is for: the same arguments make the same records.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.atomic import replacing
from orchestration.linkage.matching.model import LinkageModel

RECORDS_PER_PERSON = 4.05
"""On the mean; a few more people are made than that needs, and the records cut off at the number asked for."""

AGENCIES = {"police": 1.0, "cps": 0.7, "hmcts": 0.95, "prison": 0.15, "probation": 0.35, "laa": 0.3}
"""Agency -> chance that it holds a record of a case, near those of the simulation."""

_MACROS = """
create or replace macro draw(who, what) as (hash(who, what, getvariable('seed')) >> 11) / 9007199254740992.0;
create or replace macro pick(who, what, n) as cast(floor(draw(who, what) * n) as bigint);
create or replace macro letter(who, what) as chr(65 + cast(pick(who, what, 26) as integer));
create or replace macro invented(who, what) as
    upper(['b','br','c','d','f','g','h','k','l','m','n','p','r','s','st','t','w'][1 + pick(who, what || '1', 17)]
        || ['a','e','i','o','u','ai','ee'][1 + pick(who, what || '2', 7)]
        || ['b','ck','d','g','l','ll','m','n','r','rn','s','t','th'][1 + pick(who, what || '3', 13)]
        || ['a','e','i','o','y'][1 + pick(who, what || '4', 5)]
        || ['ton','ley','ford','ham','well','son','man','ski','by','dar','nor','vin'][1 + pick(who, what || '5', 12)]);
create or replace macro slipped(text, who, what) as (
    case pick(who, what, 3)
        when 0 then substr(text, 1, 2) || substr(text, 4)
        when 1 then substr(text, 1, 2) || substr(text, 2)
        else substr(text, 1, 1) || substr(text, 3, 1) || substr(text, 2, 1) || substr(text, 4)
    end
);
"""


def write_people(path: Path, records: int, seed: int, model: LinkageModel) -> None:
    """Write a Parquet file of `records` person records (columns of `linkage.records.INPUT_COLUMNS` that feeds hold).

    `case_number` is added: a number from 0 to below 1 for each case, at random. The records of the cases below a share
    are a later delivery of that share: of new people, and of people known from other cases.

    Args:
        path: file to write.
        records: how many.
        seed: same seed, same records.
        model: whose names and their frequencies people have.
    """
    with duckdb.connect() as connection:
        connection.execute(f"set variable seed = {seed}")
        connection.execute(_MACROS)
        for column in ("surname", "forename"):
            _put_names(connection, column, model)
        connection.execute(f"create temp table people as {_people(int(records / RECORDS_PER_PERSON * 1.03) + 50)}")
        connection.execute(f"create temp table held as {_held()}")
        with replacing(path) as unfinished:
            target = str(unfinished).replace("'", "''")
            connection.execute(
                f"copy ({_records()} order by h.person, h.case_of_person, h.agency limit {records}) "
                f"to '{target}' (format parquet)"
            )
            written = connection.execute(f"select count(*) from read_parquet('{target}')").fetchall()[0][0]
            if written != records:
                raise RuntimeError(f"{written:,} records were made of {records:,}; lower RECORDS_PER_PERSON.")


def _put_names(connection: duckdb.DuckDBPyConnection, column: str, model: LinkageModel) -> None:
    """Table `<column>s` (name, low, high): each name's part of the numbers from 0 to 1; the rest is for rare ones."""
    shares = sorted(model.term_frequencies[column].values.items())
    names = pa.table({"name": [name for name, _ in shares], "share": [share for _, share in shares]})
    connection.register("names", names)
    connection.execute(f"""
        create temp table {column}s as
        select name, sum(share) over (order by name) - share as low, sum(share) over (order by name) as high from names
    """)
    connection.unregister("names")


def _people(count: int) -> str:
    return f"""
        with numbered as (
            select
                range as person, draw(range, 'surname') as surname_draw, draw(range, 'forename') as forename_draw,
                draw(range, 'middle') as middle_draw
            from range({count})
        ),
        named as (
            select
                person, case when surname_draw < s.high then s.name else invented(person, 's') end as surname,
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
    """


def _held() -> str:
    agencies = " union all ".join(f"select '{name}' as agency, {chance} as chance" for name, chance in AGENCIES.items())
    return f"""
        with cases as (select person, unnest(range(cases)) as case_of_person from people),
        agencies as ({agencies})
        select
            person, case_of_person, agency, person * 64 + case_of_person as case_id,
            hash(person, case_of_person, agency) as record
        from cases cross join agencies
        where draw(person * 64 + case_of_person, agency) < chance
    """


def _records() -> str:
    return """
        select
            h.agency || '/bench/' || h.person || '-' || h.case_of_person as record_id,
            h.agency,
            date '2024-11-30' + cast(pick(h.case_id, 'seen', 24) * 30 as integer) as first_extract_date,
            case when draw(h.record, 'surname') < 0.04 then slipped(p.surname, h.record, 'slip') else p.surname end
                as surname,
            case when draw(h.record, 'forename') < 0.04 then slipped(p.forename, h.record, 'f slip') else p.forename end
                as forename,
            case when h.agency in ('police', 'hmcts') then p.middle_names end as middle_names,
            case
                when draw(h.record, 'born') < 0.02 then null
                when draw(h.record, 'born') < 0.03 then p.date_of_birth + 1
                when draw(h.record, 'born') < 0.04 and day(p.date_of_birth) <= 12
                then make_date(year(p.date_of_birth), day(p.date_of_birth), month(p.date_of_birth))
                else p.date_of_birth
            end as date_of_birth,
            case
                when h.agency in ('cps', 'laa', 'prison') then null
                when draw(h.case_id, 'moved') < 0.15
                then split_part(p.postcode, ' ', 1) || ' ' || (1 + pick(h.case_id, 'sector', 9))
                    || letter(h.case_id, 'unit') || letter(h.case_id, 'unit 2')
                else p.postcode
            end as postcode,
            case
                when p.has_pnc and h.agency not in ('cps', 'laa') and draw(h.record, 'pnc') < 0.7 then p.pnc_id
            end as pnc_id,
            case when p.has_pnc and h.agency = 'police' and draw(h.record, 'cro') < 0.5 then p.cro_number end
                as cro_number,
            case when h.agency = 'prison' then p.noms_number end as noms_number,
            case when h.agency = 'probation' then p.crn end as crn,
            case when h.agency <> 'prison' and draw(h.record, 'asn') < 0.8 then 'ASN' || h.case_id end as asn,
            case when h.agency <> 'prison' and draw(h.record, 'urn') < 0.8 then 'URN' || h.case_id end as ptiurn,
            case when h.agency = 'hmcts' and draw(h.record, 'platform') < 0.5 then 'M' || h.case_id end
                as master_defendant_id,
            draw(h.case_id, 'late') as case_number
        from held as h inner join people as p using (person)
    """
