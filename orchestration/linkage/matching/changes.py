"""Which records a delivery changed, and which others that touches because a value means something else now.

Belongs here: the difference between what is remembered and what is delivered, record by record. Does not belong here:
what follows for profiles, pairs and persons (`incremental.py`).

All of what is delivered is read, for its digests; only what is new or says something else is cleaned. A value becomes
over-shared, or ceases to be, by the records that hold it: those of values that a changed record holds, or held, are
counted again, and every record that holds a value whose standing changed is touched though it says what it always said.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.linkage.matching.records import (
    SHARED_COLUMNS,
    SharingLimits,
    check_record_ids,
    clean,
    find_over_shared,
    input_query,
)
from orchestration.linkage.matching.state import STATE


@dataclass(frozen=True)
class Changes:
    """Records delivered for the first time, records that say something else or since another day, and records gone."""

    new: int
    changed: int
    gone: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.new + self.changed + self.gone


def find_changes(connection: duckdb.DuckDBPyConnection, relation: str) -> Changes:
    """Make `records_read` and `changed_records`.

    Args:
        connection: has the state attached.
        relation: table or view of all records there are.

    Raises:
        ValueError: the records' ids are missing, null or repeated.
    """
    connection.execute(f"""
        create or replace temp table records_read as
        select record_id, digest, try_cast(first_extract_date as date) as seen_date
        from ({input_query(connection, relation)})
    """)
    check_record_ids(connection, "records_read", relation)
    connection.execute(f"""
        create or replace temp table changed_records as
        select
            record_id,
            case when k.digest is null then 'new' when d.digest is null then 'gone' else 'changed' end as change
        from records_read as d
        full join {STATE}.records as k using (record_id)
        where d.digest is distinct from k.digest or d.seen_date is distinct from k.first_extract_date
    """)
    counted = dict(connection.execute("select change, count(*) from changed_records group by 1").fetchall())
    return Changes(counted.get("new", 0), counted.get("changed", 0), counted.get("gone", 0))


def replace_records(connection: duckdb.DuckDBPyConnection, relation: str, limits: SharingLimits) -> None:
    """Bring the state's records up to date, and make `touched_records` and `over_shared`.

    Args:
        connection: holds `changed_records`, and has the state attached.
        relation: table or view of all records there are.
        limits: how widely a value may be shared.
    """
    connection.execute(f"""
        create or replace temp table input_records as
        from ({input_query(connection, relation)})
        where record_id in (select record_id from changed_records where change <> 'gone')
    """)
    clean(connection)
    held = ", ".join(SHARED_COLUMNS)
    connection.execute(f"""
        create or replace temp table values_held as
        select {held} from cleaned_records
        union all
        select {held} from {STATE}.records where record_id in (select record_id from changed_records)
    """)
    connection.execute(f"delete from {STATE}.records where record_id in (select record_id from changed_records)")
    connection.execute(f"insert into {STATE}.records by name from cleaned_records")
    _judge_values_again(connection, limits)
    connection.execute(f"""
        create or replace temp table touched_records as
        select record_id from changed_records
        union
        select record_id from {STATE}.records where {_holds("turned_values")}
    """)
    connection.execute("drop table values_held; drop table turned_values; drop table cleaned_records")


def _judge_values_again(connection: duckdb.DuckDBPyConnection, limits: SharingLimits) -> None:
    """Bring `over_shared` up to date, here and in the state, and make `turned_values`: whose standing changed."""
    touched = " union ".join(
        f"select '{name}' as column_name, {name} as value from values_held where {name} is not null"
        for name in SHARED_COLUMNS
    )
    connection.execute(f"create or replace temp table touched_values as {touched}")
    columns = ", ".join(SHARED_COLUMNS)
    connection.execute(f"""
        create or replace temp table value_holders as
        select {columns}, surname_sound, forename_sound, dob from {STATE}.records where {_holds("touched_values")}
    """)
    find_over_shared(connection, limits, "value_holders")
    connection.execute(f"""
        create or replace temp table over_shared_now as
        from {STATE}.over_shared anti join touched_values using (column_name, value)
        union all
        from over_shared semi join touched_values using (column_name, value)
    """)
    connection.execute(f"""
        create or replace temp table turned_values as
        (select column_name, value from over_shared_now anti join {STATE}.over_shared using (column_name, value))
        union all
        (select column_name, value from {STATE}.over_shared anti join over_shared_now using (column_name, value))
    """)
    connection.execute("create or replace temp table over_shared as from over_shared_now")
    connection.execute(f"create or replace table {STATE}.over_shared as from over_shared")
    connection.execute("drop table over_shared_now; drop table value_holders; drop table touched_values")


def _holds(values: str) -> str:
    """SQL: a record holds one of the values of a table (column_name, value)."""
    return " or ".join(
        f"coalesce({name} in (select value from {values} where column_name = '{name}'), false)"
        for name in SHARED_COLUMNS
    )
