"""Keys that come more than once in a delivery.

Belongs here: counting their rows in memory that hardly grows with the delivery. Does not belong here: which columns are
the key (the contract), what a repeated key means (`checks`).

A delivery without repeated keys is the rule, and is told by hashes of 64 bits: eight bytes a row, grouped a million
at a time. Only rows whose hashes agree are compared in full.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import duckdb

from orchestration.quality.checks import DELIVERY_ID
from orchestration.quality.judged_rows import JUDGED, Batch, asked_of
from orchestration.quality.typed_sql import text_name

_ROWS_AT_ONCE = 1_000_000


def repeated_keys(connection: duckdb.DuckDBPyConnection, key: Sequence[str], batch: Batch) -> dict[str, int]:
    """Rows beyond the first of their key, by delivery that has any; rows without a whole key have their own rules."""
    relation = batch.rows_of(key)
    given = " and ".join(f"{text_name(column)} is not null" for column in key)
    connection.execute(
        "create or replace temp table key_hashes as "
        + asked_of(relation, f"select {key_hash(key)} as key_hash from {JUDGED} where {given}")
    )
    connection.execute("create or replace temp table suspected_keys (key_hash ubigint)")
    passes = max(1, math.ceil(batch.rows / _ROWS_AT_ONCE))
    for number in range(passes):
        connection.execute(f"""
            insert into suspected_keys select key_hash from key_hashes where key_hash % {passes} = {number}
            group by key_hash having count(*) > 1
        """)
    connection.execute("drop table key_hashes")
    if not connection.execute("select 1 from suspected_keys limit 1").fetchall():
        return {}
    names = ", ".join(map(text_name, key))
    query = f"""
        select {DELIVERY_ID}, cast(sum(repeats) as bigint) from (
            select {DELIVERY_ID}, count(*) - 1 as repeats from {JUDGED}
            where {given} and {key_hash(key)} in (select key_hash from suspected_keys)
            group by {DELIVERY_ID}, {names} having count(*) > 1
        ) group by {DELIVERY_ID}
    """
    return dict(connection.execute(asked_of(relation, query)).fetchall())


def key_hash(key: Sequence[str]) -> str:
    """SQL for 64 bits that stand for a delivery's key."""
    return f"hash({', '.join([DELIVERY_ID, *map(text_name, key)])})"
