"""The truth of a simulated world, as accuracy is scored by it: who is who, and what group each person is of.

Belongs here: reading `truth_dir`. This is the one module of linkage that does, and nothing that links imports it; a
real deployment has no such folder. Does not belong here: scoring (`accuracy.py`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

RECORDS_FILE = "person_records.parquet"
PERSONS_FILE = "persons.parquet"
ERRORS_FILE = "injected_errors.parquet"

BREAKDOWNS = ("sex", "ethnicity_group", "age_band", "region", "alias", "no_fixed_abode")
"""What linkage error is reported by, besides the agencies of a pair."""

_RECORD_ID = "agency || '/' || split_part(feed, '/', -1) || '/' || record_key"


def has_truth(truth_dir: Path) -> bool:
    """Whether the folder says who is who."""
    return (truth_dir / RECORDS_FILE).is_file()


def read_truth(truth_dir: Path) -> pa.Table:
    """Truth of a simulated world as (`record_id`, `true_person_id`), from `person_records.parquet` in `truth_dir`.

    Raises:
        FileNotFoundError: the folder holds no truth.
    """
    path = truth_dir / RECORDS_FILE
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; simulate a world with its truth in {truth_dir} first.")
    with duckdb.connect() as connection:
        return connection.execute(
            f"select distinct {_RECORD_ID} as record_id, cast(true_person_id as varchar) as true_person_id "
            "from read_parquet($path) order by all",
            {"path": str(path)},
        ).to_arrow_table()


def read_groups(truth_dir: Path, reference_dir: Path) -> pa.Table:
    """What group each true person is of: `true_person_id` and the columns of `BREAKDOWNS`, in words.

    Groups are those people really belong to, not those recorded: `age_band` on the day of the first arrest would need
    a day for everybody, so it is the age at the end of the year of the newest case reference the person's records
    carry, and `unknown` for none; `region` is that of the police force that holds the person's first custody or
    out-of-court record; `alias` and `no_fixed_abode` are `yes` for people of whom a record was delivered under an
    alias, or without an address because there was none.

    Raises:
        FileNotFoundError: the folder or a reference list is not whole.
    """
    paths = {
        "persons": truth_dir / PERSONS_FILE,
        "records": truth_dir / RECORDS_FILE,
        "errors": truth_dir / ERRORS_FILE,
        "ethnicities": reference_dir / "ethnicities.csv",
        "forces": reference_dir / "police_forces.csv",
    }
    for path in paths.values():
        if not path.is_file():
            raise FileNotFoundError(f"{path} is not there; linkage error cannot be told by group without it.")
    with duckdb.connect() as connection:
        for name, path in paths.items():
            reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
            options = ", all_varchar = true" if path.suffix == ".csv" else ""
            connection.execute(
                f"create temp view {name} as from {reader}('{str(path).replace(chr(39), chr(39) * 2)}'{options})"
            )
        return connection.execute(_GROUPS).to_arrow_table()


_GROUPS = r"""
with keyed as (
    select cast(true_person_id as varchar) as true_person_id, agency, split_part(feed, '/', -1) as feed, record_key
    from records
),
regions as (
    select k.true_person_id, arg_min(f.region, k.record_key) as region
    from keyed as k inner join forces as f on split_part(k.record_key, '|', 1) = f.force_code
    where k.agency = 'police'
    group by 1
),
seen as (
    select k.true_person_id, max(2000 + cast(regexp_extract(k.record_key, '/(\d\d)$', 1) as integer)) as year
    from keyed as k where k.agency = 'police' and regexp_matches(k.record_key, '/\d\d$')
    group by 1
),
marked as (
    select k.true_person_id,
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
    select cast(p.true_person_id as varchar) as true_person_id, s.year - year(p.date_of_birth) as age
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
"""
