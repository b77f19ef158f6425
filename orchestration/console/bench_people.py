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
from orchestration.sql_files import read_sql

RECORDS_PER_PERSON = 4.05
"""On the mean; a few more people are made than that needs, and the records cut off at the number asked for."""

AGENCIES = {"police": 1.0, "cps": 0.7, "hmcts": 0.95, "prison": 0.15, "probation": 0.35, "laa": 0.3}
"""Agency -> chance that it holds a record of a case, near those of the simulation."""


def write_people(path: Path, records: int, seed: int, model: LinkageModel) -> None:
    """Write a Parquet file of `records` person records (`matching.records.INPUT_COLUMNS` that feeds hold).

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
        connection.execute(read_sql(__file__, "bench_macros"))
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
    return read_sql(__file__, "bench_people", count=str(count))


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
    return read_sql(__file__, "bench_records")
