"""Pairs that a change of profiles brings together, and pairs it parts, without comparing again what stayed as it was.

Belongs here: blocking when most profiles have been blocked before. Does not belong here: the rules, and blocking from
nothing (`blocking.py`).

A profile that is new or says something else is brought together with all that share a key with it. Its arrival may make
a key too widely shared: then the pairs that only this key brought together are compared no longer. And a key may cease
to be: then all pairs that share it are compared. So what is compared in the end is what blocking all profiles would
compare.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from orchestration.linkage.matching.blocking import (
    EVERY_PAIR,
    BlockingCount,
    BlockingRule,
    block_key,
    check_comparisons,
    key_names,
    keyed,
    leave_out_oversize,
    pairs_once,
)
from orchestration.linkage.matching.state import STATE
from orchestration.sql_files import read_sql


def block_touched(connection: duckdb.DuckDBPyConnection, rules: Iterable[BlockingRule]) -> tuple[BlockingCount, ...]:
    """Make `blocked_pairs`, those to be compared, and `parted_pairs`.

    Takes parted pairs out of the state's edges, and brings its `oversize_blocks` and `rule_pairs` up to date.

    Args:
        connection: holds `fresh_profiles`, as they are now, and `stale_profiles`, as they were; the state's profiles
            are those there are now, and its edges hold none that has a stale end.
        rules: in the order of the model.

    Returns: for each rule the pairs it brings together now and did not before, and the keys it leaves out in all.

    Raises:
        BlockingError: a rule brings together too many pairs in all.
    """
    named = tuple(rules)
    connection.execute(EVERY_PAIR)
    connection.execute("create or replace temp table maybe_parted (join_key_l bigint, join_key_r bigint)")
    profiles = int(connection.execute(f"select count(*) from {STATE}.profiles").fetchall()[0][0])
    largest = [_touch(connection, number, rule, profiles) for number, rule in enumerate(named)]
    _part(connection, named)
    # A key that ceased to be oversize may bring together what another key had.
    connection.execute(f"""
        delete from every_pair
        where exists (
            from {STATE}.edges as e
            where e.profile_id_l = every_pair.join_key_l and e.profile_id_r = every_pair.join_key_r
        )
    """)
    pairs = dict(connection.execute("select rule, count(*) from every_pair group by 1").fetchall())
    own = pairs_once(connection)
    left_out = {
        int(rule): (int(skipped), int(widest))
        for rule, skipped, widest in connection.execute(
            f"select rule, sum(block_size), max(block_size) from {STATE}.oversize_blocks group by 1"
        ).fetchall()
    }
    return tuple(
        BlockingCount(
            rule=rule.name,
            comparisons=pairs.get(number, 0),
            new_comparisons=own.get(number, 0),
            largest_block=max(largest[number], left_out.get(number, (0, 0))[1]),
            skipped_profiles=left_out.get(number, (0, 0))[0],
        )
        for number, rule in enumerate(named)
    )


def _touch(connection: duckdb.DuckDBPyConnection, number: int, rule: BlockingRule, profiles: int) -> int:
    """Add one rule's pairs to `every_pair` and `maybe_parted`; the largest of its blocks that are touched."""
    names = ", ".join(key_names(rule))
    connection.execute(f"create or replace temp table fresh_keys as {keyed(rule, 'fresh_profiles')}")
    connection.execute(f"create or replace temp table stale_keys as {keyed(rule, 'stale_profiles')}")
    connection.execute(f"""
        create or replace temp table touched_keys as
        select {names}, sum(fresh) as fresh, sum(stale) as stale
        from (
            select {names}, 1 as fresh, 0 as stale from fresh_keys
            union all
            select {names}, 0, 1 from stale_keys
        )
        group by {names}
    """)
    connection.execute(f"""
        create or replace temp table members as
        select k.* from ({keyed(rule, f"{STATE}.profiles")}) as k semi join touched_keys using ({names})
    """)
    connection.execute(
        read_sql(__file__, "touched_sizes", names=names, key=block_key(rule), largest_block=str(rule.largest_block))
    )
    connection.execute(read_sql(__file__, "touched_pairs", number=str(number), names=names))
    connection.execute(f"""
        insert into maybe_parted
        select l.profile_id, r.profile_id
        from (from touched_sizes where is_oversize and not was_oversize) as s
        inner join members as l using ({names})
        inner join members as r using ({names})
        where l.profile_id < r.profile_id
    """)
    connection.execute(f"""
        delete from {STATE}.oversize_blocks
        where rule = {number} and block_key in (select block_key from touched_sizes)
    """)
    connection.execute(f"""
        insert into {STATE}.oversize_blocks
        select {number}, block_key, size_now from touched_sizes where is_oversize
    """)
    largest, pairs_now, pairs_before = connection.execute("""
        select
            coalesce(max(size_now) filter (where not is_oversize), 0),
            coalesce(sum(size_now * (size_now - 1) // 2) filter (where not is_oversize), 0),
            coalesce(sum(size_before * (size_before - 1) // 2) filter (where not was_oversize), 0)
        from touched_sizes
    """).fetchall()[0]
    connection.execute(
        f"update {STATE}.rule_pairs set pairs = pairs + $gained where rule = {number}",
        {"gained": int(pairs_now) - int(pairs_before)},
    )
    total = connection.execute(f"select pairs from {STATE}.rule_pairs where rule = {number}").fetchall()[0][0]
    check_comparisons(rule, int(total), profiles, int(largest))
    return int(largest)


def _part(connection: duckdb.DuckDBPyConnection, rules: tuple[BlockingRule, ...]) -> None:
    """Make `parted_pairs` of those in `maybe_parted` that no rule brings together any longer, and part them."""
    connection.execute("create or replace temp table no_longer_keyed as from maybe_parted limit 0")
    if connection.execute("select count(*) from maybe_parted").fetchall()[0][0]:
        connection.execute(f"""
            create or replace temp table maybe_profiles as
            from {STATE}.profiles
            where profile_id in (select join_key_l from maybe_parted union select join_key_r from maybe_parted)
        """)
        connection.execute("create or replace temp table no_longer_keyed as select distinct * from maybe_parted")
        for number, rule in enumerate(rules):
            names = ", ".join(key_names(rule))
            connection.execute(f"create or replace temp table keyed as {keyed(rule, 'maybe_profiles')}")
            leave_out_oversize(connection, number, rule, f"{STATE}.oversize_blocks")
            connection.execute(f"""
                delete from no_longer_keyed
                where (join_key_l, join_key_r) in (
                    select (l.profile_id, r.profile_id)
                    from keyed as l inner join keyed as r using ({names})
                    where l.profile_id < r.profile_id
                )
            """)
        connection.execute("drop table keyed; drop table maybe_profiles")
    connection.execute(f"""
        create or replace temp table parted_pairs as
        select e.* from {STATE}.edges as e
        inner join no_longer_keyed as p on e.profile_id_l = p.join_key_l and e.profile_id_r = p.join_key_r
    """)
    connection.execute(f"""
        delete from {STATE}.edges
        where (profile_id_l, profile_id_r) in (select (profile_id_l, profile_id_r) from parted_pairs)
    """)
    connection.execute("drop table maybe_parted; drop table no_longer_keyed")
